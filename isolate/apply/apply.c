/* SPDX-License-Identifier: Apache-2.0 */
/* The context of every *_apply(). */
#include "isolate/apply/apply.h"

#include "base/bug.h"

void launch_degrade(struct launch *launch, const struct plan_op *op)
{
	if (launch->n_degraded < ARRAY_LEN(launch->degraded))
		launch->degraded[launch->n_degraded++] = (uint32_t)(op - launch->view.ops);
}
