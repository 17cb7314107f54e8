/* SPDX-License-Identifier: Apache-2.0 */
/* Context of the node agent: everything a verb needs, made once by bootstrap(). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/loop.h"
#include "base/proc.h"
#include "isolate/plan/cgroup_plan.h"
#include "node/ctl.h"
#include "node/install.h"
#include "node/registry.h"
#include "node/store.h"

/*
 * Ownership: owns every descriptor; node_done() closes them, which makes the launcher end what is
 *            ephemeral. Jobs are the verbs' own and only registered here.
 * Trust:     after bootstrap() the process has the node's T1 ids and no capability. `state` and
 *            `registry` belong to root: what changes beneath them is asked of the launcher.
 */
enum { NODE_JOBS_MAX = 16, NODE_LEASES_MAX = 4, NODE_ROOTS_MAX = 8, NODE_ARENA_BYTES = 64 << 20 };

struct job;
struct node {
	struct install install;
	struct registry_node id;
	const char *state_path; /* for messages only */
	struct fd_dir state;    /* the state directory */
	struct fd_dir own;      /* its node/ */
	struct fd_chan launch;
	struct fd_pid launch_pid;
	struct fd_chan net;
	struct fd_pid net_pid;
	struct cgroup_layout cgroups;
	struct fd_dir cgroup_roots[NODE_ROOTS_MAX];
	size_t n_cgroup_roots;
	uint32_t landlock_abi;
	struct ctl ctl;
	struct loop loop;
	struct arena arena;
	struct store *store; /* node_store() */
	struct job *jobs[NODE_JOBS_MAX];
	int leases[NODE_LEASES_MAX]; /* borrowed: the locks that go along with every plan */
	uint64_t last_id;
	bool is_net_up;
};

/* Everything empty; the loop is not open yet. */
void node_init(struct node *node);
/* Close the channels and wait until launcher and net helper have cleaned up and gone. */
void node_done(struct node *node);

/* Open the database at its first use. */
must_check int node_store(struct node *node, struct err *err);
/* A broken channel said as what it is: the program at its other end is gone. Always -1. */
int node_peer_failed(const char *program, const char *step, struct err *err);
/* printf into the arena; NULL without memory. */
const char *node_text(struct node *node, const char *fmt, ...) printf_like(2, 3);
