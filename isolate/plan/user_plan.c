/* SPDX-License-Identifier: Apache-2.0 */
/* Ids of a process as operations. */
#include "isolate/plan/user_plan.h"

#include "base/limits.h"

uint32_t user_slot_base(uint32_t node, uint32_t slot)
{
	return ID_BASE + node * ID_NODE_SPAN + slot * ID_SLOT_SPAN;
}

void user_plan(const struct launch_request *request, struct plan *plan)
{
	uint32_t base = user_slot_base(request->node, request->slot);
	uint32_t id = ID_INSIDE;
	if (request->kind == PLAN_CONFINED)
		id = user_slot_base(request->node, 0) + request->uid;
	if (request->kind == PLAN_PARTITION)
		plan_add(plan, (struct plan_op){.kind = PLAN_ID_MAP,
				       .id_map = {.base = base, .count = ID_SLOT_SPAN}});
	plan_add(
		plan, (struct plan_op){.kind = PLAN_USER,
			      .user = {.uid = id,
				      .gid = id,
				      .group = request->kind == PLAN_JOIN ? USER_WATCH_GROUP : 0}});
}
