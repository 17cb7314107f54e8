/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a network plan: what is verified can be printed, and names only slots in range. */
#include <stdlib.h>
#include <string.h>

#include "net/plan_make.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	scoped_str struct str out = STR_INIT;
	struct err err = ERR_INIT;
	struct net_plan *plan = calloc(1, sizeof(*plan));
	if (!plan)
		return 0;
	memcpy(plan, bytes, size < sizeof(*plan) ? size : sizeof(*plan));
	if (net_plan_verify(plan, true, &err) == 0) {
		for (uint32_t i = 0; i < plan->n_ops; i++)
			if (plan->ops[i].slot > NET_SLOT_MAX || plan->ops[i].kind >= NET_OP_KINDS)
				abort();
		net_plan_print(plan, &out);
	}
	free(plan);
	return 0;
}
