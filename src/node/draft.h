/* SPDX-License-Identifier: Apache-2.0 */
/* A launch request in the making, with the arrays that it borrows. */
#pragma once

#include "base/err.h"
#include "base/fd.h"
#include "isolate/plan/launch_plan.h"
#include "node/job.h"
#include "node/node.h"
#include "policy/policy.h"

/*
 * Shape:     draft_init() by policy and slot, then descriptors, binds, environment and arguments are
 *            added, then draft_start() plans, seals and sends.
 * Limits:    DRAFT_*_MAX; adding more is a bug of ours, argv excepted.
 * Ownership: borrows descriptors and strings until draft_start() returned.
 * Errors:    draft.policy, draft.argv, plan.*, job.*
 */
enum { DRAFT_BINDS_MAX = 16, DRAFT_FDS_MAX = 24, DRAFT_ENV_MAX = 24, DRAFT_PASS_MAX = 8 };

struct draft {
	struct launch_request request;
	struct policy policy;
	struct policy_program program;
	struct plan plan; /* host operations may be added before draft_start() */
	struct launch_bind binds[DRAFT_BINDS_MAX];
	const char *env[DRAFT_ENV_MAX];
	int fds[DRAFT_FDS_MAX];
	size_t n_fds;
	uint32_t passed[DRAFT_PASS_MAX];
	struct node *node;
};

#define scoped_draft __attribute__((cleanup(draft_done))) struct draft

/* Load the compiled policy, prepare a partition of the slot with our own pid 1. */
must_check int draft_init(
	struct draft *d, struct node *node, const char *policy, unsigned slot, struct err *err);
/* The same for a process of ours on the host: the broker, as user TB. */
must_check int draft_init_confined(struct draft *d, struct node *node, const char *policy,
	const char *program, const char *cgroup_name, struct err *err);
void draft_done(struct draft *d);

/* Send a descriptor along; its number in the plan. */
uint32_t draft_fd(struct draft *d, int fd);
/* Descriptor `number` of the process: 0, 1, 2, 3 … in the order of the calls. */
void draft_pass(struct draft *d, int fd);
void draft_bind_fd(struct draft *d, int fd, const char *rel, const char *path, uint32_t flags);
void draft_bind_state(struct draft *d, const char *rel, const char *path, uint32_t flags);
/* A program of our installation at /opt/cantle/bin, whatever the base system is. */
void draft_program(struct draft *d, const char *name);
void draft_env(struct draft *d, const char *name_value);
void draft_argv(struct draft *d, const char *const *argv, size_t n);

/* Plan and start; the job is ephemeral and released at once unless flags say otherwise. */
must_check int draft_start(struct draft *d, uint32_t flags, struct job *job, struct err *err);
