/* SPDX-License-Identifier: Apache-2.0 */
/* cantle request: have an instance, as asked for, running. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/vec.h"
#include "node/instance.h"
#include "node/names.h"
#include "node/network.h"
#include "node/release.h"
#include "node/verb.h"

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

static int in_transaction(struct node *node, int (*fn)(struct node *, void *, struct err *),
	void *context, struct err *err)
{
	if (store_begin(node->store, err) < 0)
		return -1;
	if (fn(node, context, err) < 0 || store_commit(node->store, err) < 0) {
		store_rollback(node->store);
		return -1;
	}
	return 0;
}

struct request {
	const struct name *name;
	const struct release *release;
	const struct store_pair *pairs;
	size_t n_pairs;
	struct store_partition row;
	bool has_release; /* as change() found it */
};

static int put(struct node *node, struct request *r, struct err *err)
{
	const char *before = NULL;
	const char *after = NULL;
	if (r->row.md5 && instance_fingerprint(node, &r->row, &before, err) < 0)
		return -1;
	r->row.md5 = r->release->md5;
	r->row.url = r->release->url;
	r->row.type = ctl_option(node, "type", "default");
	r->row.wanted = "started";
	r->row.changed_at = (int64_t)time(NULL);
	if (store_pairs_put(node->store, STORE_PARAMETERS, r->row.slot, r->pairs, r->n_pairs, err) <
			0 ||
		instance_fingerprint(node, &r->row, &after, err) < 0)
		return -1;
	/* The same request again is no news to the profile, which sees this as its timestamp. */
	if (!before || strcmp(before, after) != 0)
		r->row.requested_at = r->row.changed_at;
	return store_partition_put(node->store, &r->row, err);
}

/* Find the row, or make one that says all that is wanted. */
static int find_or_add(struct node *node, void *context, struct err *err)
{
	struct request *r = context;
	int found =
		store_partition(node->store, r->release->tenant.id, r->name->name, &r->row, err);
	if (found != STORE_ABSENT)
		return found;
	r->row = (struct store_partition){.tenant = r->release->tenant.id,
		.tenant_name = r->name->tenant,
		.name = r->name->name,
		.state = "requested",
		.error = "",
		.fingerprint = "",
		.running = "",
		.boot = "",
		.created_at = (int64_t)time(NULL)};
	return store_slot_take(node->store, &r->row.slot, err) < 0 ? -1 : put(node, r, err);
}

/* Under the partition's lock: what is wanted from now on. The release is in use from here; until then
 * `gc` may have removed it. */
static int change(struct node *node, void *context, struct err *err)
{
	struct request *r = context;
	int64_t generation;
	int available = release_is_available(node, r->release, &generation, err);
	r->has_release = available == 1;
	return available <= 0 ? available : put(node, r, err);
}

static int have_release(struct node *node, const struct release *release, struct err *err)
{
	int64_t generation;
	int available = release_is_available(node, release, &generation, err);
	return available != 0 ? (available < 0 ? -1 : 0) : release_build(node, release, err);
}

/* Find or make the row and lock it, again where another command destroys it meanwhile. */
static int claim(struct node *node, struct request *r, struct lease *ret, struct err *err)
{
	int found = STORE_ABSENT;
	while (found == STORE_ABSENT) {
		if (in_transaction(node, find_or_add, r, err) < 0)
			return -1;
		found = instance_lock(node, &r->row, ret, err);
	}
	return found;
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
	scoped_lease lock = LEASE_INIT;
	struct store_pair *pairs = NULL;
	struct release release;
	struct name name;
	struct request r = {.name = &name, .release = &release};
	if (name_of_request(node, 0, &name, err) < 0 ||
		parameters_of(node, &pairs, &r.n_pairs, err) < 0 || network_ready(node, err) < 0 ||
		release_of_request(node, 1, name.tenant, &release, err) < 0)
		return -1;
	r.pairs = pairs;
	/* A build that fails leaves a running instance as it is. */
	if (have_release(node, &release, err) < 0 || claim(node, &r, &lock, err) < 0)
		return -1;
	while (!r.has_release)
		if (have_release(node, &release, err) < 0 ||
			in_transaction(node, change, &r, err) < 0)
			return -1;
	if (instance_bring_up(node, &r.row, err) < 0)
		return -1;
	say_published(node, &r.row);
	*ret_status = EXIT_OK;
	return 0;
}
