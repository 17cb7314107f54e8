/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-launch: turns sealed plans into partitions. No configuration, text, names or network. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/statfs.h>

#include "base/bug.h"
#include "isolate/apply/landlock_apply.h"
#include "isolate/apply/template_apply.h"
#include "isolate/launch/fault.h"
#include "isolate/launch/serve.h"
#include "wire/msg_launch.h"

enum { CHAN_FD = 3, EXIT_USAGE = 100, EXIT_SYSTEM = 111 };

static void block_signals(void)
{
	/* Keys of the terminal, and what timeout(1) sends to the whole group, are for what runs
	   inside; a closed peer is an error, not a death. */
	static const int blocked[] = {
		SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE, SIGWINCH};
	const struct sigaction by_default = {.sa_handler = SIG_DFL};
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(blocked); i++)
		sigaddset(&set, blocked[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* "Ignored" outlives execve and CLONE_CLEAR_SIGHAND: what our caller ignores is not for them. */
	for (int signo = 1; signo < SIGRTMIN; signo++)
		if (signo != SIGKILL && signo != SIGSTOP)
			(void)!sigaction(signo, &by_default, NULL); /* glibc keeps two for itself */
}

static int own_open(struct host *host, struct err *err)
{
	static const char *const names[] = {
		[HOST_MNT] = "self/ns/mnt",
		[HOST_NET] = "self/ns/net",
		[HOST_UTS] = "self/ns/uts",
		[HOST_IPC] = "self/ns/ipc",
		[HOST_PID] = "self/ns/pid",
	};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		host->own[i].fd = openat(host->proc.fd, names[i], O_RDONLY | O_CLOEXEC);
		if (host->own[i].fd < 0)
			return err_set(err, ERR_OS, errno, "start.host", "open '%s'", names[i]);
	}
	return 0;
}

static int host_open(struct host *host, struct err *err)
{
	struct rlimit files;
	struct statfs fs;
	*host = (struct host){
		.floor.has_faults = fault_is_allowed(), .landlock_abi = landlock_abi()};
	host->proc.fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (host->proc.fd < 0 || fstatfs(host->proc.fd, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC)
		return err_set(err, ERR_OS, errno, "start.host", "/proc is not procfs");
	host->no_caps = cap_init();
	if (!host->no_caps)
		return err_set(err, ERR_LIMIT, errno, "start.host", "make an empty capability set");
	/* Four descriptors a partition. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)!setrlimit(
			RLIMIT_NOFILE, &files); /* fewer partitions then, each refused by name */
	}
	if (own_open(host, err) < 0)
		return -1;
	return template_apply(host, err);
}

int main(void)
{
	struct fd_chan chan = {CHAN_FD};
	struct host host;
	struct err err = ERR_INIT;
	char line[1024];
	block_signals();
	if (fcntl(CHAN_FD, F_SETFD, FD_CLOEXEC) < 0) {
		fprintf(stderr,
			"cantle-launch: started by cantled, with a channel on descriptor 3\n");
		return EXIT_USAGE;
	}
	if (host_open(&host, &err) == 0 && serve(&host, chan, &err) == 0)
		return 0;
	if (err.kind == ERR_PEER && err.num == EPIPE)
		return 0; /* the agent ended while an answer was on its way */
	struct launch_msg msg = {.type = MSG_LAUNCH_FAILED, .error = err};
	ERR_IGNORED(
		launch_msg_send(chan, &msg, NULL, 0, ignored)); /* the peer may be what failed */
	err_format(&err, "cantle-launch", line, sizeof(line));
	fprintf(stderr, "%s\n", line);
	return EXIT_SYSTEM;
}
