/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of a partition as cgroup operations, for v2, v1 and hybrid hosts. */
#include "isolate/plan/cgroup_plan.h"

#include <inttypes.h>

#include "base/bug.h"

enum { CPU_PERIOD_US = 100000, US_PER_MILLI = CPU_PERIOD_US / 1000 };

struct group {
	struct plan *plan;
	const struct cgroup_layout *layout;
	const struct cgroup_limits *limits;
	uint32_t node;
	const char *leaf;
};

static struct plan_ref rel(const struct group *g, bool is_leaf)
{
	scoped_str struct str text = STR_INIT;
	str_addf(&text, is_leaf ? "cantle-%u/%s" : "cantle-%u", g->node, g->leaf);
	g->plan->is_full |= text.failed;
	return plan_str(g->plan, str_cstr(&text));
}

static void set(const struct group *g, uint32_t root, bool is_leaf, const char *file,
	uint32_t flags, const char *value)
{
	plan_add(g->plan, (struct plan_op){.kind = PLAN_CGROUP_SET,
				  .cgroup_set = {.at = root,
					  .rel = rel(g, is_leaf),
					  .file = plan_str(g->plan, file),
					  .value = plan_str(g->plan, value),
					  .flags = flags}});
}

static void set_u64(
	const struct group *g, uint32_t root, const char *file, uint32_t flags, uint64_t value)
{
	scoped_str struct str text = STR_INIT;
	str_addf(&text, "%" PRIu64, value);
	set(g, root, true, file, flags, str_cstr(&text));
}

static void make(const struct group *g, uint32_t root, uint32_t optional)
{
	uint32_t leaf = PLAN_CG_ENTER | (g->limits->is_ephemeral ? PLAN_CG_REMOVE : 0);
	plan_add(g->plan,
		(struct plan_op){.kind = PLAN_CGROUP_MAKE,
			.cgroup_make = {.at = root, .rel = rel(g, false), .flags = optional}});
	/* Controllers go down one level at a time, and only while the level holds no process. */
	if (root == g->layout->unified && !g->limits->is_join) {
		static const char *const names[CGROUP_N] = {"+memory", "+pids", "+cpu"};
		for (size_t i = 0; i < CGROUP_N; i++)
			if (g->layout->at[i].root == root)
				set(g, root, false, "cgroup.subtree_control", optional, names[i]);
	}
	plan_add(g->plan,
		(struct plan_op){.kind = PLAN_CGROUP_MAKE,
			.cgroup_make = {
				.at = root, .rel = rel(g, true), .flags = leaf | optional}});
}

static void limit_memory(const struct group *g, uint32_t root, bool is_v1, uint32_t optional)
{
	if (is_v1) {
		set_u64(g, root, "memory.limit_in_bytes", optional, g->limits->memory_bytes);
		/* Kernels without swap accounting have no such file; then there is no such limit. */
		set_u64(g, root, "memory.memsw.limit_in_bytes", PLAN_CG_OPTIONAL,
			g->limits->memory_bytes);
		return;
	}
	set_u64(g, root, "memory.max", optional, g->limits->memory_bytes);
	set_u64(g, root, "memory.swap.max", PLAN_CG_OPTIONAL, 0);
	/* One killed process of a service leaves a half-dead service: all or none. */
	set_u64(g, root, "memory.oom.group", optional, 1);
}

static void limit_cpu(const struct group *g, uint32_t root, bool is_v1, uint32_t optional)
{
	scoped_str struct str text = STR_INIT;
	if (is_v1) {
		set_u64(g, root, "cpu.cfs_period_us", optional, CPU_PERIOD_US);
		set_u64(g, root, "cpu.cfs_quota_us", optional, g->limits->cpu_milli * US_PER_MILLI);
		return;
	}
	str_addf(&text, "%" PRIu64 " %d", g->limits->cpu_milli * US_PER_MILLI, CPU_PERIOD_US);
	set(g, root, true, "cpu.max", optional, str_cstr(&text));
}

