/* SPDX-License-Identifier: Apache-2.0 */
/* What the program sees of us: descriptors, directory, arguments, environment. */
#include "isolate/apply/env_apply.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/sys.h"

enum {
	HIGH_FD = 512
}; /* above every descriptor that a plan and the launcher hold for one launch */

static char **vector(const struct launch *launch, enum plan_kind kind)
{
	char **strings = mem_array((size_t)launch->view.n_ops + 1, sizeof(*strings));
	size_t n = 0;
	/* env.text and arg.text stand at the same place; execve(2) does not write to them. */
	for (uint32_t i = 0; strings && i < launch->view.n_ops; i++)
		if (launch->view.ops[i].kind == kind)
			strings[n++] = (char *)(uintptr_t)launch_text(
				launch, launch->view.ops[i].arg.text);
	return strings;
}

int env_vectors(struct launch *launch, struct err *err)
{
	launch->argv = vector(launch, PLAN_ARG);
	launch->envp = vector(launch, PLAN_ENV);
	if (!launch->argv || !launch->envp)
		return err_set(
			err, ERR_LIMIT, ENOMEM, "env.vector", "list arguments and environment");
	return 0;
}

void env_vectors_done(struct launch *launch)
{
	free(launch->argv);
	free(launch->envp);
	launch->argv = NULL;
	launch->envp = NULL;
}

static int raise_fd(int fd, struct err *err)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);
	if (high < 0)
		return err_set(err, ERR_OS, errno, "fd.pass", "move descriptor %d", fd);
	return high;
}

int fd_pass_child(struct launch *launch, struct err *err)
{
	const struct plan_op *program = plan_find(&launch->view, PLAN_EXEC_FD);
	int high[LIMIT_PLAN_FDS + 2];
	uint32_t n = 0;
	uint32_t n_passed;
	for (uint32_t i = 0; i < launch->view.n_ops; i++) {
		const struct plan_op *op = &launch->view.ops[i];
		if (op->kind == PLAN_PASS_FD && n < LIMIT_PLAN_FDS)
			high[n++] = raise_fd(launch->fds[op->pass_fd.fd], err);
		if (err_is_set(err))
			return -1;
	}
	n_passed = n;
	high[n++] = raise_fd(launch->gate.fd, err);
	if (high[n - 1] >= 0 && program)
		high[n++] = raise_fd(launch->fds[program->exec_fd.fd], err);
	if (err_is_set(err))
		return -1;
	for (uint32_t i = 0; i < n; i++)
		if (dup3(high[i], (int)i, i < n_passed ? 0 : O_CLOEXEC) < 0)
			return err_set(err, ERR_OS, errno, "fd.pass", "place descriptor %u", i);
	launch->gate.fd = (int)n_passed;
	if (launch->weaken & WEAKEN_FDS)
		return 0;
	if (sys_close_range(n, ~0U, 0) < 0)
		return err_set(err, ERR_OS, errno, "fd.pass", "close the others");
	return 0;
}

int cwd_child(struct launch *launch, struct err *err)
{
	const char *path = launch_text(launch, plan_find(&launch->view, PLAN_CWD)->cwd.path);
	char now[PATH_MAX];
	if (chdir(path) < 0)
		return err_set(err, ERR_OS, errno, "cwd", "enter '%s'", path);
	/* "(unreachable)/..." would be a directory outside the root. */
	if (syscall(SYS_getcwd, now, sizeof(now)) < 0 || now[0] != '/')
		return err_set(err, ERR_BUG, errno, "cwd", "'%s' is outside of the root", path);
	return 0;
}

int exec_child(struct launch *launch, struct err *err)
{
	const char mark = LAUNCH_GATE_EXEC;
	const struct plan_op *program = plan_find(&launch->view, PLAN_EXEC);
	const char *path = program ? launch_text(launch, program->exec.path) : "";
	sigset_t mask;
	/*
	 * The launcher blocks signals of the terminal; the program starts as after a login. Pid 1
	 * starts with all of them blocked: one that came before it looks would be lost, because
	 * without a handler it ignores them (pid_namespaces(7)).
	 */
	if (launch_is(launch, PLAN_PARTITION))
		sigfillset(&mask);
	else
		sigemptyset(&mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (send(launch->gate.fd, &mark, 1, MSG_NOSIGNAL) != 1)
		return err_set(err, ERR_OS, errno, "exec", "tell the launcher");
	/* The program's descriptor was placed behind the gate. */
	if (program)
		sys_execveat(AT_FDCWD, path, launch->argv, launch->envp, 0);
	else
		sys_execveat(launch->gate.fd + 1, "", launch->argv, launch->envp, AT_EMPTY_PATH);
	return err_set(err, ERR_OS, errno, "exec", "run '%s'", program ? path : launch->argv[0]);
}
