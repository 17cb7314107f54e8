/* SPDX-License-Identifier: Apache-2.0 */
/* A network plan as a sealed memfd, and back. */
#include "net/plan_seal.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "base/bug.h"
#include "base/path.h"
#include "base/sys.h"

#define PLAN_MAGIC   0x4e504c31u
#define PLAN_VERSION 1u
#define PLAN_SEALS   (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define PLAN_FIXED   offsetof(struct net_plan, ops)

struct plan_head {
	uint32_t magic;
	uint32_t version;
};

_Static_assert(sizeof(struct net_op) == 8 && PLAN_FIXED == 24, "a plan has no padding");

int net_plan_seal(const struct net_plan *plan, struct fd_memfd *ret, struct err *err)
{
	const struct plan_head head = {PLAN_MAGIC, PLAN_VERSION};
	scoped_fd_memfd memfd = FD_INIT;
	BUG_IF(plan->n_ops > NET_PLAN_OPS_MAX, "a plan of ours is bounded");
	memfd.fd = memfd_create("net-plan", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (memfd.fd < 0)
		return err_set(err, ERR_OS, errno, "net.plan", "make a memfd");
	if (fd_write_all(memfd.fd, span_make((const char *)&head, sizeof(head)), err) < 0)
		return -1;
	size_t size = PLAN_FIXED + plan->n_ops * sizeof(plan->ops[0]);
	if (fd_write_all(memfd.fd, span_make((const char *)plan, size), err) < 0)
		return -1;
	if (fcntl(memfd.fd, F_ADD_SEALS, PLAN_SEALS) < 0)
		return err_set(err, ERR_OS, errno, "net.plan", "seal a memfd");
	*ret = fd_memfd_take(&memfd);
	return 0;
}

int net_plan_unseal(struct fd_memfd memfd, bool faults, struct net_plan *ret, struct err *err)
{
	struct plan_head head;
	struct stat st;
	struct iovec parts[2] = {{&head, sizeof(head)}, {ret, sizeof(*ret)}};
	int seals = fcntl(memfd.fd, F_GET_SEALS);
	if (seals < 0 || (seals & PLAN_SEALS) != PLAN_SEALS)
		return err_set(err, ERR_INPUT, 0, "net.plan", "the plan is not sealed");
	if (fstat(memfd.fd, &st) < 0)
		return err_set(err, ERR_OS, errno, "net.plan", "stat the plan");
	ssize_t n = preadv(memfd.fd, parts, 2, 0);
	if (n < 0)
		return err_set(err, ERR_OS, errno, "net.plan", "read the plan");
	if (n != st.st_size || (size_t)n < sizeof(head) + PLAN_FIXED || head.magic != PLAN_MAGIC ||
		head.version != PLAN_VERSION)
		return err_set(err, ERR_INPUT, 0, "net.plan",
			"%zd bytes are not a plan of version %u", n, PLAN_VERSION);
	if (ret->n_ops > NET_PLAN_OPS_MAX ||
		(size_t)n != sizeof(head) + PLAN_FIXED + ret->n_ops * sizeof(ret->ops[0]))
		return err_set(err, ERR_INPUT, 0, "net.plan", "%u ops in %zd bytes", ret->n_ops, n);
	return net_plan_verify(ret, faults, err);
}
