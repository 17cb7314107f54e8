/* SPDX-License-Identifier: Apache-2.0 */
/* cantle inspect: one instance, with what the kernel and its supervisor say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/document.h"
#include "node/draft.h"
#include "node/ids.h"
#include "node/instance_plan.h"
#include "node/names.h"
#include "node/running.h"
#include "node/super_client.h"
#include "node/verb.h"

typedef json_t *(*show_fn)(struct span text);

static json_t *show_number(struct span text);
static json_t *show_cpus(struct span text);
static json_t *show_throttled(struct span text);

/* One limit: what the policy asks for, what the kernel was told, what it counts. */
static const struct {
	const char *name;
	enum cgroup_reading now;
	show_fn show_now;
	enum cgroup_reading max;
	show_fn show_max;
} limit_rows[] = {
	{"memory", CGROUP_MEMORY_NOW, show_number, CGROUP_MEMORY_MAX, show_number},
	{"pids", CGROUP_PIDS_NOW, show_number, CGROUP_PIDS_MAX, show_number},
	{"cpu", CGROUP_CPU_STAT, show_throttled, CGROUP_CPU_MAX, show_cpus},
};
enum { LIMIT_ROWS = sizeof(limit_rows) / sizeof(limit_rows[0]), CPU_PERIOD_US = 100000 };

static json_t *pairs_of(struct node *node, enum store_pairs which, unsigned slot)
{
	struct store_pair *pairs = NULL;
	struct err err = ERR_INIT;
	json_t *o = json_object();
	size_t n = 0;
	if (store_pairs(node->store, which, slot, &pairs, &n, &err) == 0)
		for (size_t i = 0; i < n; i++)
			json_object_set_new(o, pairs[i].key, document_text(pairs[i].value));
	free(pairs);
	return o;
}

static json_t *services_of(struct node *node, const struct store_partition *row)
{
	struct super_status status;
	struct err err = ERR_INIT;
	json_t *list = json_array();
	if (!running_is(node, row) || super_ask(node, row->slot, &status, &err) < 0)
		return list;
	for (size_t i = 0; i < status.n_rows; i++) {
		const struct super_row *r = &status.rows[i];
		json_t *o = json_object();
		json_object_set_new(o, "name", document_text(r->name.ptr));
		json_object_set_new(o, "kind", document_text(super_kind_name(r->kind)));
		json_object_set_new(o, "state", document_text(super_state_name(r->state)));
		json_object_set_new(o, "pid", json_integer(r->pid));
		json_object_set_new(o, "restarts", json_integer(r->restarts));
		json_object_set_new(o, "uptime_ms", json_integer((json_int_t)r->uptime_ms));
		json_object_set_new(o, "last_exit",
			r->last_exit < 0 ? json_null() : json_integer(r->last_exit));
		json_array_append_new(list, o);
	}
	return list;
}

/* A number, or what the kernel says instead: "max". */
static json_t *show_number(struct span text)
{
	uint64_t v;
	if (span_parse_u64(span_trim(text), &v) && v <= INT64_MAX)
		return json_integer((json_int_t)v);
	text = span_trim(text);
	return json_stringn(text.ptr, text.len);
}

/* "200000 100000" or "200000": two CPUs. */
static json_t *show_cpus(struct span text)
{
	struct span word;
	uint64_t v;
	if (!span_word(&text, &word) || !span_parse_u64(word, &v))
		return show_number(word);
	return json_real((double)v / CPU_PERIOD_US);
}

/* "... nr_throttled 17 ...": how often the limit was felt. */
static json_t *show_throttled(struct span text)
{
	struct span word;
	uint64_t v;
	while (span_word(&text, &word))
		if (span_is(word, "nr_throttled") && span_word(&text, &word) &&
			span_parse_u64(word, &v))
			return json_pack("s", v ? "throttled" : "never throttled");
	return json_null();
}

