/* SPDX-License-Identifier: Apache-2.0 */
/* The planner: policy and request in, operations out. */
#include "isolate/plan/launch_plan.h"

#include "isolate/plan/cap_plan.h"
#include "isolate/plan/env_plan.h"
#include "isolate/plan/fs_plan.h"
#include "isolate/plan/mount_plan.h"
#include "isolate/plan/ns_plan.h"
#include "isolate/plan/user_plan.h"
#include "policy/policy.h"

static int limits_plan(const struct launch_request *request, struct plan *plan, struct err *err)
{
	static const struct cgroup_layout nowhere;
	const struct policy *policy = request->policy;
	const struct cgroup_layout *layout = request->cgroups ? request->cgroups : &nowhere;
	uint32_t optional = 0;
	char slot[16];
	const char *leaf = request->cgroup_name;
	optional |= policy->optional & POLICY_OPT_CGROUP_MEMORY ? 1u << CGROUP_MEMORY : 0;
	optional |= policy->optional & POLICY_OPT_CGROUP_PIDS ? 1u << CGROUP_PIDS : 0;
	optional |= policy->optional & POLICY_OPT_CGROUP_CPU ? 1u << CGROUP_CPU : 0;
	const struct cgroup_limits limits = {
		.memory_bytes = policy->memory_bytes,
		.n_pids = policy->n_pids,
		.cpu_milli = policy->cpu_milli,
		.optional = optional,
		.is_join = request->kind == PLAN_JOIN,
		.is_ephemeral = request->kind != PLAN_JOIN && request->flags & PLAN_EPHEMERAL,
	};
	if (!leaf) {
		snprintf(slot, sizeof(slot), "%u", request->slot);
		leaf = slot;
	}
	if (!cgroup_plan(plan, layout, request->node, leaf, &limits))
		return err_set(err, ERR_DENIED, 0, "plan.request",
			"policy '%s' asks for a cgroup limit that this host cannot enforce, and "
			"does "
			"not call it optional",
			policy->name);
	return 0;
}

int launch_plan(const struct launch_request *request, struct plan *plan, struct err *err)
{
	if (!request->policy || !request->filter.len || !request->n_argv || request->n_fds < 3)
		return err_set(err, ERR_BUG, 0, "plan.request",
			"a request without policy, seccomp program, arguments or descriptors");
	if (limits_plan(request, plan, err) < 0)
		return -1;
	ns_plan(request, plan);
	user_plan(request, plan);
	if (request->kind == PLAN_PARTITION)
		mount_plan(request, plan);
	cap_plan(request, plan);
	if (request->kind != PLAN_CONFINED)
		fs_plan(request, plan);
	env_plan(request, plan);
	if (plan->is_full)
		return err_set(err, ERR_LIMIT, 0, "plan.full",
			"arguments, environment and files together are too long");
	return 0;
}

void host_plan_dir(struct plan *plan, const char *rel, uint32_t mode, uint32_t uid, uint32_t gid)
{
	plan_add(plan, (struct plan_op){.kind = PLAN_DIR_MAKE,
			       .dir_make = {.at = PLAN_ROOT_STATE,
				       .rel = plan_str(plan, rel),
				       .mode = mode,
				       .uid = uid,
				       .gid = gid}});
}

void host_plan_remove(struct plan *plan, const char *rel)
{
	plan_add(plan, (struct plan_op){.kind = PLAN_TREE_REMOVE,
			       .tree_remove = {.at = PLAN_ROOT_STATE, .rel = plan_str(plan, rel)}});
}

void host_plan_open(struct plan *plan, const char *rel)
{
	plan_add(plan, (struct plan_op){.kind = PLAN_FILE_OPEN,
			       .file_open = {.at = PLAN_ROOT_STATE, .rel = plan_str(plan, rel)}});
}
