/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock rules of a partition as operations. */
#include "isolate/plan/fs_plan.h"

#include "base/bug.h"
#include "policy/policy.h"

struct fs_row {
	const char *path;
	uint32_t access;
};

static const struct fs_row base_rows[] = {
	{"/", PLAN_LL_LIST},
	{"/usr", PLAN_LL_EXEC},
	{"/opt", PLAN_LL_EXEC},
	{"/etc", PLAN_LL_READ},
	{"/proc", PLAN_LL_PROC},
	{"/dev", PLAN_LL_DEV},
	{"/dev/shm", PLAN_LL_WRITE},
	{"/tmp", PLAN_LL_WRITE_EXEC},
	{"/var/tmp", PLAN_LL_WRITE_EXEC},
	{"/run", PLAN_LL_WRITE_EXEC},
};

static void rule(struct plan *plan, const char *path, uint32_t access)
{
	plan_add(plan, (struct plan_op){.kind = PLAN_LL_RULE,
			       .ll_rule = {.path = plan_str(plan, path), .access = access}});
}

void fs_plan(const struct launch_request *request, struct plan *plan)
{
	const struct policy *policy = request->policy;
	bool is_optional = policy->optional & POLICY_OPT_LANDLOCK;
	uint32_t scoped = PLAN_SCOPE_ABSTRACT_UNIX | PLAN_SCOPE_SIGNAL;
	/* A joining process is the operator's hand inside: it may signal what runs there. */
	if (request->kind == PLAN_JOIN)
		scoped = 0;
	plan_add(plan, (struct plan_op){.kind = PLAN_LANDLOCK,
			       .landlock = {.min_abi = is_optional ? 0 : policy->landlock_abi,
				       .scoped = scoped}});
	for (size_t i = 0; i < ARRAY_LEN(base_rows); i++)
		rule(plan, base_rows[i].path, base_rows[i].access);
	for (size_t i = 0; i < request->n_binds; i++) {
		const struct launch_bind *bind = &request->binds[i];
		if (bind->flags & PLAN_MNT_RW)
			rule(plan, bind->path, PLAN_LL_WRITE_EXEC);
		else
			rule(plan, bind->path, PLAN_LL_EXEC);
	}
}
