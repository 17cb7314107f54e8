/* SPDX-License-Identifier: Apache-2.0 */
/* The pure planner: policy and request in, operations out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "isolate/plan/cgroup_plan.h"
#include "isolate/plan/plan.h"

/*
 * Shape:     one request describes one process: a partition, a process that joins a running one, or
 *            a confined process on the host (the broker). Descriptors are numbers in the list that
 *            goes along with the plan; the caller keeps that list and sets plan->n_fds.
 * Ownership: the request and all it points to is borrowed; the plan copies what it needs.
 * Errors:    plan.full, plan.request.
 * Source:    design.md section 4, cantle-policy(5).
 */
struct policy;

#define LAUNCH_NO_FD UINT32_MAX

/* Something of the state directory, or a passed descriptor, at a path inside. */
struct launch_bind {
	uint32_t at;      /* descriptor number, or PLAN_ROOT_BIT | PLAN_ROOT_STATE */
	const char *rel;  /* beneath it; "." is the descriptor itself */
	const char *path; /* absolute, inside; missing parents are made */
	uint32_t flags;   /* PLAN_MNT_*; without PLAN_MNT_RW it is read-only, executable */
};

/* A small file of our making, read-only inside. */
struct launch_file {
	const char *path;
	struct span text;
};

struct launch_request {
	uint32_t kind;  /* PLAN_PARTITION, PLAN_JOIN, PLAN_CONFINED */
	uint32_t flags; /* PLAN_EPHEMERAL | PLAN_AUTO_RELEASE | PLAN_SESSION */
	uint32_t node;
	uint32_t slot;   /* PARTITION and JOIN: whose ids and cgroup */
	uint32_t uid;    /* CONFINED: offset into slot 0 (ID_OFFSET_TB) */
	uint64_t join;   /* JOIN: launch id of the running partition */
	uint32_t net_fd; /* PARTITION: descriptor of its network namespace, or LAUNCH_NO_FD: an
			    empty one */
	const struct policy *policy;
	struct span filter;      /* seccomp program, bytes of struct sock_filter[] */
	const char *hostname;    /* NULL: the policy's */
	const char *home;        /* HOME and directory of slapuser; NULL: /tmp */
	const char *cwd;         /* NULL: home */
	const char *ipv6;        /* the partition's own address for /etc/hosts, or NULL */
	const char *resolv_conf; /* text, or NULL: an empty file */
	const struct cgroup_layout *cgroups; /* NULL: none (only with all of them optional) */
	const char
		*cgroup_name; /* CONFINED: leaf beneath cantle-<node>; NULL elsewhere: the slot */
	const struct launch_bind *binds;
	size_t n_binds;
	const struct launch_file *files;
	size_t n_files;
	const char *const *env; /* added to (and overriding) the policy's own; "NAME=VALUE" */
	size_t n_env;
	const char *const *argv;
	size_t n_argv;
	const char *exec_path; /* absolute, inside; NULL with exec_fd */
	uint32_t exec_fd;      /* CONFINED: the program itself, or LAUNCH_NO_FD */
	const uint32_t *fds;   /* descriptor numbers that become 0, 1, 2, 3 … */
	size_t n_fds;
};

#define LAUNCH_REQUEST_INIT                                                                        \
	(struct launch_request)                                                                    \
	{                                                                                          \
		.kind = PLAN_PARTITION, .net_fd = LAUNCH_NO_FD, .exec_fd = LAUNCH_NO_FD            \
	}

/* Append the whole process to a plan that may already hold host operations. */
must_check int launch_plan(
	const struct launch_request *request, struct plan *plan, struct err *err);

/* --- host operations, for plans with and without a process; paths beneath the state directory */
void host_plan_dir(struct plan *plan, const char *rel, uint32_t mode, uint32_t uid, uint32_t gid);
void host_plan_remove(struct plan *plan, const char *rel);
void host_plan_open(struct plan *plan, const char *rel);
