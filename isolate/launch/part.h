/* SPDX-License-Identifier: Apache-2.0 */
/* One plan from START to EXITED: host operations, clone, gate, end. */
#pragma once

#include "isolate/apply/apply.h"
#include "wire/chan.h"
#include "wire/msg_launch.h"

/*
 * Shape:     STARTING -> GATED -> (RELEASE) -> RELEASED -> RUNNING -> gone; ADOPTED stands beside.
 * Ownership: owns the plan's image and descriptors, gate, pidfd and the namespaces it keeps open.
 *            These are kept past the end, because dropping the last reference to a mount or network
 *            namespace waits for RCU: whoever waits for the exit should not.
 * Errors:    start.plan, clone, gate, and those of apply/
 */
enum part_state { PART_STARTING, PART_GATED, PART_RELEASED, PART_RUNNING, PART_ADOPTED };

struct part {
	uint64_t id;
	enum part_state state;
	pid_t pid;
	struct fd_pid pidfd;
	struct launch launch;
	struct chan_fds fds;
	void *image;
	size_t image_bytes;
	struct fd_ns net; /* its own empty network, or none */
	struct fd_ns mnt; /* kept open past the end */
	bool is_at_exec;
	struct part **siblings; /* all others, for the child to close their gates */
	size_t n_siblings;
};

/* An empty one; NULL without memory. */
struct part *part_new(const struct host *host, uint64_t id);
/* Take memfd (first) and descriptors over, verify, run the host operations. */
must_check int part_open(const struct host *host, uint64_t id, struct chan_fds *fds,
	struct part **ret, struct err *err);
/* Answer of the host operations: results and degraded ones, with the descriptors for it. */
must_check int part_host_apply(struct part *part, struct launch_msg *reply,
	struct chan_fds *ret_fds, struct str *text, struct err *err);
/* Make the process; it runs up to its gate by itself. net is consumed where the plan needs one. */
must_check int part_spawn(struct part *part, struct fd_ns *net, const struct part *target,
	struct fd_chan chan, struct err *err);
/* The child said something; err is set where it failed. */
must_check int part_gate_event(struct part *part, struct err *err);
must_check int part_release(struct part *part, struct err *err);
/* It runs and has descriptors of its own: a pipe that we held open too would never end for its reader.
 * What came along besides, the agent's locks, is kept until the end of a process that ends with us. */
void part_let_go(struct part *part);
/* The first process ended: how and with what. Cgroups that go with it are removed. */
void part_reap(struct part *part, struct launch_msg *reply);
/* Kill and reap whatever is left, free everything. NULL is fine. */
void part_free(struct part *part);
