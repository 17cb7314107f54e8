/* SPDX-License-Identifier: Apache-2.0 */
/* An instance's services: start, readiness, stop, removal. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "node/ids.h"
#include "node/instance.h"
#include "node/instance_plan.h"
#include "node/network.h"
#include "node/running.h"
#include "node/super_client.h"

enum {
	STOP_TIMEOUT_MS = 15000,
	READY_POLL_MS = 100,
	READY_TIMEOUT_MS = 30000,
	SETTLE_MS =
		600, /* the supervisor waits 200 ms for a directory to be quiet, then restarts */
};

/* What the running partition was made from; another value means that it must be made anew. */
static const char *made_from(struct node *node, const struct store_partition *row)
{
	return node_text(node, "%s %s", row->md5, CANTLE_VERSION);
}

static int record_running(
	struct node *node, struct store_partition *row, const struct job *job, struct err *err)
{
	struct running r;
	if (running_identify(node, job->pid, &r, err) < 0)
		return -1;
	row->pid = r.pid;
	row->starttime = r.starttime;
	row->boot = r.boot;
	row->running = made_from(node, row);
	return instance_put(node, row, "starting", "", err);
}

/* The process exists but waits: if we die before the row is written, it dies too. */
static int start_gated(
	struct node *node, struct store_partition *row, struct draft *d, struct err *err)
{
	scoped_job job;
	job_init(&job, node);
	if (draft_start(d, PLAN_SESSION, &job, err) < 0 ||
		job_wait(node, &job, JOB_CREATED, false, err) < 0 ||
		record_running(node, row, &job, err) < 0 || job_release(node, &job, err) < 0 ||
		job_wait(node, &job, JOB_RUNNING, true, err) < 0)
		return -1;
	if (job.n_degraded)
		ctl_say(node, CTL_EVENT_WARNING,
			"%s/%s runs degraded: %u optional defences are not there (see cantle "
			"doctor)",
			row->tenant_name, row->name, job.n_degraded);
	return 0;
}

static int start_new(struct node *node, struct store_partition *row, struct err *err)
{
	scoped_fd_ns netns = FD_INIT;
	scoped_fd_sock control = FD_INIT;
	scoped_fd_file null = {open("/dev/null", O_RDWR | O_CLOEXEC)};
	scoped_draft d = {.node = node};
	struct instance_paths paths;
	if (instance_paths(node, row, &paths, err) < 0 ||
		network_up(node, row->slot, &netns, err) < 0 ||
		super_listen(node, row->slot, &control, err) < 0 ||
		draft_init(&d, node, "service", row->slot, err) < 0)
		return -1;
	const char *argv[] = {"/opt/cantle/bin/cantle-init", "--", "/opt/cantle/bin/cantle-super",
		paths.home_inside};
	instance_plan(node, row, &paths, &d);
	draft_program(&d, "cantle-super");
	d.request.net_fd = draft_fd(&d, netns.fd);
	for (int i = 0; i < 3; i++)
		draft_pass(&d, null.fd);
	draft_pass(&d, control.fd);
	draft_argv(&d, argv, ARRAY_LEN(argv));
	return start_gated(node, row, &d, err);
}

static int stop_process(struct node *node, struct store_partition *row, struct err *err)
{
	scoped_job job;
	int late;
	job_init(&job, node);
	if (job_adopt(node, &job, (uint32_t)row->pid, err) < 0 ||
		job_signal(node, &job, SIGTERM, err) < 0)
		return -1;
	late = job_wait_exit(node, &job, STOP_TIMEOUT_MS, err);
	return late == 1 ? job_kill(node, &job, err) : late;
}

static int remove_group(struct node *node, const struct store_partition *row, struct err *err)
{
	struct plan plan;
	scoped_job job;
	char leaf[12];
	int failed;
	job_init(&job, node);
	snprintf(leaf, sizeof(leaf), "%u", row->slot);
	if (plan_init(&plan, err) < 0)
		return -1;
	cgroup_plan_remove(&plan, &node->cgroups, node->id.number, leaf);
	failed = job_host(node, &job, &plan, err);
	plan_done(&plan);
	return failed;
}

