/* SPDX-License-Identifier: Apache-2.0 */
/* Printed form of a plan: one line per operation, for --dry-run and golden tests. */
#include <inttypes.h>

#include "isolate/plan/plan_table.h"

enum { SHOWN_TEXT_MAX = 200 }; /* bytes of one string before it is cut */

static void print_text(struct span text, struct str *out)
{
	struct span shown = span_first(text, SHOWN_TEXT_MAX);
	str_addc(out, '\'');
	for (size_t i = 0; i < shown.len; i++) {
		unsigned char c = (unsigned char)shown.ptr[i];
		if (c == '\n')
			str_adds(out, "\\n");
		else if (c < ' ' || c == '\'' || c == '\\' || c >= 0x7f)
			str_addf(out, "\\x%02x", c);
		else
			str_addc(out, (char)c);
	}
	str_adds(out, shown.len < text.len ? "'..." : "'");
}

static bool is_text(struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if ((unsigned char)bytes.ptr[i] < '\t')
			return false;
	return true;
}

static void print_field(const struct plan_view *view, const struct plan_op *op,
	const struct plan_field *field, struct str *out)
{
	struct plan_ref ref;
	uint32_t v;
	str_addf(out, " %s=", field->name);
	switch (field->type) {
	case PLAN_F_U64:
		str_addf(out, "%" PRIu64, plan_field_u64(op, field));
		return;
	case PLAN_F_STR:
	case PLAN_F_NAME:
	case PLAN_F_REL:
	case PLAN_F_CGREL:
	case PLAN_F_ABS:
	case PLAN_F_BLOB:
		ref = plan_field_ref(op, field);
		if (field->type != PLAN_F_BLOB || is_text(span_make(view->pool + ref.off, ref.len)))
			print_text(span_make(view->pool + ref.off, ref.len), out);
		else
			str_addf(out, "(%u bytes)", ref.len);
		return;
	case PLAN_F_OCT:
		str_addf(out, "%04o", plan_field_u32(op, field));
		return;
	case PLAN_F_FLAGS:
		str_addf(out, "%#x", plan_field_u32(op, field));
		return;
	case PLAN_F_DIR:
	case PLAN_F_ROOT:
	case PLAN_F_CGROOT:
		v = plan_field_u32(op, field);
		if (field->type != PLAN_F_DIR || v & PLAN_ROOT_BIT)
			str_addf(out, "root%u", v & ~PLAN_ROOT_BIT);
		else
			str_addf(out, "fd%u", v);
		return;
	case PLAN_F_FD:
	case PLAN_F_U32:
	case PLAN_F_ENUM:
	case PLAN_F_HOSTID:
		str_addf(out, "%u", plan_field_u32(op, field));
		return;
	}
}

void plan_print(const struct plan_view *view, struct str *out)
{
	for (uint32_t i = 0; i < view->n_ops; i++) {
		const struct plan_row *row = &plan_rows[view->ops[i].kind];
		str_adds(out, row->name);
		for (size_t k = 0; k < row->n_fields; k++)
			print_field(view, &view->ops[i], &row->fields[k], out);
		str_addc(out, '\n');
	}
}
