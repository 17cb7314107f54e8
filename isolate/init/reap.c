/* SPDX-License-Identifier: Apache-2.0 */
/* One child and every orphan: start, forward, reap, restart or end. */
#include "isolate/init/reap.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/bug.h"
#include "base/proc.h"
#include "base/sys.h"

static const int forwarded[] = {
	SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT};

static uint64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void reap_exec(char **argv)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(argv[0], argv);
	int error = errno;
	if (error == ENOENT && !strchr(argv[0], '/'))
		fprintf(stderr, "cantle: '%s': command not found\n", argv[0]);
	else
		fprintf(stderr, "cantle: '%s': %s\n", argv[0], strerrordesc_np(error));
	proc_exit(error == ENOENT || error == ENOTDIR ? 127 : 126);
}

static void start(struct reap *reap)
{
	struct clone_args args = {.exit_signal = SIGCHLD};
	reap->started_ms = now_ms();
	reap->child = sys_clone3(&args);
	/* Partitions answer clone3 with ENOSYS, so that clone's flags can be looked at. */
	if (reap->child < 0 && errno == ENOSYS)
		reap->child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	if (reap->child == 0)
		reap_exec(reap->argv);
	if (reap->child < 0) {
		fprintf(stderr, "cantle-init: cannot start '%s': %s\n", reap->argv[0],
			strerrordesc_np(errno));
		reap->child = 0;
		reap->status = 126;
	}
}

/* A crash loop must not burn the machine; a long run before it starts afresh. */
static void plan_restart(struct reap *reap)
{
	uint64_t now = now_ms();
	if (now - reap->started_ms > RESTART_CALM_MS || reap->restart_ms == 0)
		reap->restart_ms = RESTART_MS_MIN;
	else if (reap->restart_ms < RESTART_MS_MAX)
		reap->restart_ms *= 2;
	reap->started_ms = now + reap->restart_ms;
}

static void take_ended(struct reap *reap)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != reap->child)
			continue;
		reap->child = 0;
		reap->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		plan_restart(reap);
	}
}

static void take_signal(struct reap *reap, const siginfo_t *info)
{
	int signo = info->si_signo;
	if (signo == SIGCHLD)
		return;
	/* What the terminal sends goes to its whole foreground group, our child included. */
	if (info->si_code != SI_KERNEL && reap->child > 0)
		kill(reap->child, signo);
	if (reap->is_once || reap->is_stopping ||
		(signo != SIGTERM && signo != SIGINT && signo != SIGQUIT))
		return;
	reap->is_stopping = true;
	reap->deadline_ms = now_ms() + LIMIT_STOP_MS;
}

/* Milliseconds until there is something to do; -1: nothing but signals. */
static int64_t wait_ms(const struct reap *reap)
{
	uint64_t now = now_ms();
	uint64_t until;
	if (reap->child > 0 && !reap->is_stopping)
		return -1;
	until = reap->is_stopping ? reap->deadline_ms : reap->started_ms;
	return until > now ? (int64_t)(until - now) : 0;
}

static bool is_over(const struct reap *reap)
{
	if (reap->is_stopping && now_ms() >= reap->deadline_ms)
		return true;
	return reap->child <= 0 && (reap->is_once || reap->is_stopping);
}

static void block_signals(sigset_t *set)
{
	/* Blocked, they wait for sigtimedwait; pid 1 would not get them at all without a handler. */
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (size_t i = 0; i < ARRAY_LEN(forwarded); i++)
		sigaddset(set, forwarded[i]);
	sigprocmask(SIG_BLOCK, set, NULL);
}

int reap_run(struct reap *reap)
{
	sigset_t set;
	block_signals(&set);
	start(reap);
	for (;;) {
		siginfo_t info;
		int64_t ms;
		int signo;
		if (is_over(reap))
			break;
		if (reap->child <= 0 && !reap->is_once && now_ms() >= reap->started_ms)
			start(reap);
		ms = wait_ms(reap);
		struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
		signo = ms < 0 ? sigwaitinfo(&set, &info) : sigtimedwait(&set, &info, &wait);
		if (signo > 0)
			take_signal(reap, &info);
		take_ended(reap);
	}
	/* The end of pid 1 ends every process of the partition (pid_namespaces(7)). */
	return reap->status;
}
