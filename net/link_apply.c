/* SPDX-License-Identifier: Apache-2.0 */
/* Links, addresses and routes over rtnetlink. */
#include "net/link_apply.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>

#include "base/bug.h"

#define AGGREGATE_METRIC UINT32_MAX

bool link_parse(const struct nlmsghdr *message, struct link *ret)
{
	const struct ifinfomsg *head = mnl_nlmsg_get_payload(message);
	if (message->nlmsg_type != RTM_NEWLINK ||
		mnl_nlmsg_get_payload_len(message) < sizeof(*head))
		return false;
	const struct nlattr *name = nl_attr_find(message, sizeof(*head), IFLA_IFNAME);
	const struct nlattr *group = nl_attr_find(message, sizeof(*head), IFLA_GROUP);
	struct link link = {.index = (uint32_t)head->ifi_index};
	if (!nl_attr_has(name, 1) || mnl_attr_get_payload_len(name) > sizeof(link.name))
		return false;
	memcpy(link.name, mnl_attr_get_payload(name), mnl_attr_get_payload_len(name));
	if (link.name[sizeof(link.name) - 1] != '\0')
		return false;
	if (nl_attr_is(group, sizeof(uint32_t)))
		link.group = mnl_attr_get_u32(group);
	*ret = link;
	return true;
}

static struct nlmsghdr *put_link(
	struct nl *nl, uint16_t type, unsigned flags, uint32_t index, const struct nl_note *note)
{
	struct nlmsghdr *message = nl_put(nl, type, flags, note);
	struct ifinfomsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	head->ifi_family = AF_UNSPEC;
	head->ifi_index = (int)index;
	return message;
}

struct find {
	struct link link;
	bool is_found;
};

static void find_each(const struct nlmsghdr *message, void *arg)
{
	struct find *find = arg;
	find->is_found = link_parse(message, &find->link);
}

int link_find(struct nl *nl, const char *name, struct link *ret, struct err *err)
{
	static const struct nl_note note = {
		"net.link", "look up a link", 0, NL_ALLOW_GONE | NL_NO_ACK};
	struct find find = {.is_found = false};
	struct nlmsghdr *message = put_link(nl, RTM_GETLINK, 0, 0, &note);
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	int result = nl_get(nl, find_each, &find, err);
	if (result != NL_FOUND)
		return result;
	if (!find.is_found || strcmp(find.link.name, name) != 0)
		return NL_ABSENT;
	*ret = find.link;
	return NL_FOUND;
}

int link_watch(struct nl *nl, struct err *err)
{
	return nl_join(nl, RTNLGRP_LINK, err);
}

static bool is_running(const struct nlmsghdr *message, const void *arg)
{
	const uint32_t *index = arg;
	const struct ifinfomsg *head = mnl_nlmsg_get_payload(message);
	return message->nlmsg_type == RTM_NEWLINK &&
	       mnl_nlmsg_get_payload_len(message) >= sizeof(*head) &&
	       (uint32_t)head->ifi_index == *index && head->ifi_flags & IFF_RUNNING;
}

int link_wait(struct nl *nl, uint32_t index, struct err *err)
{
	if (nl_wait(nl, is_running, &index, err) < 0)
		return err_wrap(err, "wait until the link can send");
	return 0;
}

struct list {
	link_each *each;
	void *arg;
};

static void list_each(const struct nlmsghdr *message, void *arg)
{
	const struct list *list = arg;
	struct link link;
	if (link_parse(message, &link))
		list->each(&link, list->arg);
}

int link_list(struct nl *nl, link_each *each, void *arg, struct err *err)
{
	static const struct nl_note note = {"net.link", "list links", 0, NL_NO_ACK};
	struct list list = {each, arg};
	struct nlmsghdr *message = put_link(nl, RTM_GETLINK, 0, 0, &note);
	mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return nl_dump(nl, list_each, &list, err);
}

/*
 * NOARP with one MAC for both ends: neither side ever asks who has an address, so there is nothing
 * to spoof and no shared neighbour table to fill (its limit is one for all namespaces).
 */
static void put_end(struct nlmsghdr *message, struct ifinfomsg *head, const char *name,
	const uint8_t mac[NET_MAC_SIZE])
{
	head->ifi_flags = IFF_NOARP;
	head->ifi_change = IFF_NOARP;
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	mnl_attr_put(message, IFLA_ADDRESS, NET_MAC_SIZE, mac);
	mnl_attr_put_u32(message, IFLA_NUM_TX_QUEUES, 1);
	mnl_attr_put_u32(message, IFLA_NUM_RX_QUEUES, 1);
}

void link_put_veth(struct nl *nl, const struct net_node *node, uint32_t slot, struct fd_ns peer_ns)
{
	const struct nl_note note = {"net.veth", "make the link", slot, 0};
	char name[NET_NAME_SIZE];
	uint8_t mac[NET_MAC_SIZE];
	net_link_name(node, slot, name);
	net_link_mac(node, slot, mac);
	struct nlmsghdr *message = put_link(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, &note);
	put_end(message, mnl_nlmsg_get_payload(message), name, mac);
	mnl_attr_put_u32(message, IFLA_GROUP, net_link_group(node));
	struct nlattr *link = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, "veth");
	struct nlattr *kind = mnl_attr_nest_start(message, IFLA_INFO_DATA);
	struct nlattr *peer = mnl_attr_nest_start(message, VETH_INFO_PEER);
	put_end(message, mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg)), "eth0",
		mac);
	mnl_attr_put_u32(message, IFLA_NET_NS_FD, (uint32_t)peer_ns.fd);
	mnl_attr_nest_end(message, peer);
	mnl_attr_nest_end(message, kind);
	mnl_attr_nest_end(message, link);
}

