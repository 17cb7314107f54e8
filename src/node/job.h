/* SPDX-License-Identifier: Apache-2.0 */
/* One plan at the launcher: start it, release it, wait for its end. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "isolate/plan/plan.h"
#include "wire/msg_launch.h"

/*
 * Shape:     NEW -> CREATED -> RUNNING -> EXITED, or DONE for host operations alone, or FAILED.
 * Ownership: a job lives on its verb's stack; job_done() forgets it (an ephemeral process is killed
 *            by the launcher when the channel closes, at the latest).
 * Errors:    job.launcher (the launcher is gone), and the steps that the launcher reports
 */
enum job_state { JOB_NEW, JOB_CREATED, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_EXITED };

struct node;

struct job {
	struct node *node;
	uint64_t id;
	enum job_state state;
	uint32_t pid;
	struct fd_pid pidfd;
	struct err error;
	int status; /* after EXITED: exit code, or 128 + signal */
	bool is_oom;
	uint32_t n_degraded;
	uint32_t degraded[LIMIT_LAUNCH_DEGRADED];
	/* Of host operations: texts and descriptors in the order of the plan. */
	uint32_t n_results;
	int32_t result_num[LIMIT_LAUNCH_RESULTS];
	struct str result_text[LIMIT_LAUNCH_RESULTS];
	int result_fd[LIMIT_LAUNCH_RESULTS];
};

#define scoped_job __attribute__((cleanup(job_done))) struct job
void job_init(struct job *job, struct node *node);
void job_done(struct job *job);

/* Watch the launcher's channel; called once, by bootstrap. */
must_check int job_watch(struct node *node, struct err *err);

/* Seal the plan and send it with its descriptors. */
must_check int job_start(struct node *node, struct job *job, struct plan *plan, const int *fds,
	size_t n_fds, struct err *err);
must_check int job_adopt(struct node *node, struct job *job, uint32_t pid, struct err *err);
must_check int job_release(struct node *node, struct job *job, struct err *err);
must_check int job_signal(struct node *node, struct job *job, int signo, struct err *err);

/* Serve the loop until the job has at least this state. A job that failed is an error, as is a
 * cancelled command unless `is_firm`. */
must_check int job_wait(
	struct node *node, struct job *job, enum job_state state, bool is_firm, struct err *err);
/* As job_wait() to EXITED, but at most timeout_ms; 1 where the time is over. */
must_check int job_wait_exit(
	struct node *node, struct job *job, uint64_t timeout_ms, struct err *err);
/* SIGKILL and wait for the end. */
must_check int job_kill(struct node *node, struct job *job, struct err *err);

/* Run a plan of host operations alone. */
must_check int job_host(struct node *node, struct job *job, struct plan *plan, struct err *err);
