/* SPDX-License-Identifier: Apache-2.0 */
/* Limits and habits of one process: rlimits, OOM score, umask, keyring, memory protection. */
#include "isolate/apply/rlimit_apply.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/sys.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE              65 /* 6.3 */
#define PR_MDWE_REFUSE_EXEC_GAIN 1UL
#endif

int rlimit_child(struct launch *launch, struct err *err)
{
	for (uint32_t i = 0; i < launch->view.n_ops; i++) {
		const struct plan_rlimit *want = &launch->view.ops[i].rlimit;
		struct rlimit now;
		struct rlimit set = {.rlim_cur = want->soft, .rlim_max = want->hard};
		if (launch->view.ops[i].kind != PLAN_RLIMIT)
			continue;
		if (getrlimit((__rlimit_resource_t)want->resource, &now) < 0)
			return err_set(
				err, ERR_OS, errno, "rlimit", "read limit %u", want->resource);
		if (set.rlim_max > now.rlim_max)
			set.rlim_max = now.rlim_max;
		if (set.rlim_cur > set.rlim_max)
			set.rlim_cur = set.rlim_max;
		if (setrlimit((__rlimit_resource_t)want->resource, &set) < 0)
			return err_set(
				err, ERR_OS, errno, "rlimit", "set limit %u", want->resource);
	}
	return 0;
}

int oom_score_child(struct launch *launch, struct err *err)
{
	const struct plan_op *op = plan_find(&launch->view, PLAN_OOM_SCORE);
	scoped_fd fd = openat(launch->host->proc.fd, "self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || dprintf(fd, "%u", op->oom_score.adj) < 0)
		return err_set(err, ERR_OS, errno, "oom.score", "set the OOM score");
	return 0;
}

int umask_child(struct launch *launch, struct err *err)
{
	const struct plan_op *op = plan_find(&launch->view, PLAN_UMASK);
	(void)err; /* cannot fail */
	umask(op->umask.mask);
	return 0;
}

int keyring_child(struct launch *launch, struct err *err)
{
	const struct plan_op *op = plan_find(&launch->view, PLAN_KEYRING);
	/* An anonymous one of its own: the caller's keys stay behind. */
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0)
		return 0;
	if (errno == ENOSYS && op->keyring.flags & PLAN_IF_AVAILABLE)
		return 0; /* no keyrings in this kernel: nothing to leave behind */
	return err_set(err, ERR_OS, errno, "keyring", "join a keyring of its own");
}

int mdwe_child(struct launch *launch, struct err *err)
{
	const struct plan_op *op = plan_find(&launch->view, PLAN_MDWE);
	if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) == 0)
		return 0;
	if (errno == EINVAL && op->mdwe.flags & PLAN_IF_AVAILABLE)
		return 0;
	return err_set(err, ERR_OS, errno, "mdwe", "refuse memory that is written and then run");
}
