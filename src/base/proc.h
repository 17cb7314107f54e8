/* SPDX-License-Identifier: Apache-2.0 */
/* Start, wait for and signal processes through pidfds; the only way of this tree to make one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/fd.h"

/*
 * Shape:     a spec names program, arguments, environment and the descriptors that the child gets:
 *            stdio[0..2] (FD_NONE: /dev/null), then fds[] renumbered from 3; everything else is
 * closed. No signal is blocked in the child.
 * Ownership: the spec borrows everything; the pidfd that comes back is the caller's.
 * Errors:    proc.spawn (with the step of the child where exec failed), proc.wait
 * Source:    clone(2) CLONE_VFORK|CLONE_VM|CLONE_PIDFD, pidfd_open(2), waitid(2) P_PIDFD.
 */
enum { PROC_FDS_MAX = 16 };

struct proc_spec {
	const char *path;        /* absolute; no search */
	const char *const *argv; /* NULL-terminated */
	const char *const *envp; /* NULL-terminated; NULL: empty environment */
	const char *cwd;         /* NULL: keep */
	int stdio[3];
	const int *fds;
	size_t n_fds;
	bool is_new_session;   /* setsid(2) */
	bool dies_with_parent; /* PR_SET_PDEATHSIG SIGKILL */
};

#define PROC_SPEC_INIT                                                                             \
	(struct proc_spec)                                                                         \
	{                                                                                          \
		.stdio = { FD_NONE, FD_NONE, FD_NONE }                                             \
	}

must_check int proc_spawn(
	const struct proc_spec *spec, struct fd_pid *ret, pid_t *ret_pid, struct err *err);

/* Wait for the end. ret_status: exit status 0..255, or 128 + signal. */
must_check int proc_wait(struct fd_pid pid, int *ret_status, struct err *err);

/* Ends this process: flushes stdio and coverage. The one exit of the tree besides main's return. */
_Noreturn void proc_exit(int status);
