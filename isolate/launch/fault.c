/* SPDX-License-Identifier: Apache-2.0 */
/* The test launcher's faults: fail at a step, die at a step, leave a defence out. */
#include "isolate/launch/fault.h"

#include <signal.h>
#include <string.h>

#include "base/proc.h"

bool fault_is_allowed(void)
{
	return true;
}

/* Pid 1 of a namespace does not even get its own SIGKILL: there, a death without a word. */
static _Noreturn void die_now(void)
{
	raise(SIGKILL);
	proc_exit(128 + SIGKILL);
}

int fault_at(const struct plan_view *view, const char *step, struct err *err)
{
	const struct plan_op *fail = plan_find(view, PLAN_FAIL_AT);
	const struct plan_op *die = plan_find(view, PLAN_KILL_AT);
	if (die && strcmp(plan_cstr(view, die->kill_at.step), step) == 0)
		die_now();
	if (fail && strcmp(plan_cstr(view, fail->fail_at.step), step) == 0)
		return err_set(err, ERR_OS, (int)fail->fail_at.num, step, "injected");
	return 0;
}

uint32_t fault_weaken(const struct plan_view *view)
{
	const struct plan_op *op = plan_find(view, PLAN_WEAKEN);
	return op ? op->weaken.defences : 0;
}
