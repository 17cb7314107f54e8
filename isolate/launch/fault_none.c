/* SPDX-License-Identifier: Apache-2.0 */
/* The product's launcher has no faults: plans that ask for one do not pass verification. */
#include "isolate/launch/fault.h"

bool fault_is_allowed(void)
{
	return false;
}

int fault_at(const struct plan_view *view, const char *step, struct err *err)
{
	(void)view; /* the product injects nothing */
	(void)step;
	(void)err;
	return 0;
}

uint32_t fault_weaken(const struct plan_view *view)
{
	(void)view; /* the product weakens nothing */
	return 0;
}
