/* SPDX-License-Identifier: Apache-2.0 */
/* An instance in its partition: processing, and what both processing and services need. */
#include "node/instance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bug.h"
#include "base/hash.h"
#include "node/ids.h"
#include "node/instance_plan.h"
#include "node/lease.h"
#include "node/network.h"
#include "node/running.h"
#include "node/work.h"

int instance_lock(
	struct node *node, struct store_partition *row, struct lease *ret, struct err *err)
{
	const char *what = node_text(node, "'%s/%s'", row->tenant_name, row->name);
	for (;;) {
		const unsigned slot = row->slot;
		const char *name = node_text(node, "partition-%u", slot);
		scoped_lease lock = LEASE_INIT;
		int found;
		if (lease_lock(node, name, what, &lock, err) < 0)
			return -1;
		found = store_partition(node->store, row->tenant, row->name, row, err);
		if (found != STORE_FOUND)
			return found;
		/* Destroyed and asked for again while we waited: that is another lock. */
		if (row->slot != slot)
			continue;
		if (strcmp(row->wanted, "destroyed") == 0)
			return instance_destroy(node, row, err) < 0 ? -1 : STORE_ABSENT;
		*ret = lease_take(&lock);
		return STORE_FOUND;
	}
}

int instance_bring_up(struct node *node, struct store_partition *row, struct err *err)
{
	const char *fingerprint = NULL;
	bool is_changed;
	bool was_running = running_is(node, row);
	if (instance_fingerprint(node, row, &fingerprint, err) < 0)
		return -1;
	is_changed = strcmp(fingerprint, row->fingerprint) != 0;
	if (is_changed && instance_process(node, row, err) < 0)
		return -1;
	ctl_say(node, is_changed ? CTL_EVENT_STEP : CTL_EVENT_NOTE, "%s/%s %s", row->tenant_name,
		row->name, is_changed ? "processed" : "is up to date");
	if (instance_start(node, row, err) < 0 ||
		instance_wait_ready(node, row, is_changed && was_running, err) < 0)
		return -1;
	ctl_say(node, CTL_EVENT_STEP, "%s/%s started", row->tenant_name, row->name);
	return 0;
}

int instance_put(struct node *node, struct store_partition *row, const char *state,
	const char *error, struct err *err)
{
	row->state = state;
	row->error = error;
	row->changed_at = (int64_t)time(NULL);
	return store_partition_put(node->store, row, err);
}

static void hash_text(struct hash *h, const char *text)
{
	hash_add(h, span_make(text, strlen(text) + 1));
}

int instance_fingerprint(
	struct node *node, const struct store_partition *row, const char **ret, struct err *err)
{
	struct store_software software = {0};
	struct store_pair *pairs = NULL;
	size_t n = 0;
	struct hash h;
	if (store_software(node->store, row->tenant, row->md5, &software, err) < 0 ||
		store_pairs(node->store, STORE_PARAMETERS, row->slot, &pairs, &n, err) < 0)
		return -1;
	hash_init(&h, HASH_SHA256);
	hash_text(&h, row->md5);
	hash_text(&h, row->type);
	hash_add(&h, span_make((const char *)&software.generation, sizeof(software.generation)));
	for (size_t i = 0; i < n; i++) {
		hash_text(&h, pairs[i].key);
		hash_text(&h, pairs[i].value);
	}
	free(pairs);
	*ret = node_text(node, "%s", hash_end(&h).text);
	return 0;
}

static void describe(
	struct node *node, const struct store_partition *row, struct broker_instance *ret)
{
	*ret = (struct broker_instance){.title = span_str(row->name),
		.root_title = span_str(row->name),
		.root_short_title = span_str(row->name),
		.tenant = span_str(row->tenant_name),
		.partition = span_str(node_text(node, "slappart%u", row->slot)),
		.computer = span_str(node_text(node, "COMP-%u", node->id.number)),
		.software_type = span_str(row->type),
		.software_url = span_str(row->url),
		.timestamp = span_str(node_text(node, "%lld", (long long)row->requested_at))};
	ret->ipv6.at[0] = span_str(network_address(node, row->slot));
	ret->ipv6.n = 1;
}

static int process_with(struct node *node, struct store_partition *row,
	const struct store_pair *pairs, size_t n, struct work_result *result, struct err *err)
{
	struct instance_paths paths;
	scoped_draft d = {.node = node};
	struct broker_instance info;
	struct work_spec spec = {.subject = node_text(node, "%s/%s", row->tenant_name, row->name),
		.log = node_text(node, "instance-%u.log", row->slot),
		.retry = node_text(node,
			"cantle start %s/%s (after a change of the profile first: cantle "
			"build --tenant %s %s)",
			row->tenant_name, row->name, row->tenant_name, row->url),
		.tenant = row->tenant,
		.phase = "instance",
		.slot = row->slot,
		.instance = &info,
		.parameters = pairs,
		.n_parameters = n};
	if (instance_paths(node, row, &paths, err) < 0 ||
		draft_init(&d, node, "service", row->slot, err) < 0)
		return -1;
	const char *argv[] = {"/opt/cantle/bin/cantle-init", "--once", "--",
		"/opt/cantle/bin/cantle-engine", "instance", "--directory", paths.home_inside,
		"--software", paths.software_inside};
	describe(node, row, &info);
	instance_plan(node, row, &paths, &d);
	draft_program(&d, "cantle-engine");
	/* Its own group: the services may be running, with limits of their own. */
	d.request.cgroup_name = node_text(node, "work-%u", row->slot);
	draft_argv(&d, argv, ARRAY_LEN(argv));
	return work_run(node, &spec, &d, result, err);
}

static int record_processed(struct node *node, struct store_partition *row,
	const struct work_result *result, const char *fingerprint, struct err *err)
{
	if (store_begin(node->store, err) < 0)
		return -1;
	row->fingerprint = fingerprint;
	if ((result->has_published && store_pairs_put(node->store, STORE_PUBLISHED, row->slot,
					      result->published, result->n_published, err) < 0) ||
		instance_put(node, row, "processed", "", err) < 0 ||
		store_commit(node->store, err) < 0) {
		store_rollback(node->store);
		row->fingerprint = "";
		return -1;
	}
	return 0;
}

int instance_process(struct node *node, struct store_partition *row, struct err *err)
{
	struct work_result result = {.published = NULL};
	struct store_pair *pairs = NULL;
	const char *fingerprint = NULL;
	size_t n = 0;
	int failed;
	/* From here on its files match neither what they were made from nor what is wanted. */
	row->fingerprint = "";
	if (instance_put(node, row, "processing", "", err) < 0 ||
		instance_fingerprint(node, row, &fingerprint, err) < 0 ||
		store_pairs(node->store, STORE_PARAMETERS, row->slot, &pairs, &n, err) < 0)
		return -1;
	failed = process_with(node, row, pairs, n, &result, err);
	free(pairs);
	if (failed == 0)
		failed = record_processed(node, row, &result, fingerprint, err);
	free(result.published);
	if (failed < 0) {
		ERR_IGNORED(instance_put(
			node, row, "failed", node_text(node, "%s", err->text), ignored));
		return -1;
	}
	return 0;
}
