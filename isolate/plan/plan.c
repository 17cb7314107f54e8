/* SPDX-License-Identifier: Apache-2.0 */
/* Building a plan: operations and their strings, then one sealed image. */
#include "isolate/plan/plan.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/sys.h"
#include "isolate/plan/plan_table.h"

int plan_init(struct plan *ret_plan, struct err *err)
{
	/* Both are address space until touched: no growing, so references never move. */
	struct plan plan = {
		.ops = mem_array(LIMIT_PLAN_OPS, sizeof(*plan.ops)),
		.pool = mem_array(LIMIT_PLAN_BYTES, 1),
	};
	if (!plan.ops || !plan.pool) {
		plan_done(&plan);
		return err_set(err, ERR_LIMIT, ENOMEM, "plan.full", "make room for a plan");
	}
	*ret_plan = plan;
	return 0;
}

void plan_done(struct plan *plan)
{
	free(plan->ops);
	free(plan->pool);
	*plan = (struct plan){.ops = NULL};
}

void plan_add(struct plan *plan, struct plan_op op)
{
	if (plan->n_ops == LIMIT_PLAN_OPS) {
		plan->is_full = true;
		return;
	}
	plan->ops[plan->n_ops++] = op;
}

struct plan_ref plan_bytes(struct plan *plan, struct span bytes)
{
	struct plan_ref ref = {.off = plan->used, .len = (uint32_t)bytes.len};
	if (bytes.len >= LIMIT_PLAN_BYTES - plan->used) {
		plan->is_full = true;
		return (struct plan_ref){0, 0};
	}
	if (bytes.len)
		memcpy(plan->pool + plan->used, bytes.ptr, bytes.len);
	plan->pool[plan->used + bytes.len] = '\0';
	plan->used += (uint32_t)bytes.len + 1;
	/* Programs in the pool are read in place. */
	while (plan->used % 8 && plan->used < LIMIT_PLAN_BYTES)
		plan->pool[plan->used++] = '\0';
	return ref;
}

struct plan_ref plan_str(struct plan *plan, const char *text)
{
	return plan_bytes(plan, span_str(text));
}

int plan_image(const struct plan *plan, struct str *image, struct err *err)
{
	struct plan_head head = {
		.magic = {'C', 'N', 'T', 'L', 'P', 'L', 'A', 'N'},
		.version = PLAN_VERSION,
		.n_ops = plan->n_ops,
		.pool_bytes = plan->used,
		.n_fds = plan->n_fds,
	};
	if (plan->is_full)
		return err_set(err, ERR_LIMIT, E2BIG, "plan.full",
			"arguments, environment and files together exceed %u entries or %u bytes",
			LIMIT_PLAN_OPS, LIMIT_PLAN_BYTES);
	str_add(image, span_make((const char *)&head, sizeof(head)));
	str_add(image, span_make((const char *)plan->ops, plan->n_ops * sizeof(*plan->ops)));
	str_add(image, span_make(plan->pool, plan->used));
	return str_check(image, err);
}

int plan_seal(const struct plan *plan, struct fd_memfd *ret_fd, struct err *err)
{
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	scoped_str struct str image = STR_INIT;
	scoped_fd_memfd fd = FD_INIT;
	if (plan_image(plan, &image, err) < 0)
		return -1;
	/* MFD_NOEXEC_SEAL came with 6.3; older kernels refuse the flag. */
	fd.fd = memfd_create("plan", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
	if (fd.fd < 0 && errno == EINVAL)
		fd.fd = memfd_create("plan", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd.fd < 0)
		return err_set(err, ERR_OS, errno, "plan.seal", "make a memory file");
	if (fd_write_all(fd.fd, str_span(&image), err) < 0)
		return err_wrap(err, "plan");
	if (fcntl(fd.fd, F_ADD_SEALS, seals) < 0)
		return err_set(err, ERR_OS, errno, "plan.seal", "seal the plan");
	*ret_fd = fd_memfd_take(&fd);
	return 0;
}