static json_t *shown(const struct job *job, size_t i, bool is_read, show_fn show)
{
	return is_read && i < job->n_results && job->result_num[i] == 0
		       ? show(str_span(&job->result_text[i]))
		       : json_null();
}

static int read_limits(struct node *node, const struct store_partition *row, struct draft *d,
	struct job *job, bool is_read[LIMIT_ROWS], struct err *err)
{
	char leaf[12];
	snprintf(leaf, sizeof(leaf), "%u", row->slot);
	if (draft_init(d, node, "service", row->slot, err) < 0)
		return -1;
	for (size_t i = 0; i < LIMIT_ROWS; i++)
		is_read[i] = cgroup_plan_read(&d->plan, &node->cgroups, node->id.number, leaf,
				     limit_rows[i].now) &&
			     cgroup_plan_read(&d->plan, &node->cgroups, node->id.number, leaf,
				     limit_rows[i].max);
	return running_is(node, row) ? job_host(node, job, &d->plan, err) : 0;
}

/* A limit that is nowhere enforced shows null. */
static json_t *limits_of(struct node *node, const struct store_partition *row)
{
	scoped_draft d = {.node = node};
	scoped_job job;
	struct err err = ERR_INIT;
	json_t *limits = json_object();
	bool is_read[LIMIT_ROWS] = {false};
	size_t at = 0;
	job_init(&job, node);
	if (read_limits(node, row, &d, &job, is_read, &err) < 0)
		return limits;
	json_t *const requested[LIMIT_ROWS] = {json_integer((json_int_t)d.policy.memory_bytes),
		json_integer((json_int_t)d.policy.n_pids),
		json_real((double)d.policy.cpu_milli / 1000)};
	for (size_t i = 0; i < LIMIT_ROWS; i++) {
		json_t *o = json_object();
		json_object_set_new(o, "requested", requested[i]);
		json_object_set_new(
			o, "enforced", shown(&job, at + 1, is_read[i], limit_rows[i].show_max));
		json_object_set_new(
			o, "observed", shown(&job, at, is_read[i], limit_rows[i].show_now));
		json_object_set_new(limits, limit_rows[i].name, o);
		at += is_read[i] ? 2 : 0;
	}
	return limits;
}

static json_t *isolation_of(struct node *node, const struct store_partition *row)
{
	json_t *o = json_object();
	json_object_set_new(o, "ids_from", json_integer(ids_slot_base(node->id.number, row->slot)));
	json_object_set_new(o, "ids_count", json_integer(ID_SLOT_SPAN));
	json_object_set_new(o, "policy", document_text("service"));
	json_object_set_new(o, "landlock_abi", json_integer(node->landlock_abi));
	json_object_set_new(o, "pid", running_is(node, row) ? json_integer(row->pid) : json_null());
	return o;
}

int verb_inspect(struct node *node, int *ret_status, struct err *err)
{
	struct store_partition row;
	struct instance_paths paths;
	json_t *document;
	json_t *where;
	if (name_partition(node, 0, &row, err) < 0 || instance_paths(node, &row, &paths, err) < 0)
		return -1;
	document = document_partition(node, &row);
	json_object_set_new(document, "v", json_integer(1));
	where = json_object();
	json_object_set_new(where, "home", document_text(paths.home_inside));
	json_object_set_new(where, "software", document_text(paths.software_inside));
	json_object_set_new(where, "host_home", document_text(paths.home_rel));
	json_object_set_new(document, "paths", where);
	json_object_set_new(document, "parameters", pairs_of(node, STORE_PARAMETERS, row.slot));
	json_object_set_new(document, "connection", pairs_of(node, STORE_PUBLISHED, row.slot));
	json_object_set_new(document, "services", services_of(node, &row));
	json_object_set_new(document, "limits", limits_of(node, &row));
	json_object_set_new(document, "isolation", isolation_of(node, &row));
	document_send(node, document);
	*ret_status = EXIT_OK;
	return 0;
}
