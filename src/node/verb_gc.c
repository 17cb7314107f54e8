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

static int remove_software(struct node *node, const struct store_software *s, struct err *err)
{
	scoped_fd_file lock = FD_INIT;
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
	if (busy != 0)
		return busy < 0 ? -1 : 0;
	/* Whatever interrupts the removal, the release is not taken for whole afterwards. */
	row.state = "removing";
	if (store_software_put(node->store, &row, err) < 0 || plan_init(&plan, err) < 0)
		return -1;
	host_plan_remove(&plan, node_text(node, "software/%lld/%s", (long long)s->tenant, s->md5));
	failed = job_host(node, &job, &plan, err);
	plan_done(&plan);
	if (failed < 0 || store_software_remove(node->store, s->tenant, s->md5, err) < 0)
		return -1;
	ctl_say(node, CTL_EVENT_STEP, "removed %s", s->url);
	return 0;
}

int verb_gc(struct node *node, int *ret_status, struct err *err)
{
	struct store_software *software = NULL;
	struct store_partition *rows = NULL;
	size_t n_software = 0;
	size_t n = 0;
	int failed = store_software_list(node->store, &software, &n_software, err);
	if (failed == 0)
		failed = store_partition_list(node->store, &rows, &n, err);
	for (size_t i = 0; i < n_software && failed == 0; i++) {
		failed = ctl_check(node, err);
		if (failed == 0 && !is_used(&software[i], rows, n))
			failed = remove_software(node, &software[i], err);
	}
	free(software);
	free(rows);
	*ret_status = failed < 0 ? EXIT_FAILED : EXIT_OK;
	return failed;
}
