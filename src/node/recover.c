/* SPDX-License-Identifier: Apache-2.0 */
/* Finish or undo what a killed command left. */
#include "node/recover.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "node/instance.h"
#include "node/job.h"
#include "node/lease.h"
#include "node/network.h"
#include "node/running.h"

/* What one slot has in the kernel, and whether that is right. */
struct slots {
	bool is_running[LIMIT_SLOTS];
	bool has_group[LIMIT_SLOTS];
	bool has_work_group[LIMIT_SLOTS]; /* broker-N, work-N: of a build or a processing */
	uint8_t marks[LIMIT_SLOTS];
};

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* "17", "work-17" or "broker-17" */
static void note_group(struct slots *slots, const char *name)
{
	static const char *const prefixes[] = {"", "work-", "broker-"};
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t n = strlen(prefixes[i]);
		uint64_t slot;
		if (strncmp(name, prefixes[i], n) != 0 ||
			!span_parse_u64(span_str(name + n), &slot) || slot >= LIMIT_SLOTS)
			continue;
		if (i == 0)
			slots->has_group[slot] = true;
		else
			slots->has_work_group[slot] = true;
	}
}

static int scan_groups(struct node *node, struct slots *slots, struct err *err)
{
	char name[32];
	snprintf(name, sizeof(name), "cantle-%u", node->id.number);
	for (size_t i = 0; i < node->n_cgroup_roots; i++) {
		scoped_fd fd = openat(node->cgroup_roots[i].fd, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		scoped(closedirp) DIR *dir = NULL;
		if (fd < 0 && errno == ENOENT)
			continue;
		dir = fd < 0 ? NULL : fdopendir(fd);
		if (!dir)
			return err_set(
				err, ERR_OS, errno, "recover.groups", "list cgroup '%s'", name);
		(void)fd_take(&fd);
		for (struct dirent *e; (e = readdir(dir));)
			note_group(slots, e->d_name);
	}
	return 0;
}

static int remove_leaf(struct node *node, const char *prefix, unsigned slot, struct err *err)
{
	struct plan plan;
	scoped_job job;
	char leaf[24];
	int failed;
	job_init(&job, node);
	snprintf(leaf, sizeof(leaf), "%s%u", prefix, slot);
	if (plan_init(&plan, err) < 0)
		return -1;
	cgroup_plan_remove(&plan, &node->cgroups, node->id.number, leaf);
	failed = job_host(node, &job, &plan, err);
	plan_done(&plan);
	return failed;
}

/* The lock that a command working on the slot holds. 0: nobody does, it is ours now. */
static int try_slot(struct node *node, unsigned slot, struct lease *ret, struct err *err)
{
	char name[24];
	snprintf(name, sizeof(name), slot >= SLOT_EPHEMERAL_FIRST ? "slot-%u" : "partition-%u",
		slot);
	return lease_try(node, name, ret, err);
}

/* A link without the element that admits it: somebody flushed the packet filter's tables. */
static bool has_lost_network(const struct slots *slots, unsigned slot)
{
	return slots->is_running[slot] && slots->marks[slot] == NET_MARK_LINK;
}

/* Now that the slot's lock is ours: another command may have started it since the first look. */
static int look_again(struct node *node, struct slots *slots, unsigned slot, struct err *err)
{
	struct msg_net_links *links = arena_new(&node->arena, struct msg_net_links);
	struct store_partition *rows = NULL;
	size_t n = 0;
	if (!links)
		return err_set(err, ERR_LIMIT, ENOMEM, "recover.groups", "memory");
	if (network_list(node, links, err) < 0 ||
		store_partition_list(node->store, &rows, &n, err) < 0)
		return -1;
	slots->marks[slot] = links->marks[slot];
	slots->is_running[slot] = false;
	for (size_t i = 0; i < n; i++)
		if (rows[i].slot == slot)
			slots->is_running[slot] = running_is(node, &rows[i]);
	free(rows);
	return 0;
}

static int sweep_slot(struct node *node, struct slots *slots, unsigned slot, struct err *err)
{
	scoped_lease lock = LEASE_INIT;
	int busy = try_slot(node, slot, &lock, err);
	if (busy != 0)
		return busy < 0 ? -1 : 0;
	if (look_again(node, slots, slot, err) < 0)
		return -1;
	if (slots->has_work_group[slot] && (remove_leaf(node, "work-", slot, err) < 0 ||
						   remove_leaf(node, "broker-", slot, err) < 0))
		return -1;
	if (has_lost_network(slots, slot)) {
		ctl_say(node, CTL_EVENT_NOTE, "restoring the network of slot %u", slot);
		return network_keep(node, slot, err);
	}
	if (slots->is_running[slot])
		return 0;
	if (slots->has_group[slot] && remove_leaf(node, "", slot, err) < 0)
		return -1;
	return slots->marks[slot] && slots->marks[slot] != NET_MARK_FOREIGN
		       ? network_down(node, slot, err)
		       : 0;
}

static int sweep(struct node *node, struct slots *slots, struct err *err)
{
	struct msg_net_links *links = arena_new(&node->arena, struct msg_net_links);
	if (!links)
		return err_set(err, ERR_LIMIT, ENOMEM, "recover.groups", "memory");
	if (scan_groups(node, slots, err) < 0 || network_list(node, links, err) < 0)
		return -1;
	memcpy(slots->marks, links->marks, sizeof(slots->marks));
	for (unsigned slot = 0; slot < LIMIT_SLOTS; slot++) {
		bool is_left = slots->has_work_group[slot] || has_lost_network(slots, slot) ||
			       (!slots->is_running[slot] &&
				       (slots->has_group[slot] || slots->marks[slot]));
		if (is_left && sweep_slot(node, slots, slot, err) < 0)
			return err_wrap(err, "clean up slot %u", slot);
	}
	return 0;
}

/* States that only a command that is still there may leave a row in. */
static bool is_under_way(const struct store_partition *row)
{
	static const char *const states[] = {"requested", "processing", "processed", "starting"};
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(row->state, states[i]) == 0)
			return true;
	return false;
}