/* All of it but its files. The group first: whatever is left in it is killed before its network goes. */
static int take_down(struct node *node, struct store_partition *row, struct err *err)
{
	if (remove_group(node, row, err) < 0 || network_down(node, row->slot, err) < 0)
		return -1;
	super_forget(node, row->slot);
	row->pid = 0;
	row->starttime = 0;
	row->running = "";
	return 0;
}

int instance_start(struct node *node, struct store_partition *row, struct err *err)
{
	if (running_is(node, row) && strcmp(row->running, made_from(node, row)) == 0)
		return instance_put(node, row, "started", "", err);
	if (instance_stop(node, row, err) < 0)
		return -1;
	if (start_new(node, row, err) < 0) {
		/* Neither may come to an end where the launcher died; then recover() does it. */
		ERR_IGNORED(take_down(node, row, ignored));
		ERR_IGNORED(instance_put(
			node, row, "failed", node_text(node, "%s", err->text), ignored));
		return -1;
	}
	return instance_put(node, row, "started", "", err);
}

int instance_stop(struct node *node, struct store_partition *row, struct err *err)
{
	if (running_is(node, row) && stop_process(node, row, err) < 0)
		return -1;
	if (take_down(node, row, err) < 0)
		return -1;
	return instance_put(node, row, "stopped", row->error, err);
}

int instance_destroy(struct node *node, struct store_partition *row, struct err *err)
{
	struct instance_paths paths;
	struct plan plan;
	scoped_job job;
	int failed;
	job_init(&job, node);
	row->wanted = "destroyed";
	if (instance_put(node, row, "destroying", "", err) < 0 ||
		instance_paths(node, row, &paths, err) < 0 || instance_stop(node, row, err) < 0 ||
		instance_put(node, row, "destroying", "", err) < 0 || plan_init(&plan, err) < 0)
		return -1;
	host_plan_remove(&plan, paths.partition_rel);
	failed = job_host(node, &job, &plan, err);
	plan_done(&plan);
	/* A missing log is fine, and one that stays is the next one's of this slot. */
	(void)!unlinkat(node->own.fd, node_text(node, "log/instance-%u.log", row->slot), 0);
	if (failed < 0 || store_begin(node->store, err) < 0)
		return -1;
	if (store_partition_remove(node->store, row->slot, err) < 0 ||
		store_commit(node->store, err) < 0) {
		store_rollback(node->store);
		return -1;
	}
	return 0;
}

static int unhealthy(const struct store_partition *row, const char *why, struct err *err)
{
	return err_set(err, ERR_CHILD, 0, "partition.unhealthy",
		"'%s/%s' is not healthy: %s; see 'cantle logs %s/%s'", row->tenant_name, row->name,
		why, row->tenant_name, row->name);
}

int instance_wait_ready(
	struct node *node, const struct store_partition *row, bool is_settling, struct err *err)
{
	uint64_t begin = clock_ms();
	struct super_status status = {.reason = "its supervisor is not up"};
	for (;;) {
		struct err silent = ERR_INIT;
		uint64_t elapsed = clock_ms() - begin;
		if (!running_is(node, row))
			return unhealthy(row, "its partition ended", err);
		if ((!is_settling || elapsed >= SETTLE_MS) &&
			super_ask(node, row->slot, &status, &silent) == 0 && status.is_ready)
			return 0;
		if (elapsed >= READY_TIMEOUT_MS)
			return unhealthy(
				row, err_is_set(&silent) ? silent.text : status.reason, err);
		if (loop_once(&node->loop, READY_POLL_MS, err) < 0 || ctl_check(node, err) < 0)
			return -1;
	}
}
