/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of a partition as cgroup operations, for v2, v1 and hybrid hosts. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "isolate/plan/plan.h"

/*
 * Shape:  a layout says where each controller lives: in which registered root (plan.h), and whether
 *         that is a v1 hierarchy. Our groups are cantle-<node>/<leaf> in every root that is used.
 * Units:  bytes, tasks, thousandths of a CPU; 0: not limited.
 * Source: Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/.
 */
enum cgroup_controller { CGROUP_MEMORY, CGROUP_PIDS, CGROUP_CPU, CGROUP_N };

struct cgroup_place {
	uint32_t root; /* index of the registered root; 0: absent */
	bool is_v1;
};

struct cgroup_layout {
	struct cgroup_place at[CGROUP_N];
	uint32_t unified; /* root of the v2 hierarchy, 0: none; used for kill and placement */
};

struct cgroup_limits {
	uint64_t memory_bytes;
	uint64_t n_pids;
	uint64_t cpu_milli;
	uint32_t optional; /* 1 << enum cgroup_controller: where missing, degraded, not refused */
	bool is_join;      /* enter groups that exist, change nothing */
	bool is_ephemeral; /* removed by the launcher when the process ends */
};

/* Make the group with its limits and have the process enter it. False: a required one is absent. */
bool cgroup_plan(struct plan *plan, const struct cgroup_layout *layout, uint32_t node,
	const char *leaf, const struct cgroup_limits *limits);
/* Kill everything in the group and remove it. */
void cgroup_plan_remove(
	struct plan *plan, const struct cgroup_layout *layout, uint32_t node, const char *leaf);
/* Read what a limit shows: one result of DONE per call that returns true (absent: false). */
enum cgroup_reading {
	CGROUP_MEMORY_NOW,
	CGROUP_MEMORY_MAX,
	CGROUP_OOM,
	CGROUP_PIDS_NOW,
	CGROUP_PIDS_MAX,
	CGROUP_CPU_STAT,
	CGROUP_CPU_MAX /* microseconds of every 100,000; with v2 the period follows */
};
bool cgroup_plan_read(struct plan *plan, const struct cgroup_layout *layout, uint32_t node,
	const char *leaf, enum cgroup_reading what);
