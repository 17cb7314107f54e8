/* SPDX-License-Identifier: Apache-2.0 */
/* cantle request: have an instance, as asked for, running. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/vec.h"
#include "node/instance.h"
#include "node/names.h"
#include "node/release.h"
#include "node/verb.h"

enum { READY_TIMEOUT_MS = 30000 };

static int pair_order(const void *a, const void *b)
{
	return strcmp(((const struct store_pair *)a)->key, ((const struct store_pair *)b)->key);
}

/* -p KEY=VALUE, the last one of a key wins; sorted. */
static int parameters_of(struct node *node, struct store_pair **ret, size_t *ret_n, struct err *err)
{
	const struct ctl_request *request = &node->ctl.request;
	struct store_pair *pairs =
		arena_array(&node->arena, struct store_pair, request->n_options + 1);
	size_t n = 0;
	if (!pairs)
		return err_set(err, ERR_LIMIT, ENOMEM, "request.usage", "parameters");
	for (size_t i = 0; i < request->n_options; i++) {
		const char *text = request->options[i].value;
		const char *eq = strchr(text, '=');
		struct store_pair pair;
		size_t at = 0;
		if (strcmp(request->options[i].name, "parameter") != 0)
			continue;
		if (!eq || eq == text || eq - text > 255)
			return err_set(err, ERR_INPUT, 0, "request.usage",
				"parameter '%.80s' is not of the form key=value", text);
		pair.key = arena_cstr(&node->arena, span_make(text, (size_t)(eq - text)));
		pair.value = eq + 1;
		while (at < n && strcmp(pairs[at].key, pair.key) != 0)
			at++;
		pairs[at] = pair;
		n += at == n;
	}
	qsort(pairs, n, sizeof(*pairs), pair_order);
	*ret = pairs;
	*ret_n = n;
	return 0;
}

/* The row as requested, new or changed, in one transaction with its parameters. */
static int put_row(struct node *node, const struct name *name, const struct release *release,
	const struct store_pair *pairs, size_t n, struct store_partition *ret, struct err *err)
{
	int found = store_partition(node->store, release->tenant.id, name->name, ret, err);
	if (found < 0)
		return -1;
	if (found == STORE_ABSENT) {
		*ret = (struct store_partition){.tenant = release->tenant.id,
			.tenant_name = name->tenant,
			.name = name->name,
			.error = "",
			.fingerprint = "",
			.running = "",
			.boot = "",
			.state = "requested",
			.created_at = (int64_t)time(NULL)};
		if (store_slot_take(node->store, &ret->slot, err) < 0)
			return -1;
	}
	ret->md5 = release->md5;
	ret->url = release->url;
	ret->type = ctl_option(node, "type", "default");
	ret->wanted = "started";
	ret->changed_at = (int64_t)time(NULL);
	return store_partition_put(node->store, ret, err) < 0
		       ? -1
		       : store_pairs_put(node->store, STORE_PARAMETERS, ret->slot, pairs, n, err);
}

static int record(struct node *node, const struct name *name, const struct release *release,
	const struct store_pair *pairs, size_t n, struct store_partition *ret, struct err *err)
{
	if (store_begin(node->store, err) < 0)
		return -1;
	if (put_row(node, name, release, pairs, n, ret, err) < 0 ||
		store_commit(node->store, err) < 0) {
		store_rollback(node->store);
		return -1;
	}
	return 0;
}

static void say_published(struct node *node, const struct store_partition *row)
{
	struct store_pair *pairs = NULL;
	size_t n = 0;
	struct err err = ERR_INIT;
	if (store_pairs(node->store, STORE_PUBLISHED, row->slot, &pairs, &n, &err) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		ctl_say(node, CTL_EVENT_NOTE, "%s = %s", pairs[i].key, pairs[i].value);
	free(pairs);
}

int verb_request(struct node *node, int *ret_status, struct err *err)
{
	scoped_fd_file lock = FD_INIT;
	struct store_partition row = {0};
	struct store_pair *pairs = NULL;
	struct release release;
	struct name name;
	int64_t generation;
	size_t n = 0;
	int available;
	if (name_of_request(node, 0, &name, err) < 0 || parameters_of(node, &pairs, &n, err) < 0)
		return -1;
	if (release_of_request(node, 1, name.tenant, &release, err) < 0)
		return -1;
	available = release_is_available(node, &release, &generation, err);
	if (available < 0 || (!available && release_build(node, &release, err) < 0) ||
		record(node, &name, &release, pairs, n, &row, err) < 0 ||
		instance_lock(node, &row, &lock, err) < 0 ||
		instance_bring_up(node, &row, err) < 0 ||
		instance_wait_ready(node, &row, READY_TIMEOUT_MS, err) < 0)
		return -1;
	ctl_say(node, CTL_EVENT_STEP, "%s/%s started", row.tenant_name, row.name);
	say_published(node, &row);
	*ret_status = EXIT_OK;
	return 0;
}
