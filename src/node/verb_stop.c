/* SPDX-License-Identifier: Apache-2.0 */
/* cantle stop, start and destroy: one after the other for every instance that is named. */
#include <stdlib.h>
#include <string.h>

#include "node/instance.h"
#include "node/names.h"
#include "node/verb.h"

typedef int (*partition_fn)(struct node *node, struct store_partition *row, struct err *err);

static int stop_one(struct node *node, struct store_partition *row, struct err *err)
{
	row->wanted = "stopped";
	row->error = "";
	if (instance_stop(node, row, err) < 0)
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
	scoped_fd_file lock = FD_INIT;
	if (instance_lock(node, row, &lock, err) < 0)
		return -1;
	return fn(node, row, err);
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
	if (!ctl_has(node, "all"))
		return done(each_named(node, destroy_one, err), ret_status);
	return done(each_of_tenant(node, ctl_option(node, "tenant", NULL), destroy_one, err),
		ret_status);
}
