/* SPDX-License-Identifier: Apache-2.0 */
/* What a process may never do again, as operations: capabilities, limits, system calls. */
#include "isolate/plan/cap_plan.h"

#include "policy/policy.h"

void cap_plan(const struct launch_request *request, struct plan *plan)
{
	const struct policy *policy = request->policy;
	plan_add(plan, (struct plan_op){.kind = PLAN_CAPS,
			       .caps = {.keep = 0, .securebits = PLAN_SECUREBITS}});
	for (uint32_t i = 0; i < policy->n_rlimits && i < LIMIT_POLICY_RLIMITS; i++)
		plan_add(plan, (struct plan_op){.kind = PLAN_RLIMIT,
				       .rlimit = {.resource = policy->rlimits[i].resource,
					       .soft = policy->rlimits[i].soft,
					       .hard = policy->rlimits[i].hard}});
	plan_add(plan, (struct plan_op){.kind = PLAN_UMASK, .umask.mask = 022});
	/* Kernels without keyrings have nothing to separate. */
	plan_add(plan, (struct plan_op){.kind = PLAN_KEYRING, .keyring.flags = PLAN_IF_AVAILABLE});
	if (policy->is_mdwe)
		plan_add(plan,
			(struct plan_op){.kind = PLAN_MDWE,
				.mdwe.flags = policy->optional & POLICY_OPT_MDWE ? PLAN_IF_AVAILABLE
										 : 0});
	plan_add(plan, (struct plan_op){.kind = PLAN_SECCOMP,
			       .seccomp.filter = plan_bytes(plan, request->filter)});
}
