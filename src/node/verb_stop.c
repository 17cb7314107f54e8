/* SPDX-License-Identifier: Apache-2.0 */
/* cantle stop, start and destroy: one after the other for every instance that is named. */
#include <stdlib.h>
#include <string.h>

#include "node/instance.h"
#include "node/names.h"
#include "node/recover.h"
#include "node/verb.h"

typedef int (*partition_fn)(struct node *node, struct store_partition *row, struct err *err);

static int stop_one(struct node *node, struct store_partition *row, struct err *err)
{
	row->wanted = "stopped";
	/* Before anything ends, so that whoever finds it ended knows why. */
	if (instance_put(node, row, row->state, "", err) < 0 || instance_stop(node, row, err) < 0)
		return -1;
	ctl_say(node, CTL_EVENT_STEP, "%s/%s stopped", row->tenant_name, row->name);
	return 0;
}

static int start_one(struct node *node, struct store_partition *row, struct err *err)
{
	row->wanted = "started";
	return instance_bring_up(node, row, err);
}

static int destroy_one(struct node *node, struct store_partition *row, struct err *err)
{
	const char *name = node_text(node, "%s/%s", row->tenant_name, row->name);
	if (instance_destroy(node, row, err) < 0)
		return -1;
	ctl_say(node, CTL_EVENT_STEP, "%s destroyed", name);
	return 0;
}

/* The partition as it is once its lock is ours. */
static int with_lock(
	struct node *node, struct store_partition *row, partition_fn fn, struct err *err)
{
	scoped_lease lock = LEASE_INIT;
	const char *name = node_text(node, "%s/%s", row->tenant_name, row->name);
	int found = instance_lock(node, row, &lock, err);
	if (found < 0)
		return -1;
	if (found == STORE_FOUND)
		return fn(node, row, err);
	if (fn != destroy_one)
		return err_set(
			err, ERR_INPUT, 0, "name.unknown", "'%s' was destroyed meanwhile", name);
	ctl_say(node, CTL_EVENT_STEP, "%s destroyed", name);
	return 0;
}

static int each_named(struct node *node, partition_fn fn, struct err *err)
{
	/* Every name is known to be right before the first instance is touched. */
	for (size_t i = 0; i < node->ctl.request.n_words; i++) {
		struct store_partition row;
		if (name_partition(node, i, &row, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < node->ctl.request.n_words; i++) {
		struct store_partition row;
		if (ctl_check(node, err) < 0 || name_partition(node, i, &row, err) < 0 ||
			with_lock(node, &row, fn, err) < 0)
			return -1;
	}
	return 0;
}

static int each_of_tenant(struct node *node, const char *tenant, partition_fn fn, struct err *err)
{
	struct store_partition *rows = NULL;
	size_t n = 0;
	int failed = store_partition_list(node->store, &rows, &n, err);
	for (size_t i = 0; i < n && failed == 0; i++) {
		if (tenant && strcmp(tenant, rows[i].tenant_name) != 0)
			continue;
		failed = ctl_check(node, err);
		if (failed == 0)
			failed = with_lock(node, &rows[i], fn, err);
	}
	free(rows);
	return failed;
}

static int done(int failed, int *ret_status)
{
	if (failed == 0)
		*ret_status = EXIT_OK;
	return failed;
}

int verb_stop(struct node *node, int *ret_status, struct err *err)
{
	return done(each_named(node, stop_one, err), ret_status);
}

int verb_start(struct node *node, int *ret_status, struct err *err)
{
	return done(each_named(node, start_one, err), ret_status);
}

int verb_destroy(struct node *node, int *ret_status, struct err *err)
{
	const char *tenant = ctl_option(node, "tenant", NULL);
	int failed = ctl_has(node, "all") ? each_of_tenant(node, tenant, destroy_one, err)
					  : each_named(node, destroy_one, err);
	/* Only now: what a killed destroy() began must still be there to be named again. */
	if (failed == 0)
		failed = recover(node, err);
	return done(failed, ret_status);
}
