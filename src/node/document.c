/* SPDX-License-Identifier: Apache-2.0 */
/* JSON documents of the agent. */
#include "node/document.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/network.h"
#include "node/running.h"
#include "node/super_client.h"

json_t *document_new(void)
{
	return json_pack("{s:i}", "v", 1);
}

json_t *document_text(const char *text)
{
	json_t *value = json_string(text);
	char *safe;
	if (value)
		return value;
	safe = strdup(text);
	if (!safe)
		return json_null();
	for (char *p = safe; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	value = json_string(safe);
	free(safe);
	return value;
}

void document_send(struct node *node, json_t *document)
{
	char *text = json_dumps(document, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	if (text) {
		ctl_data(node, span_str(text));
		ctl_data(node, span_str("\n"));
	}
	free(text);
	json_decref(document);
}

static const char *health_of(
	struct node *node, const struct store_partition *row, const char **ret_state)
{
	struct super_status status;
	struct err err = ERR_INIT;
	*ret_state = row->state;
	if (!running_is(node, row)) {
		if (row->pid && strcmp(row->state, "started") == 0)
			*ret_state = "failed";
		return strcmp(row->wanted, "started") == 0 ? "down" : "-";
	}
	if (super_ask(node, row->slot, &status, &err) < 0)
		return "unknown";
	return status.is_ready ? "ok" : "failing";
}

json_t *document_partition(struct node *node, const struct store_partition *row)
{
	const char *state;
	const char *health = health_of(node, row, &state);
	json_t *o = json_object();
	json_object_set_new(o, "tenant", document_text(row->tenant_name));
	json_object_set_new(o, "name", document_text(row->name));
	json_object_set_new(o, "state", document_text(state));
	json_object_set_new(o, "health", document_text(health));
	json_object_set_new(o, "software", document_text(row->url));
	json_object_set_new(o, "ipv6", document_text(network_address(node, row->slot)));
	json_object_set_new(o, "type", document_text(row->type));
	json_object_set_new(o, "slot", json_integer(row->slot));
	json_object_set_new(o, "age_s", json_integer((json_int_t)time(NULL) - row->created_at));
	json_object_set_new(o, "created_at", json_integer(row->created_at));
	json_object_set_new(o, "changed_at", json_integer(row->changed_at));
	json_object_set_new(o, "error", row->error[0] ? document_text(row->error) : json_null());
	return o;
}