static void limit(const struct group *g, size_t controller, uint32_t optional)
{
	uint32_t root = g->layout->at[controller].root;
	bool is_v1 = g->layout->at[controller].is_v1;
	if (controller == CGROUP_MEMORY)
		limit_memory(g, root, is_v1, optional);
	else if (controller == CGROUP_PIDS)
		set_u64(g, root, "pids.max", optional, g->limits->n_pids);
	else
		limit_cpu(g, root, is_v1, optional);
}

bool cgroup_plan(struct plan *plan, const struct cgroup_layout *layout, uint32_t node,
	const char *leaf, const struct cgroup_limits *limits)
{
	const struct group g = {plan, layout, limits, node, leaf};
	const bool wanted[CGROUP_N] = {
		limits->memory_bytes > 0, limits->n_pids > 0, limits->cpu_milli > 0};
	uint32_t made = 0;
	if (layout->unified) {
		make(&g, layout->unified, 0);
		made |= 1u << layout->unified;
	}
	for (size_t i = 0; i < CGROUP_N; i++) {
		uint32_t root = layout->at[i].root;
		uint32_t optional = limits->optional & (1u << i) ? PLAN_CG_OPTIONAL : 0;
		if (!wanted[i])
			continue;
		if (!root && optional)
			continue;
		if (!root)
			return false;
		if (!(made & 1u << root))
			make(&g, root, optional);
		made |= 1u << root;
		if (!limits->is_join)
			limit(&g, i, optional);
	}
	return true;
}

void cgroup_plan_remove(
	struct plan *plan, const struct cgroup_layout *layout, uint32_t node, const char *leaf)
{
	const struct group g = {plan, layout, NULL, node, leaf};
	uint32_t done = 0;
	/* The unified one first: its cgroup.kill empties the others. */
	for (size_t i = 0; i <= CGROUP_N; i++) {
		uint32_t root = i == 0 ? layout->unified : layout->at[i - 1].root;
		if (!root || done & 1u << root)
			continue;
		done |= 1u << root;
		plan_add(plan, (struct plan_op){.kind = PLAN_CGROUP_REMOVE,
				       .cgroup_remove = {.at = root, .rel = rel(&g, true)}});
	}
}

static const struct {
	enum cgroup_controller controller;
	const char *v1;
	const char *v2;
} reading_rows[] = {
	[CGROUP_MEMORY_NOW] = {CGROUP_MEMORY, "memory.usage_in_bytes", "memory.current"},
	[CGROUP_MEMORY_MAX] = {CGROUP_MEMORY, "memory.limit_in_bytes", "memory.max"},
	[CGROUP_OOM] = {CGROUP_MEMORY, "memory.oom_control", "memory.events"},
	[CGROUP_PIDS_NOW] = {CGROUP_PIDS, "pids.current", "pids.current"},
	[CGROUP_PIDS_MAX] = {CGROUP_PIDS, "pids.max", "pids.max"},
	[CGROUP_CPU_STAT] = {CGROUP_CPU, "cpu.stat", "cpu.stat"},
	[CGROUP_CPU_MAX] = {CGROUP_CPU, "cpu.cfs_quota_us", "cpu.max"},
};

bool cgroup_plan_read(struct plan *plan, const struct cgroup_layout *layout, uint32_t node,
	const char *leaf, enum cgroup_reading what)
{
	const struct group g = {plan, layout, NULL, node, leaf};
	const struct cgroup_place *place = &layout->at[reading_rows[what].controller];
	const char *file = place->is_v1 ? reading_rows[what].v1 : reading_rows[what].v2;
	if (!place->root)
		return false;
	plan_add(plan, (struct plan_op){.kind = PLAN_CGROUP_READ,
			       .cgroup_read = {.at = place->root,
				       .rel = rel(&g, true),
				       .file = plan_str(plan, file)}});
	return true;
}
