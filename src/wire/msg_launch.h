/* SPDX-License-Identifier: Apache-2.0 */
/* Node agent to launcher and back: sealed plans down, process states up. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"
#include "wire/chan.h"
#include "wire/wire.h"

/*
 * Shape: every message is { u64 id, … }; id is the sender's own name of one plan.
 *   HELLO   { node, n_roots }  + roots: state directory, then cgroup hierarchies. First, once, sent
 *           before the sender gives up its privilege. Answer: READY { landlock_abi }.
 *   START   {}                 + plan (sealed memfd), then the descriptors of the plan
 *   RELEASE {}                 let a created process go on
 *   SIGNAL  { signo }          to the first process of a partition
 *   ADOPT   { pid }            take over a partition of an earlier launcher; FAILED where it is not
 * ours CREATED { pid }            + pidfd; the process waits at its gate (not with AUTO_RELEASE)
 *   RUNNING { pid, degraded }  + pidfd with AUTO_RELEASE or ADOPT; the program runs
 *   DONE    { degraded, results } + descriptors; a plan of host operations alone is done
 *   FAILED  { err }            nothing of the plan's process is left
 *   EXITED  { how, code, is_oom } last message of an id
 * Limits:    LIMIT_LAUNCH_* below. Degraded: numbers of operations marked optional that failed.
 * Ownership: a received message's spans borrow its buffer.
 * Errors:    those of wire.h and chan.h
 * Source:    cantle-launch(8).
 */
enum { LIMIT_LAUNCH_RESULT = 1024, LIMIT_LAUNCH_RESULTS = 16, LIMIT_LAUNCH_DEGRADED = 16 };

enum {
	MSG_LAUNCH_HELLO = 0x0100,
	MSG_LAUNCH_START,
	MSG_LAUNCH_RELEASE,
	MSG_LAUNCH_SIGNAL,
	MSG_LAUNCH_ADOPT,
	MSG_LAUNCH_READY = 0x0180,
	MSG_LAUNCH_CREATED,
	MSG_LAUNCH_RUNNING,
	MSG_LAUNCH_DONE,
	MSG_LAUNCH_FAILED,
	MSG_LAUNCH_EXITED,
};

enum { LAUNCH_EXIT_CODE = 1, LAUNCH_EXIT_SIGNAL, LAUNCH_EXIT_UNKNOWN }; /* UNKNOWN: adopted */

/* What one FILE_OPEN or CGROUP_READ brought. */
struct launch_result {
	uint32_t op; /* number of the operation in the plan */
	int32_t num; /* errno, 0 where it worked */
	struct span text;
	uint32_t fd; /* number among the message's descriptors + 1; 0: none */
};

struct launch_msg {
	uint16_t type;
	uint64_t id;
	uint32_t node, n_roots;         /* HELLO */
	uint32_t signo;                 /* SIGNAL */
	uint32_t pid;                   /* ADOPT, CREATED, RUNNING */
	uint32_t landlock_abi;          /* READY */
	uint32_t how, code, is_oom;     /* EXITED */
	uint32_t n_degraded, n_results; /* RUNNING, DONE */
	uint32_t degraded[LIMIT_LAUNCH_DEGRADED];
	struct launch_result results[LIMIT_LAUNCH_RESULTS];
	struct err error; /* FAILED */
};

/* Encode by msg->type. */
void launch_msg_put(struct wire_out *w, const struct launch_msg *msg);
/* Decode any of the above; refuses what is unknown, malformed or too long. */
must_check int launch_msg_get(struct wire_in *r, struct launch_msg *ret, struct err *err);
/* Encode and send in one. */
must_check int launch_msg_send(struct fd_chan chan, const struct launch_msg *msg, const int *fds,
	size_t n_fds, struct err *err);
/* Receive and decode; CHAN_MESSAGE, CHAN_CLOSED or CHAN_EMPTY. buf backs the spans. */
must_check int launch_msg_recv(struct fd_chan chan, struct str *buf, struct chan_fds *fds,
	struct launch_msg *ret, struct err *err);
