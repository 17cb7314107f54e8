/* SPDX-License-Identifier: Apache-2.0 */
/* The seccomp program of the plan, last of all. */
#include "isolate/apply/seccomp_apply.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "base/sys.h"

int seccomp_child(struct launch *launch, struct err *err)
{
	const struct plan_op *op = plan_find(&launch->view, PLAN_SECCOMP);
	/* The kernel copies and checks the program; it does not write to it. */
	const struct sock_fprog program = {
		.len = (unsigned short)(op->seccomp.filter.len / sizeof(struct sock_filter)),
		.filter = (struct sock_filter *)(uintptr_t)launch_text(launch, op->seccomp.filter),
	};
	if (sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return err_set(err, ERR_OS, errno, "seccomp", "load %u instructions", program.len);
	return 0;
}
