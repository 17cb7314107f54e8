/* SPDX-License-Identifier: Apache-2.0 */
/* End tracked connections of partitions. */
#include "net/flow_apply.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>

static struct nlmsghdr *put(struct nl *nl, uint16_t type, const struct nl_note *note)
{
	struct nlmsghdr *message =
		nl_put(nl, (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | type), 0, note);
	struct nfgenmsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	head->nfgen_family = AF_INET6;
	head->version = NFNETLINK_V0;
	return message;
}

static bool tuple_has(
	const struct nlattr *tuple, const struct net_node *node, const struct flow_slots *slots)
{
	const struct nlattr *ip = nl_attr_inside(tuple, CTA_TUPLE_IP);
	for (uint16_t type = CTA_IP_V6_SRC; type <= CTA_IP_V6_DST; type++) {
		const struct nlattr *addr = nl_attr_inside(ip, type);
		if (!nl_attr_is(addr, NET_ADDR_SIZE))
			continue;
		uint32_t slot = net_addr_slot(node, mnl_attr_get_payload(addr));
		if (slot && slots->has[slot])
			return true;
	}
	return false;
}

bool flow_parse(const struct nlmsghdr *message, const struct net_node *node,
	const struct flow_slots *slots, struct flow *ret)
{
	size_t header = sizeof(struct nfgenmsg);
	const struct nlattr *orig = nl_attr_find(message, header, CTA_TUPLE_ORIG);
	const struct nlattr *reply = nl_attr_find(message, header, CTA_TUPLE_REPLY);
	const struct nlattr *zone = nl_attr_find(message, header, CTA_ZONE);
	if (!tuple_has(orig, node, slots) && !tuple_has(reply, node, slots))
		return false;
	if (!orig || mnl_attr_get_payload_len(orig) > sizeof(ret->tuple))
		return false;
	*ret = (struct flow){.tuple_size = mnl_attr_get_payload_len(orig)};
	memcpy(ret->tuple, mnl_attr_get_payload(orig), ret->tuple_size);
	ret->has_zone = nl_attr_is(zone, sizeof(ret->zone));
	if (ret->has_zone)
		memcpy(&ret->zone, mnl_attr_get_payload(zone), sizeof(ret->zone));
	return true;
}

struct forget {
	struct nl *nl;
	const struct net_node *node;
	const struct flow_slots *slots;
	struct err *err;
};

static void forget_each(const struct nlmsghdr *message, void *arg)
{
	static const struct nl_note note = {"net.conntrack", "end a connection", 0, NL_ALLOW_GONE};
	const struct forget *forget = arg;
	struct flow flow;
	if (err_is_set(forget->err) || !flow_parse(message, forget->node, forget->slots, &flow))
		return;
	if (!nl_has_room(forget->nl, 1) && nl_flush(forget->nl, forget->err) < 0)
		return;
	struct nlmsghdr *request = put(forget->nl, IPCTNL_MSG_CT_DELETE, &note);
	mnl_attr_put(request, CTA_TUPLE_ORIG | NLA_F_NESTED, flow.tuple_size, flow.tuple);
	if (flow.has_zone)
		mnl_attr_put_u16(request, CTA_ZONE, flow.zone);
}

int flow_forget(struct nl *nl, struct nl *query, const struct net_node *node,
	const struct flow_slots *slots, struct err *err)
{
	static const struct nl_note note = {"net.conntrack", "list connections", 0, NL_NO_ACK};
	struct err late = ERR_INIT;
	struct forget forget = {nl, node, slots, &late};
	put(query, IPCTNL_MSG_CT_GET, &note);
	if (nl_dump(query, forget_each, &forget, err) < 0)
		return -1;
	if (err_is_set(&late)) {
		*err = late;
		return -1;
	}
	return nl_flush(nl, err);
}
