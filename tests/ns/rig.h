/* SPDX-License-Identifier: Apache-2.0 */
/* A launcher under test: started, greeted, fed with plans, listened to. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/fd.h"
#include "isolate/plan/launch_plan.h"
#include "policy/policy.h"
#include "wire/msg_launch.h"

/*
 * Shape:     one launcher of the build tree, a state directory of its own, node 35, cgroups where
 *            this host has them. One rig of the machine at a time: they share node and slot.
 *            The launcher also holds a descriptor that nothing inside may see.
 * Ownership: rig_done() ends the launcher and removes directory and cgroups.
 */
enum { RIG_NODE = 35, RIG_SLOT = 7 };

struct rig {
	struct fd_chan chan;
	struct fd_file lock;
	struct fd_pid launcher;
	pid_t launcher_pid;
	char state[32];
	struct fd_dir build; /* directory of the programs */
	struct fd_dir roots[LIMIT_PLAN_ROOTS];
	char root_paths[LIMIT_PLAN_ROOTS][64];
	size_t n_roots;
	struct cgroup_layout cgroups;
	struct policy policy;
	struct policy_program program;
	struct str buf;
	struct chan_fds got; /* descriptors of the last message */
};

/* How one run went. */
struct rig_run {
	struct launch_msg last; /* EXITED or FAILED */
	char out[16384];        /* standard output and error together */
	size_t n_out;
	int status; /* exit status, 128 + signal, or -1 where it FAILED */
};

must_check int rig_open(struct rig *rig, const char *launcher, const char *policy, struct err *err);
void rig_done(struct rig *rig);

/* A request for `cantle-init --once -- argv...`; descriptors: the program of pid 1, then stdio. */
struct rig_job {
	struct launch_request request;
	struct launch_bind binds[8];
	uint32_t fds[8];
	const char *argv[64];
	int list[LIMIT_PLAN_FDS];
	struct plan plan;
};
must_check int rig_job(
	struct rig *rig, const char *const *argv, struct rig_job *ret, struct err *err);
void rig_job_done(struct rig_job *job);
/* Plan (unless done by the caller), seal and send. */
must_check int rig_start(struct rig *rig, struct rig_job *job, uint64_t id, struct err *err);
must_check int rig_recv(struct rig *rig, struct launch_msg *ret, struct err *err);
/* Start, collect the output and wait for the end; a job with stdio of /dev/null and a pipe. */
must_check int rig_run(struct rig *rig, struct rig_job *job, struct rig_run *ret, struct err *err);
