/* SPDX-License-Identifier: Apache-2.0 */
/* Is this image a plan? Shape, then every field by its type; the floor is next door. */
#include <string.h>

#include "base/limits.h"
#include "isolate/plan/plan_floor.h"
#include "isolate/plan/plan_table.h"

static int bad_shape(struct err *err, const char *what)
{
	return err_set(err, ERR_DENIED, 0, "plan.shape", "%s", what);
}

/* Components without "", "." and ".."; neither leading nor trailing slash. */
static bool is_clean(struct span path)
{
	struct span part;
	if (path.len == 0 || path.len > LIMIT_PATH_BYTES || path.ptr[path.len - 1] == '/')
		return false;
	while (span_cut(&path, '/', &part))
		if (part.len == 0 || part.len > 255 || span_is(part, ".") || span_is(part, ".."))
			return false;
	return true;
}

static bool is_abs(struct span path)
{
	return span_is(path, "/") ||
	       (path.len > 1 && path.ptr[0] == '/' && is_clean(span_from(path, 1)));
}

/* The group of this node: "cantle-<node>" or something below it. */
static bool is_cgroup_rel(struct span path, const struct plan_floor *floor)
{
	char own[32];
	int n = snprintf(own, sizeof(own), "cantle-%u", floor->node);
	return is_clean(path) && span_starts(path, own) &&
	       (path.len == (size_t)n || path.ptr[n] == '/');
}

static bool check_text(enum plan_type type, struct span text, const struct plan_floor *floor)
{
	if (text.ptr[text.len] != '\0')
		return false;
	if (type == PLAN_F_BLOB)
		return true;
	if (text.len >= LIMIT_PLAN_STRING || span_index(text, '\0') >= 0)
		return false;
	if (type == PLAN_F_NAME)
		return is_clean(text) && span_index(text, '/') < 0;
	if (type == PLAN_F_REL)
		return span_is(text, ".") || is_clean(text);
	if (type == PLAN_F_CGREL)
		return is_cgroup_rel(text, floor);
	if (type == PLAN_F_ABS)
		return is_abs(text);
	return true;
}

static bool is_own_id(uint32_t id, const struct plan_floor *floor)
{
	uint32_t base = ID_BASE + floor->node * ID_NODE_SPAN;
	return id == 0 || (id >= base && id - base < ID_NODE_SPAN);
}

static bool check_number(uint32_t v, enum plan_type type, uint32_t kind, uint32_t n_fds,
	const struct plan_floor *floor)
{
	switch (type) {
	case PLAN_F_FD:
		/* An empty network namespace has no descriptor; the floor ties it to the mode. */
		return v < n_fds || (kind == PLAN_NET && v == UINT32_MAX);
	case PLAN_F_DIR:
		return v & PLAN_ROOT_BIT ? v == (PLAN_ROOT_BIT | PLAN_ROOT_STATE) : v < n_fds;
	case PLAN_F_ROOT:
		return v == PLAN_ROOT_STATE && floor->n_roots > 0;
	case PLAN_F_CGROOT:
		return v >= PLAN_ROOT_CGROUP && v < floor->n_roots;
	case PLAN_F_OCT:
		return (v & ~01777u) == 0; /* never set-user-id nor set-group-id */
	case PLAN_F_ENUM:
		return v >= 1 && v <= plan_choices[kind].last;
	case PLAN_F_FLAGS:
		return (v & ~plan_choices[kind].flags) == 0;
	case PLAN_F_HOSTID:
		return is_own_id(v, floor);
	case PLAN_F_U32:
		return true;
	case PLAN_F_U64:
	case PLAN_F_STR:
	case PLAN_F_NAME:
	case PLAN_F_REL:
	case PLAN_F_CGREL:
	case PLAN_F_ABS:
	case PLAN_F_BLOB:
		break;
	}
	return false;
}

static bool check_field(const struct plan_view *view, uint32_t pool_bytes, const struct plan_op *op,
	const struct plan_field *field, const struct plan_floor *floor)
{
	struct plan_ref ref;
	if (field->type == PLAN_F_U64)
		return true;
	if (field->type < PLAN_F_STR)
		return check_number(
			plan_field_u32(op, field), field->type, op->kind, view->n_fds, floor);
	ref = plan_field_ref(op, field);
	if (ref.off >= pool_bytes || ref.len >= pool_bytes - ref.off)
		return false;
	return check_text(field->type, span_make(view->pool + ref.off, ref.len), floor);
}

static int check_op(const struct plan_view *view, uint32_t pool_bytes, uint32_t i,
	const struct plan_floor *floor, struct err *err)
{
	const struct plan_op *op = &view->ops[i];
	const struct plan_row *row;
	if (op->kind >= PLAN_N_KINDS || op->zero != 0)
		return bad_shape(err, "an operation of unknown kind");
	row = &plan_rows[op->kind];
	for (size_t k = 0; k < row->n_fields; k++)
		if (!check_field(view, pool_bytes, op, &row->fields[k], floor))
			return err_set(err, ERR_DENIED, 0, "plan.shape",
				"operation %u, %s: field '%s' is out of its range", i, row->name,
				row->fields[k].name);
	return 0;
}

int plan_verify(struct span image, const struct plan_floor *floor, struct plan_view *ret_view,
	struct err *err)
{
	struct plan_head head;
	struct plan_view view;
	uint64_t want;
	if (image.len < sizeof(head) || image.len > 2 * (size_t)LIMIT_PLAN_BYTES)
		return bad_shape(err, "a size that no plan has");
	if ((uintptr_t)image.ptr % 8)
		return bad_shape(err, "an image that is not aligned");
	memcpy(&head, image.ptr, sizeof(head));
	if (memcmp(head.magic, PLAN_MAGIC, sizeof(head.magic)) != 0 || head.version != PLAN_VERSION)
		return bad_shape(err, "not a plan of this version");
	if (head.n_ops > LIMIT_PLAN_OPS || head.pool_bytes > LIMIT_PLAN_BYTES ||
		head.n_fds > LIMIT_PLAN_FDS)
		return bad_shape(err, "more operations, bytes or descriptors than a plan may have");
	want = sizeof(head) + (uint64_t)head.n_ops * sizeof(struct plan_op) + head.pool_bytes;
	if (want != image.len)
		return bad_shape(err, "counts that do not add up to its size");
	view.ops = (const struct plan_op *)(const void *)(image.ptr + sizeof(head));
	view.n_ops = head.n_ops;
	view.n_fds = head.n_fds;
	view.pool = image.ptr + sizeof(head) + head.n_ops * sizeof(struct plan_op);
	for (uint32_t i = 0; i < view.n_ops; i++)
		if (check_op(&view, head.pool_bytes, i, floor, err) < 0)
			return -1;
	if (plan_floor_check(&view, floor, err) < 0)
		return -1;
	*ret_view = view;
	return 0;
}

const struct plan_op *plan_find(const struct plan_view *view, enum plan_kind kind)
{
	for (uint32_t i = 0; i < view->n_ops; i++)
		if (view->ops[i].kind == kind)
			return &view->ops[i];
	return NULL;
}
