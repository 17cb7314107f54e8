/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of a child between clone3 and execve: one ordered table. */
#include "isolate/launch/stage.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "base/bug.h"
#include "isolate/apply/caps_apply.h"
#include "isolate/apply/cgroup_apply.h"
#include "isolate/apply/env_apply.h"
#include "isolate/apply/landlock_apply.h"
#include "isolate/apply/mount_apply.h"
#include "isolate/apply/ns_apply.h"
#include "isolate/apply/rlimit_apply.h"
#include "isolate/apply/seccomp_apply.h"
#include "isolate/apply/user_apply.h"
#include "isolate/launch/fault.h"

static int hide(struct launch *launch, struct err *err)
{
	(void)launch; /* every stage has one signature */
	/* Until the program runs, nobody inside may look at or into us. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_set(err, ERR_OS, errno, "child.hide", "become undumpable");
	return 0;
}

/* Has the launcher died since? Its end of the gate is the only one. */
static int check_launcher(const struct launch *launch, const char *step, struct err *err)
{
	struct pollfd gate = {.fd = launch->gate.fd, .events = 0};
	if (poll(&gate, 1, 0) > 0 && gate.revents & (POLLHUP | POLLERR))
		return err_set(err, ERR_PEER, 0, step, "the launcher is gone");
	return 0;
}

static int gate(struct launch *launch, struct err *err)
{
	char mark = LAUNCH_GATE_READY;
	/* Changing ids clears it again; until then the child dies with the launcher (prctl(2)). */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return err_set(err, ERR_OS, errno, "gate", "die with the launcher");
	if (send(launch->gate.fd, &mark, 1, MSG_NOSIGNAL) != 1)
		return err_set(err, ERR_OS, errno, "gate", "tell the launcher");
	if (recv(launch->gate.fd, &mark, 1, 0) != 1 || mark != LAUNCH_GATE_OPEN)
		return err_set(err, ERR_PEER, 0, "gate", "the launcher did not open the gate");
	return 0;
}

static int session(struct launch *launch, struct err *err)
{
	if (launch->process->process.flags & PLAN_SESSION && setsid() < 0)
		return err_set(err, ERR_OS, errno, "session", "start a session");
	return 0;
}

static int death(struct launch *launch, struct err *err)
{
	int signo = launch->process->process.flags & PLAN_EPHEMERAL ? SIGKILL : 0;
	if (prctl(PR_SET_PDEATHSIG, signo, 0, 0, 0) < 0)
		return err_set(err, ERR_OS, errno, "death", "choose to die with the launcher");
	return signo ? check_launcher(launch, "death", err) : 0;
}

#define PART     (1u << PLAN_PARTITION)
#define JOIN     (1u << PLAN_JOIN)
#define CONFINED (1u << PLAN_CONFINED)
#define ALL      (PART | JOIN | CONFINED)

const struct stage stages[] = {
	{"child.hide", hide, ALL, PLAN_PROCESS, 0},
	{"cgroup.enter", cgroup_enter_child, ALL, PLAN_PROCESS, WEAKEN_CGROUP},
	{"mount.root", mount_root_child, PART, PLAN_MNT_ROOT, 0},
	{"mount.tree", mount_tree_child, PART, PLAN_PROCESS, 0},
	{"mount.proc", mount_proc_child, PART, PLAN_MNT_PROC, 0},
	{"mount.mask", mount_mask_child, PART, PLAN_PROCESS, WEAKEN_PROC_MASK},
	{"mount.enter", mount_enter_child, PART, PLAN_PROCESS, 0},
	{"mount.host", host_mounts_child, CONFINED, PLAN_PROCESS, 0},
	{"uts.hostname", hostname_child, PART, PLAN_HOSTNAME, WEAKEN_UTS},
	{"oom.score", oom_score_child, ALL, PLAN_OOM_SCORE, 0},
	/* The user namespace comes last: all others belong to the initial one, and nobody inside
	 * can ever hold a capability over the mounts, the network or the processes. */
	{"user.ns", user_ns_child, PART, PLAN_ID_MAP, WEAKEN_USER},
	/* Behind the gate the id maps are written. */
	{"gate", gate, ALL, PLAN_PROCESS, 0},
	{"user.join", user_join_child, JOIN, PLAN_PROCESS, 0},
	{"cgroup.ns", cgroup_ns_child, PART, PLAN_PROCESS, WEAKEN_CGROUPNS},
	{"user.ucounts", user_ucounts_child, PART, PLAN_UCOUNTS, WEAKEN_UCOUNTS | WEAKEN_USER},
	{"fd.pass", fd_pass_child, ALL, PLAN_PROCESS, 0},
	{"rlimit", rlimit_child, ALL, PLAN_PROCESS, WEAKEN_RLIMITS},
	{"umask", umask_child, ALL, PLAN_UMASK, 0},
	{"session", session, ALL, PLAN_PROCESS, 0},
	{"caps.bound", caps_bound_child, ALL, PLAN_CAPS, WEAKEN_CAPS},
	{"caps.securebits", caps_securebits_child, ALL, PLAN_CAPS, WEAKEN_SECUREBITS},
	{"user.ids", user_ids_child, ALL, PLAN_USER, 0},
	{"keyring", keyring_child, ALL, PLAN_KEYRING, WEAKEN_KEYRING},
	{"cwd", cwd_child, ALL, PLAN_CWD, 0},
	{"caps.empty", caps_empty_child, ALL, PLAN_CAPS, WEAKEN_CAPS},
	{"caps.nnp", caps_nnp_child, ALL, PLAN_PROCESS, WEAKEN_NNP},
	{"death", death, ALL, PLAN_PROCESS, 0},
	{"mdwe", mdwe_child, ALL, PLAN_MDWE, 0},
	/* Without no_new_privs the kernel refuses both (seccomp(2), landlock(7)): they go together. */
	{"landlock", landlock_child, ALL, PLAN_LANDLOCK, WEAKEN_LANDLOCK | WEAKEN_NNP},
	{"seccomp", seccomp_child, ALL, PLAN_SECCOMP, WEAKEN_SECCOMP | WEAKEN_NNP},
	{"exec", exec_child, ALL, PLAN_PROCESS, 0},
};

const size_t n_stages = ARRAY_LEN(stages);

int stages_run(struct launch *launch, struct err *err)
{
	const uint32_t kind = 1u << launch->process->process.kind;
	for (size_t i = 0; i < ARRAY_LEN(stages); i++) {
		const struct stage *stage = &stages[i];
		if (!(stage->kinds & kind) || stage->weaken & launch->weaken)
			continue;
		if (stage->needs != PLAN_PROCESS && !plan_find(&launch->view, stage->needs))
			continue;
		if (fault_at(&launch->view, stage->step, err) < 0 || stage->run(launch, err) < 0)
			return -1;
	}
	return err_set(err, ERR_BUG, 0, "exec", "the last stage came back");
}