static int settle_row(struct node *node, struct store_partition *row, struct err *err)
{
	scoped_lease lock = LEASE_INIT;
	int busy = try_slot(node, row->slot, &lock, err);
	if (busy != 0)
		return busy < 0 ? -1 : 0;
	/* As it is now that its lock is ours. */
	busy = store_partition(node->store, row->tenant, row->name, row, err);
	if (busy != STORE_FOUND)
		return busy < 0 ? -1 : 0;
	if (strcmp(row->wanted, "destroyed") == 0) {
		ctl_say(node, CTL_EVENT_NOTE, "finishing the removal of %s/%s", row->tenant_name,
			row->name);
		return instance_destroy(node, row, err);
	}
	if (is_under_way(row)) {
		bool is_up = running_is(node, row) && strcmp(row->state, "starting") == 0;
		if (instance_put(node, row, is_up ? "started" : "failed",
			    is_up ? "" : "the command that worked on it was killed; give it again",
			    err) < 0)
			return -1;
	}
	if (row->pid == 0 || running_is(node, row))
		return 0;
	/* It ended by itself, or with the machine: say so, and take down what is left of it. */
	if (instance_stop(node, row, err) < 0)
		return -1;
	return strcmp(row->wanted, "started") == 0
		       ? instance_put(node, row, "failed", "its partition ended unexpectedly", err)
		       : 0;
}

int recover(struct node *node, struct err *err)
{
	struct slots *slots = arena_new(&node->arena, struct slots);
	struct store_partition *rows = NULL;
	size_t n = 0;
	int failed = 0;
	if (!slots)
		return err_set(err, ERR_LIMIT, ENOMEM, "recover.groups", "memory");
	if (store_partition_list(node->store, &rows, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n && failed == 0; i++) {
		slots->is_running[rows[i].slot] = running_is(node, &rows[i]);
		if (!slots->is_running[rows[i].slot] || is_under_way(&rows[i]) ||
			strcmp(rows[i].wanted, "destroyed") == 0)
			failed = settle_row(node, &rows[i], err);
	}
	free(rows);
	return failed < 0 ? -1 : sweep(node, slots, err);
}
