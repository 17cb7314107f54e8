/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces, network and host name of a process as operations. */
#include "isolate/plan/ns_plan.h"

#include "policy/policy.h"

static void hostname_plan(const struct launch_request *request, struct plan *plan)
{
	const char *name = request->hostname;
	if (!name)
		name = request->policy->hostname[0] ? request->policy->hostname : "partition";
	plan_add(plan,
		(struct plan_op){.kind = PLAN_HOSTNAME, .hostname.name = plan_str(plan, name)});
}

void ns_plan(const struct launch_request *request, struct plan *plan)
{
	bool is_optional = request->policy->optional & POLICY_OPT_NS_COUNTS;
	plan_add(plan, (struct plan_op){.kind = PLAN_PROCESS,
			       .process = {.kind = request->kind,
				       .flags = request->flags,
				       .join = request->join}});
	if (request->kind != PLAN_PARTITION)
		return;
	plan_add(plan, (struct plan_op){.kind = PLAN_NET,
			       .net = {.mode = request->net_fd == LAUNCH_NO_FD ? PLAN_NET_NONE
									       : PLAN_NET_FD,
				       .ns = request->net_fd}});
	hostname_plan(request, plan);
	/* No namespace inside: whatever seccomp lets through, the kernel refuses to count. */
	plan_add(
		plan, (struct plan_op){.kind = PLAN_UCOUNTS,
			      .ucounts = {.max = 0, .flags = is_optional ? PLAN_IF_AVAILABLE : 0}});
}
