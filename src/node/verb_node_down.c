/* SPDX-License-Identifier: Apache-2.0 */
/* cantle destroy --node: everything of this node, its place in the registry included. */
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "isolate/plan/launch_plan.h"
#include "node/instance.h"
#include "node/job.h"
#include "node/network.h"
#include "node/recover.h"
#include "node/verb.h"

enum { NODE_POLL_MS = 100 };

static int destroy_all(struct node *node, struct err *err)
{
	struct store_partition *rows = NULL;
	size_t n = 0;
	int failed = store_partition_list(node->store, &rows, &n, err);
	for (size_t i = 0; i < n && failed == 0; i++) {
		scoped_lease lock = LEASE_INIT;
		const int found = instance_lock(node, &rows[i], &lock, err);
		failed = found == STORE_FOUND ? instance_destroy(node, &rows[i], err) : found;
		if (failed == STORE_ABSENT)
			failed = 0;
		if (failed == 0)
			ctl_say(node, CTL_EVENT_STEP, "%s/%s destroyed", rows[i].tenant_name,
				rows[i].name);
	}
	free(rows);
	return failed;
}

/* The state directory's own files last: until then every step can be repeated. */
static int remove_files(struct node *node, struct err *err)
{
	static const char *const trees[] = {"partition", "software", "cache", "node", "id"};
	struct plan plan;
	scoped_job job;
	int failed;
	const char *group = node_text(node, "cantle-%u", node->id.number);
	job_init(&job, node);
	if (plan_init(&plan, err) < 0)
		return -1;
	/* The instances' groups are gone; what holds them is left in every hierarchy. */
	for (size_t i = 0; i < node->n_cgroup_roots; i++)
		plan_add(&plan, (struct plan_op){.kind = PLAN_CGROUP_REMOVE,
					.cgroup_remove = {.at = (uint32_t)(PLAN_ROOT_CGROUP + i),
						.rel = plan_str(&plan, group)}});
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++)
		host_plan_remove(&plan, trees[i]);
	failed = job_host(node, &job, &plan, err);
	plan_done(&plan);
	return failed;
}

/* The launcher has the same open directory: the lock is free when it has ended, too. */
static int lock_node(struct node *node, struct err *err)
{
	bool is_told = false;
	while (flock(node->state.fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return err_set(err, ERR_OS, errno, "lease.lock", "lock the node");
		if (!is_told)
			ctl_say(node, CTL_EVENT_NOTE, "waiting: another command destroys the node");
		is_told = true;
		if (loop_once(&node->loop, NODE_POLL_MS, err) < 0 || ctl_check(node, err) < 0)
			return -1;
	}
	return 0;
}

int verb_node_down(struct node *node, int *ret_status, struct err *err)
{
	if (lock_node(node, err) < 0)
		return -1;
	/* Without its number there are only files left, of a destruction that was cut or is just over. */
	if (faccessat(node->state.fd, "id", F_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
		(node_store(node, err) < 0 || recover(node, err) < 0 || destroy_all(node, err) < 0))
		return -1;
	if (network_node_down(node, err) < 0)
		return -1;
	store_close(&node->store);
	if (remove_files(node, err) < 0)
		return -1;
	ctl_say(node, CTL_EVENT_STEP, "the node is gone; its number is free again");
	*ret_status = EXIT_OK;
	return 0;
}
