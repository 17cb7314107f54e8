/* SPDX-License-Identifier: Apache-2.0 */
/* Description of every operation, generated from the rows of plan_ops.h. */
#include "isolate/plan/plan_table.h"

#include "base/bug.h"

_Static_assert(sizeof(struct plan_op) == 48, "every operation fits the union's room");
_Static_assert(sizeof(struct plan_head) % 8 == 0, "operations are aligned behind the head");

#define FIELD(self, type, name) {PLAN_F_##type, offsetof(struct plan_##self, name), #name},
#define X(upper, lower, when, text)                                                                \
	static const struct plan_field fields_##lower[] = {PLAN_FIELDS_##upper(FIELD, lower)};
PLAN_OPS(X)
#undef X

const struct plan_row plan_rows[PLAN_N_KINDS] = {
#define X(upper, lower, when_, text)                                                               \
	[PLAN_##upper] = {.name = text,                                                            \
		.when = when_,                                                                     \
		.n_fields = ARRAY_LEN(fields_##lower),                                             \
		.fields = fields_##lower},
	PLAN_OPS(X)
#undef X
};

/* Kinds with an ENUM or FLAGS field: what these may be. */
const struct plan_choice plan_choices[PLAN_N_KINDS] = {
	[PLAN_CGROUP_MAKE] = {.flags = PLAN_CG_OPTIONAL | PLAN_CG_ENTER | PLAN_CG_REMOVE},
	[PLAN_CGROUP_SET] = {.flags = PLAN_CG_OPTIONAL},
	[PLAN_PROCESS] = {.last = PLAN_CONFINED,
		.flags = PLAN_EPHEMERAL | PLAN_AUTO_RELEASE | PLAN_SESSION},
	[PLAN_NET] = {.last = PLAN_NET_FD},
	[PLAN_UCOUNTS] = {.flags = PLAN_IF_AVAILABLE},
	[PLAN_KEYRING] = {.flags = PLAN_IF_AVAILABLE},
	[PLAN_MDWE] = {.flags = PLAN_IF_AVAILABLE},
	[PLAN_LANDLOCK] = {.flags = PLAN_SCOPE_ABSTRACT_UNIX | PLAN_SCOPE_SIGNAL},
	[PLAN_LL_RULE] = {.last = PLAN_LL_LIST},
	[PLAN_MNT_BASE] = {.last = PLAN_BASE_CERTS},
	[PLAN_MNT_BIND] = {.flags = PLAN_MNT_RW | PLAN_MNT_NOEXEC | PLAN_MNT_IS_FILE |
				    PLAN_MNT_RECURSIVE},
	[PLAN_MNT_TMPFS] = {.flags = PLAN_MNT_NOEXEC},
	[PLAN_MNT_PROC] = {.flags = PLAN_PROC_SUBSET},
	[PLAN_PROC_MASK] = {.last = PLAN_MASK_DIR},
	[PLAN_WEAKEN] = {.flags = (WEAKEN_USER << 1) - 1},
};
