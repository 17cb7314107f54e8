/* SPDX-License-Identifier: Apache-2.0 */
/* cantle doctor: what this machine and its kernel can enforce. */
#include <stdlib.h>

#include "base/bug.h"
#include "node/document.h"
#include "node/probe.h"
#include "node/verb.h"
#include "wire/msg_net.h"

/* What cantle-net tried, as the kernel answered it rather than as files describe it. */
static const struct {
	uint32_t feature;
	const char *name;
	const char *lost;
} net_rows[] = {
	{NET_FEATURE_IPV6, "network.ipv6", "instances have no address"},
	{NET_FEATURE_NETNS, "network.namespace", "instances have no network of their own"},
	{NET_FEATURE_VETH, "network.veth", "instances cannot be reached"},
	{NET_FEATURE_NFT, "network.nft",
		"instances are not started: nothing would keep them apart"},
	{NET_FEATURE_ELEMENT, "network.nft-sets", "instances are not started: nothing admits them"},
	{NET_FEATURE_CONNTRACK, "network.conntrack",
		"open connections outlive an instance's removal"},
};

static void add_row(json_t *list, const char *name, const char *state, const char *detail,
	const char *lost, const char *fix)
{
	json_t *o = json_object();
	json_object_set_new(o, "name", document_text(name));
	json_object_set_new(o, "state", document_text(state));
	json_object_set_new(o, "detail", document_text(detail));
	json_object_set_new(o, "lost", lost ? document_text(lost) : json_null());
	json_object_set_new(o, "fix", fix ? document_text(fix) : json_null());
	json_array_append_new(list, o);
}

/* Counts what is degraded and what is missing. */
static void add_kernel(struct node *node, json_t *list, int counts[3])
{
	struct probe_result *rows =
		arena_array(&node->arena, struct probe_result, LIMIT_PROBE_ROWS);
	size_t n = rows ? probe_run(node->state, rows) : 0;
	for (size_t i = 0; i < n; i++) {
		bool is_fine = rows[i].state == PROBE_ENFORCEABLE;
		counts[rows[i].state]++;
		add_row(list, rows[i].name, probe_state_name(rows[i].state), rows[i].detail,
			is_fine ? NULL : rows[i].lost, is_fine ? NULL : rows[i].fix);
	}
}

static int add_network(struct node *node, json_t *list, int counts[3], struct err *err)
{
	struct msg_net_features features;
	if (!fd_chan_is_open(node->net))
		return 0;
	if (msg_net_probe(node->net, &features, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(net_rows); i++) {
		bool is_fine = features.mask & net_rows[i].feature;
		counts[is_fine ? PROBE_ENFORCEABLE : PROBE_UNAVAILABLE]++;
		add_row(list, net_rows[i].name,
			probe_state_name(is_fine ? PROBE_ENFORCEABLE : PROBE_UNAVAILABLE),
			is_fine ? "tried" : features.why.text, is_fine ? NULL : net_rows[i].lost,
			is_fine ? NULL
				: "install nftables; enable IPv6 and these facilities in the "
				  "kernel");
	}
	return 0;
}

int verb_doctor(struct node *node, int *ret_status, struct err *err)
{
	json_t *document = document_new();
	json_t *list = json_array();
	int counts[3] = {0};
	add_kernel(node, list, counts);
	json_object_set_new(document, "checks", list);
	if (add_network(node, list, counts, err) < 0) {
		json_decref(document);
		return -1;
	}
	json_object_set_new(document, "enforceable", json_integer(counts[PROBE_ENFORCEABLE]));
	json_object_set_new(document, "degraded", json_integer(counts[PROBE_DEGRADED]));
	json_object_set_new(document, "unavailable", json_integer(counts[PROBE_UNAVAILABLE]));
	document_send(node, document);
	*ret_status = counts[PROBE_UNAVAILABLE] ? EXIT_FAILED : EXIT_OK;
	return 0;
}
