/* SPDX-License-Identifier: Apache-2.0 */
/* cantle gc: remove software that no instance uses. */
#include <stdlib.h>
#include <string.h>

#include "isolate/plan/launch_plan.h"
#include "node/instance.h"
#include "node/job.h"
#include "node/lease.h"
#include "node/verb.h"

static bool is_used(const struct store_software *s, const struct store_partition *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].tenant == s->tenant && strcmp(rows[i].md5, s->md5) == 0)
			return true;
	return false;
}

/* In one transaction with the look at who uses it: a request that comes now builds it anew. Whatever
 * interrupts the removal, the release is not taken for whole afterwards. 1 where it is used. */
static int claim(struct node *node, struct store_software *row, struct err *err)
{
	struct store_partition *rows = NULL;
	size_t n = 0;
	bool used;
	if (store_partition_list(node->store, &rows, &n, err) < 0)
		return -1;
	used = is_used(row, rows, n);
	free(rows);
	row->state = "removing";
	return used ? 1 : store_software_put(node->store, row, err);
}

static int claim_committed(struct node *node, struct store_software *row, struct err *err)
{
	int used;
	if (store_begin(node->store, err) < 0)
		return -1;
	used = claim(node, row, err);
	if (used == 0 && store_commit(node->store, err) == 0)
		return 0;
	store_rollback(node->store);
	return used == 1 ? 1 : -1;
}

static int remove_software(struct node *node, const struct store_software *s, struct err *err)
{
	scoped_lease lock = LEASE_INIT;
	struct store_software row = *s;
	struct plan plan;
	scoped_job job;
	unsigned slot;
	int busy;
	int failed;
	job_init(&job, node);
	if (store_build_slot(node->store, s->tenant, &slot, err) < 0)
		return -1;
	busy = lease_try(node, node_text(node, "partition-%u", slot), &lock, err);
	if (busy == 0)
		busy = claim_committed(node, &row, err);
	if (busy != 0)
		return busy < 0 ? -1 : 0;
	if (plan_init(&plan, err) < 0)
		return -1;
	host_plan_remove(&plan, node_text(node, "software/%lld/%s", (long long)s->tenant, s->md5));
	failed = job_host(node, &job, &plan, err);
	plan_done(&plan);
	if (failed < 0 || store_software_remove(node->store, s->tenant, s->md5, err) < 0)
		return -1;
	/* Missing is fine: not everything that is removed was built to its end. */
	(void)!unlinkat(node->own.fd,
		node_text(node, "log/build-%lld-%s.log", (long long)s->tenant, s->md5), 0);
	ctl_say(node, CTL_EVENT_STEP, "removed %s", s->url);
	return 0;
}

int verb_gc(struct node *node, int *ret_status, struct err *err)
{
	struct store_software *software = NULL;
	size_t n_software = 0;
	int failed = store_software_list(node->store, &software, &n_software, err);
	for (size_t i = 0; i < n_software && failed == 0; i++) {
		failed = ctl_check(node, err);
		if (failed == 0)
			failed = remove_software(node, &software[i], err);
	}
	free(software);
	*ret_status = failed < 0 ? EXIT_FAILED : EXIT_OK;
	return failed;
}