/* The mode must be set before the link goes up: the kernel makes the address at that moment. */
static void put_no_link_local(struct nl *nl, uint32_t index, uint32_t slot)
{
	const struct nl_note note = {"net.ipv6", "set addr_gen_mode of the link", slot, 0};
	struct nlmsghdr *message = put_link(nl, RTM_NEWLINK, 0, index, &note);
	struct nlattr *families = mnl_attr_nest_start(message, IFLA_AF_SPEC);
	struct nlattr *inet6 = mnl_attr_nest_start(message, AF_INET6);
	mnl_attr_put_u8(message, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(message, inet6);
	mnl_attr_nest_end(message, families);
}

void link_put_up(struct nl *nl, uint32_t index, uint32_t slot)
{
	const struct nl_note note = {"net.link", "bring up the link", slot, 0};
	if (index != LINK_LO)
		put_no_link_local(nl, index, slot);
	struct nlmsghdr *message = put_link(nl, RTM_NEWLINK, 0, index, &note);
	struct ifinfomsg *head = mnl_nlmsg_get_payload(message);
	head->ifi_flags = IFF_UP;
	head->ifi_change = IFF_UP;
}

void link_put_trash(struct nl *nl, const struct net_node *node, uint32_t index, uint32_t slot)
{
	const struct nl_note note = {"net.link", "doom the link", slot, NL_ALLOW_GONE};
	struct nlmsghdr *message = put_link(nl, RTM_SETLINK, 0, index, &note);
	mnl_attr_put_u32(message, IFLA_GROUP, net_trash_group(node));
}

void link_put_reap(struct nl *nl, uint32_t group)
{
	static const struct nl_note note = {"net.link", "delete links", 0, NL_ALLOW_GONE};
	struct nlmsghdr *message = put_link(nl, RTM_DELLINK, 0, 0, &note);
	mnl_attr_put_u32(message, IFLA_GROUP, group);
}

static struct nlmsghdr *put_addr(struct nl *nl, uint16_t type, unsigned flags, uint32_t index,
	const uint8_t addr[NET_ADDR_SIZE], const struct nl_note *note)
{
	struct nlmsghdr *message = nl_put(nl, type, flags, note);
	struct ifaddrmsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	head->ifa_family = AF_INET6;
	head->ifa_prefixlen = 128;
	head->ifa_flags = IFA_F_NODAD;
	head->ifa_index = index;
	mnl_attr_put(message, IFA_LOCAL, NET_ADDR_SIZE, addr);
	return message;
}

void link_put_addr(struct nl *nl, uint32_t index, const uint8_t addr[NET_ADDR_SIZE], uint32_t slot)
{
	const struct nl_note note = {"net.addr", "set the address", slot, 0};
	struct nlmsghdr *message =
		put_addr(nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, index, addr, &note);
	mnl_attr_put_u8(message, IFA_PROTO, NET_ROUTE_PROTO);
}

void link_put_no_addr(struct nl *nl, uint32_t index, const uint8_t addr[NET_ADDR_SIZE])
{
	static const struct nl_note note = {
		"net.addr", "delete the address of the node", 0, NL_ALLOW_GONE};
	put_addr(nl, RTM_DELADDR, 0, index, addr, &note);
}

static struct nlmsghdr *put_route(struct nl *nl, uint16_t type, unsigned flags,
	const uint8_t dst[NET_ADDR_SIZE], uint8_t bits, const struct nl_note *note)
{
	struct nlmsghdr *message = nl_put(nl, type, flags, note);
	struct rtmsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	head->rtm_family = AF_INET6;
	head->rtm_dst_len = bits;
	head->rtm_table = RT_TABLE_MAIN;
	head->rtm_protocol = NET_ROUTE_PROTO;
	head->rtm_scope = RT_SCOPE_UNIVERSE;
	head->rtm_type = RTN_UNICAST;
	if (bits > 0)
		mnl_attr_put(message, RTA_DST, NET_ADDR_SIZE, dst);
	return message;
}

void link_put_route(struct nl *nl, uint32_t index, const uint8_t addr[NET_ADDR_SIZE], uint32_t slot)
{
	const struct nl_note note = {"net.route", "set the route", slot, 0};
	struct nlmsghdr *message =
		put_route(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, addr, 128, &note);
	mnl_attr_put_u32(message, RTA_OIF, index);
}

void link_put_default(struct nl *nl, uint32_t index, uint32_t slot)
{
	const struct nl_note note = {"net.route", "set the default route", slot, 0};
	struct nlmsghdr *message =
		put_route(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, NULL, 0, &note);
	mnl_attr_put_u32(message, RTA_OIF, index);
}

static void put_aggregate(struct nl *nl, const struct net_node *node, uint16_t type, unsigned flags,
	const struct nl_note *note)
{
	struct nlmsghdr *message = put_route(nl, type, flags, node->prefix, 64, note);
	struct rtmsg *head = mnl_nlmsg_get_payload(message);
	head->rtm_type = RTN_UNREACHABLE;
	mnl_attr_put_u32(message, RTA_PRIORITY, AGGREGATE_METRIC);
}

void link_put_aggregate(struct nl *nl, const struct net_node *node)
{
	static const struct nl_note note = {
		"net.route", "set the route of the node's prefix", 0, 0};
	put_aggregate(nl, node, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &note);
}

void link_put_no_aggregate(struct nl *nl, const struct net_node *node)
{
	static const struct nl_note note = {
		"net.route", "delete the route of the node's prefix", 0, NL_ALLOW_GONE};
	put_aggregate(nl, node, RTM_DELROUTE, 0, &note);
}
