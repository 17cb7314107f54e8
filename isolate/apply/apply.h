/* SPDX-License-Identifier: Apache-2.0 */
/* What the launcher holds, and what one launch is made of: the context of every *_apply(). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/capability.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/fd.h"
#include "isolate/plan/plan.h"

/*
 * Shape:     struct host is filled once, at start, by the launcher; struct launch is one plan.
 * Ownership: a launch borrows host, view and descriptors; the trees are its own.
 * Rules:     functions named *_child run between clone3 and execve: no allocation, no locks.
 */
struct host {
	struct plan_floor floor;
	struct fd_dir proc;    /* the host's /proc, checked to be procfs */
	struct fd_ns own[5];   /* enum host_ns: where the launcher comes from */
	struct fd_ns template; /* mount namespace of the template, where it lives */
	struct fd_dir roots[LIMIT_PLAN_ROOTS];
	bool is_cgroup2[LIMIT_PLAN_ROOTS];
	uint32_t has_base; /* 1 << PLAN_BASE_*: parts that the template shows */
	uint32_t landlock_abi;
	cap_t no_caps; /* made before any clone: it is allocated */
};

enum host_ns { HOST_MNT, HOST_NET, HOST_UTS, HOST_IPC, HOST_PID, HOST_NS_N };

enum { LAUNCH_GATE_READY = 'U', LAUNCH_GATE_OPEN = 'G', LAUNCH_GATE_EXEC = 'E' };

struct launch {
	const struct host *host;
	struct plan_view view;
	const struct plan_op *process; /* its PROCESS operation, or NULL: host operations alone */
	const int *fds;                /* descriptors of the plan */
	struct fd_mount trees[LIMIT_PLAN_FDS]; /* sources of MNT_BIND, in order, detached */
	uint32_t n_trees;
	struct fd_chan gate;  /* this side's end */
	struct fd_pid target; /* JOIN: first process of the partition, borrowed */
	struct fd_dir root;   /* child: the new root while it is built */
	char **argv;
	char **envp;
	uint32_t weaken;       /* test launcher only */
	uint32_t degraded[16]; /* operations marked optional that failed */
	uint32_t n_degraded;
};

static inline bool launch_is(const struct launch *launch, uint32_t kind)
{
	return launch->process && launch->process->process.kind == kind;
}

static inline const char *launch_text(const struct launch *launch, struct plan_ref ref)
{
	return plan_cstr(&launch->view, ref);
}
