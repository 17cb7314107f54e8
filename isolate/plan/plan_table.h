/* SPDX-License-Identifier: Apache-2.0 */
/* Description of every operation, generated from the rows of plan_ops.h. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "isolate/plan/plan.h"

/* Shape: plan_rows[kind] = { printed name, when, fields }; offsets are from the start of the union. */
enum plan_type {
	PLAN_F_FD,
	PLAN_F_DIR,
	PLAN_F_ROOT,
	PLAN_F_CGROOT,
	PLAN_F_U32,
	PLAN_F_OCT,
	PLAN_F_ENUM,
	PLAN_F_FLAGS,
	PLAN_F_HOSTID,
	PLAN_F_U64,
	PLAN_F_STR,
	PLAN_F_NAME,
	PLAN_F_REL,
	PLAN_F_CGREL,
	PLAN_F_ABS,
	PLAN_F_BLOB,
};

struct plan_field {
	enum plan_type type;
	size_t offset;
	const char *name;
};

struct plan_row {
	const char *name;
	enum plan_when when;
	size_t n_fields;
	const struct plan_field *fields;
};

extern const struct plan_row plan_rows[PLAN_N_KINDS];

struct plan_choice {
	uint32_t last;  /* ENUM is 1..last */
	uint32_t flags; /* FLAGS is a subset */
};

extern const struct plan_choice plan_choices[PLAN_N_KINDS];

/* Start of the memory image. */
struct plan_head {
	char magic[8];
	uint32_t version;
	uint32_t n_ops;
	uint32_t pool_bytes;
	uint32_t n_fds;
};

#define PLAN_MAGIC   "CNTLPLAN"
#define PLAN_VERSION 1u

/* Where a field stands in an operation. */
static inline uint32_t plan_field_u32(const struct plan_op *op, const struct plan_field *field)
{
	uint32_t v;
	__builtin_memcpy(&v, (const char *)op->room + field->offset, sizeof(v));
	return v;
}

static inline uint64_t plan_field_u64(const struct plan_op *op, const struct plan_field *field)
{
	uint64_t v;
	__builtin_memcpy(&v, (const char *)op->room + field->offset, sizeof(v));
	return v;
}

static inline struct plan_ref plan_field_ref(
	const struct plan_op *op, const struct plan_field *field)
{
	struct plan_ref v;
	__builtin_memcpy(&v, (const char *)op->room + field->offset, sizeof(v));
	return v;
}
