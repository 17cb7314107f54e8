/* SPDX-License-Identifier: Apache-2.0 */
/* Start, wait for and signal processes through pidfds. */
#include "base/proc.h"

#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/bug.h"
#include "base/sys.h"

enum { CHILD_STACK_BYTES = 64 << 10 };

struct child {
	const struct proc_spec *spec;
	pid_t parent;
	int error;
	const char *step;
};

static int child_fail(struct child *c, const char *step)
{
	c->error = errno;
	c->step = step;
	return 127;
}

/* Move the descriptors out of the way of their targets, then into place. Shares the parent's memory
 * but not its descriptor table. */
static int child_fds(const struct proc_spec *s)
{
	int high[3 + PROC_FDS_MAX];
	size_t n = 3 + s->n_fds;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (size_t i = 0; i < n; i++) {
		int from = i < 3 ? s->stdio[i] : s->fds[i - 3];
		high[i] = fcntl(from < 0 ? null : from, F_DUPFD_CLOEXEC, 3 + (int)n);
		if (high[i] < 0)
			return -1;
	}
	for (size_t i = 0; i < n; i++)
		if (dup2(high[i], (int)i) < 0)
			return -1;
	return sys_close_range((unsigned)n, ~0U, 0);
}

/* execve(2) does not write to the strings; its prototype only cannot say so. */
static char *const *vector(const char *const *strings)
{
	return (char *const *)(uintptr_t)strings;
}

static int child_main(void *arg)
{
	struct child *c = arg;
	const struct proc_spec *s = c->spec;
	static const char *const none[] = {NULL};
	sigset_t none_blocked;
	if (s->dies_with_parent) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
			return child_fail(c, "pdeathsig");
		if (getppid() != c->parent)
			return child_fail(c, "parent is gone");
	}
	if (s->is_new_session && setsid() < 0)
		return child_fail(c, "setsid");
	if (s->cwd && chdir(s->cwd) < 0)
		return child_fail(c, "chdir");
	if (child_fds(s) < 0)
		return child_fail(c, "descriptors");
	/* Signal handlers are reset by exec, but the mask is inherited: what the caller blocks to get
	   it by signalfd must reach a program that knows nothing of it. */
	sigemptyset(&none_blocked);
	sigprocmask(SIG_SETMASK, &none_blocked, NULL);
	execve(s->path, vector(s->argv), vector(s->envp ? s->envp : none));
	return child_fail(c, "exec");
}

int proc_spawn(const struct proc_spec *spec, struct fd_pid *ret, pid_t *ret_pid, struct err *err)
{
	struct child c = {.spec = spec, .parent = getpid()};
	int pidfd = FD_NONE;
	sigset_t all;
	sigset_t kept;
	pid_t pid;
	char *stack;
	BUG_IF(spec->n_fds > PROC_FDS_MAX, "a child inherits at most PROC_FDS_MAX descriptors");
	stack = malloc(CHILD_STACK_BYTES);
	if (!stack)
		return err_set(err, ERR_LIMIT, ENOMEM, "proc.spawn", "start '%s'", spec->path);
	/* No handler of the parent may run in the child while they share memory. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &kept);
	pid = clone(child_main, stack + CHILD_STACK_BYTES,
		CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &c, &pidfd);
	int error = errno;
	sigprocmask(SIG_SETMASK, &kept, NULL);
	free(stack);
	if (pid < 0)
		return err_set(err, ERR_OS, error, "proc.spawn", "start '%s'", spec->path);
	if (c.step) {
		waitpid(pid, NULL, 0);
		close(pidfd);
		return err_set(
			err, ERR_OS, c.error, "proc.spawn", "start '%s': %s", spec->path, c.step);
	}
	ret->fd = pidfd;
	if (ret_pid)
		*ret_pid = pid;
	return 0;
}

int proc_wait(struct fd_pid pid, int *ret_status, struct err *err)
{
	siginfo_t info = {0};
	while (waitid(P_PIDFD, (id_t)pid.fd, &info, WEXITED) < 0)
		if (errno != EINTR)
			return err_set(err, ERR_OS, errno, "proc.wait", "wait for a child");
	*ret_status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
	return 0;
}

void proc_exit(int status)
{
	exit(status);
}
