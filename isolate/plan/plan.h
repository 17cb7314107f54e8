/* SPDX-License-Identifier: Apache-2.0 */
/* The sealed plan: what cantle-launch is asked to do, as data that is checked on both sides. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/span.h"
#include "base/str.h"
#include "isolate/plan/plan_ops.h"
#include "isolate/plan/plan_terms.h"

/*
 * Shape:     head, then operations of one size, then a pool that they point into by offset and
 *            length; strings in the pool end with a NUL that the length does not count. One memory
 *            image, native byte order, sealed in a memfd (memfd_create(2), F_ADD_SEALS).
 * Units:     sizes in bytes; ids are host ids except in USER.
 * Ownership: struct plan owns its memory until plan_done(); a struct plan_view borrows the image.
 * Errors:    plan.full, plan.seal, plan.shape (not a plan), plan.floor (weaker than all must be).
 * Source:    cantle-launch(8); the floor mirrors SECURITY.md.
 */
enum plan_when { PLAN_HOST, PLAN_ONE, PLAN_MANY, PLAN_FAULT };

#define X(upper, lower, when, text) PLAN_##upper,
enum plan_kind { PLAN_OPS(X) PLAN_N_KINDS };
#undef X

#define PLAN_MEMBER(s, type, name) PLAN_T_##type name;
#define X(upper, lower, when, text)                                                                \
	struct plan_##lower {                                                                      \
		PLAN_FIELDS_##upper(PLAN_MEMBER, )                                                 \
	};
PLAN_OPS(X)
#undef X

struct plan_op {
	uint32_t kind; /* enum plan_kind */
	uint32_t zero;
	union {
		uint64_t room[5];
#define X(upper, lower, when, text) struct plan_##lower lower;
		PLAN_OPS(X)
#undef X
	};
};

/* What every plan is held against: who this node is. Faults are allowed in test launchers alone. */
struct plan_floor {
	uint32_t node;
	uint32_t n_roots;
	bool has_faults;
};

/* --- building (T1); additions to a full plan are dropped, plan_image() and plan_seal() fail */
struct plan {
	struct plan_op *ops;
	uint32_t n_ops;
	uint32_t n_fds; /* set by the caller: how many descriptors go along */
	char *pool;
	uint32_t used;
	bool is_full;
};

must_check int plan_init(struct plan *ret_plan, struct err *err);
void plan_done(struct plan *plan);
void plan_add(struct plan *plan, struct plan_op op);
struct plan_ref plan_str(struct plan *plan, const char *text);
struct plan_ref plan_bytes(struct plan *plan, struct span bytes);
/* Append the memory image to an empty string; plan_seal() puts the same into a sealed memfd. */
must_check int plan_image(const struct plan *plan, struct str *image, struct err *err);
must_check int plan_seal(const struct plan *plan, struct fd_memfd *ret_fd, struct err *err);

/* --- reading (T0, --dry-run, tests) */
struct plan_view {
	const struct plan_op *ops;
	uint32_t n_ops;
	uint32_t n_fds;
	const char *pool;
};

/* Check shape and floor of an image of 8-byte alignment; the view borrows it. */
must_check int plan_verify(struct span image, const struct plan_floor *floor,
	struct plan_view *ret_view, struct err *err);
/* Run the plan's seccomp program on calls that no partition may make; the launcher's own check. */
must_check int plan_filter_check(const struct plan_view *view, struct err *err);
/* The one operation of a kind, or NULL. */
const struct plan_op *plan_find(const struct plan_view *view, enum plan_kind kind);
static inline const char *plan_cstr(const struct plan_view *view, struct plan_ref ref)
{
	return view->pool + ref.off;
}
/* One line per operation: "mount.tmpfs path=/tmp size_bytes=67108864 …". */
void plan_print(const struct plan_view *view, struct str *out);
