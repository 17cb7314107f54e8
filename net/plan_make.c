/* SPDX-License-Identifier: Apache-2.0 */
/* Make and print network plans: which ops a request needs, in order. */
#include "net/plan_make.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/bug.h"

static const uint16_t node_up_ops[] = {
	NET_OP_NODE_IPV6,
	NET_OP_NODE_ADDR,
	NET_OP_NODE_ROUTE,
	NET_OP_NODE_TABLE,
};

static const uint16_t node_down_ops[] = {
	NET_OP_EXPEL,
	NET_OP_FORGET,
	NET_OP_UNLINK,
	NET_OP_REAP,
	NET_OP_NODE_NO_TABLE,
	NET_OP_NODE_NO_ROUTE,
	NET_OP_NODE_NO_ADDR,
};

static const uint16_t part_up_ops[] = {
	NET_OP_EXPEL,
	NET_OP_FORGET,
	NET_OP_UNLINK,
	NET_OP_REAP,
	NET_OP_NETNS,
	NET_OP_INNER_PORTS,
	NET_OP_INNER_PING,
	NET_OP_VETH,
	NET_OP_INNER_LO,
	NET_OP_INNER_UP,
	NET_OP_INNER_ADDR,
	NET_OP_INNER_DEFAULT,
	NET_OP_LINK_QUIET,
	NET_OP_LINK_UP,
	NET_OP_INNER_READY,
	NET_OP_LINK_ROUTE,
	NET_OP_ADMIT,
};

static const uint16_t part_keep_ops[] = {
	NET_OP_LINK_QUIET,
	NET_OP_LINK_UP,
	NET_OP_LINK_ROUTE,
	NET_OP_ADMIT,
};

static void plan_init(const struct net_node *node, struct net_plan *ret_plan)
{
	struct err err = ERR_INIT;
	BUG_IF(net_node_verify(node, &err) < 0, "a plan is made for a verified node");
	ret_plan->node = *node;
	ret_plan->n_ops = 0;
}

static void plan_add(struct net_plan *plan, uint32_t kind, uint32_t slot)
{
	BUG_IF(plan->n_ops >= NET_PLAN_OPS_MAX, "a plan of ours fits");
	BUG_IF(slot > NET_SLOT_MAX, "a plan is made for a slot in range");
	plan->ops[plan->n_ops++] = (struct net_op){.kind = (uint16_t)kind, .slot = (uint16_t)slot};
}

static void plan_add_all(struct net_plan *plan, const uint16_t *ops, size_t n, uint32_t slot)
{
	for (size_t i = 0; i < n; i++)
		plan_add(plan, ops[i], ops[i] == NET_OP_REAP ? 0 : slot);
}

void net_node_make(const uint8_t global_id[5], uint32_t number, struct net_node *ret_node)
{
	BUG_IF(number > NET_NODE_MAX, "a node number is in range");
	*ret_node = (struct net_node){.number = number};
	ret_node->prefix[0] = 0xfd;
	memcpy(ret_node->prefix + 1, global_id, 5);
	ret_node->prefix[7] = (uint8_t)number;
}

void net_plan_node_up(const struct net_node *node, struct net_plan *ret_plan)
{
	plan_init(node, ret_plan);
	plan_add_all(ret_plan, node_up_ops, ARRAY_LEN(node_up_ops), 0);
}

void net_plan_node_down(const struct net_node *node, struct net_plan *ret_plan)
{
	plan_init(node, ret_plan);
	plan_add_all(ret_plan, node_down_ops, ARRAY_LEN(node_down_ops), 0);
}

void net_plan_part_up(const struct net_node *node, uint32_t slot, struct net_plan *ret_plan)
{
	BUG_IF(slot == 0, "a partition has a slot");
	plan_init(node, ret_plan);
	plan_add_all(ret_plan, part_up_ops, ARRAY_LEN(part_up_ops), slot);
}

void net_plan_part_keep(const struct net_node *node, uint32_t slot, struct net_plan *ret_plan)
{
	BUG_IF(slot == 0, "a partition has a slot");
	plan_init(node, ret_plan);
	plan_add_all(ret_plan, part_keep_ops, ARRAY_LEN(part_keep_ops), slot);
}

void net_plan_part_down(
	const struct net_node *node, const uint32_t *slots, size_t n, struct net_plan *ret_plan)
{
	BUG_IF(n == 0 || n > NET_SLOT_MAX, "between one slot and all of them");
	plan_init(node, ret_plan);
	for (uint32_t kind = NET_OP_EXPEL; kind <= NET_OP_UNLINK; kind++) {
		for (size_t i = 0; i < n; i++) {
			BUG_IF(slots[i] == 0, "a partition has a slot");
			plan_add(ret_plan, kind, slots[i]);
		}
	}
	plan_add(ret_plan, NET_OP_REAP, 0);
}

void net_plan_add_fault(struct net_plan *plan, size_t at)
{
	BUG_IF(plan->n_ops >= NET_PLAN_OPS_MAX, "room for the fault");
	size_t from = at < plan->n_ops ? at : plan->n_ops;
	memmove(&plan->ops[from + 1], &plan->ops[from],
		(plan->n_ops - from) * sizeof(plan->ops[0]));
	plan->ops[from] = (struct net_op){.kind = NET_OP_FAULT};
	plan->n_ops++;
}

/* The names that lines of a printed plan use. */
struct names {
	char link[NET_NAME_SIZE];
	char table[NET_NAME_SIZE];
	char addr[INET6_ADDRSTRLEN];
	char node_addr[INET6_ADDRSTRLEN];
	char prefix[INET6_ADDRSTRLEN];
	uint8_t mac[NET_MAC_SIZE];
	uint32_t first_gid;
	uint32_t last_gid;
};

static void names_make(const struct net_node *node, uint32_t slot, struct names *ret)
{
	uint8_t addr[NET_ADDR_SIZE];
	net_link_name(node, slot, ret->link);
	net_table_name(node, ret->table);
	net_part_addr(node, slot, addr);
	inet_ntop(AF_INET6, addr, ret->addr, sizeof(ret->addr));
	net_node_addr(node, addr);
	inet_ntop(AF_INET6, addr, ret->node_addr, sizeof(ret->node_addr));
	inet_ntop(AF_INET6, node->prefix, ret->prefix, sizeof(ret->prefix));
	net_link_mac(node, slot, ret->mac);
	net_slot_gids(node, slot, &ret->first_gid, &ret->last_gid);
}

static void print_all(
	uint32_t kind, const struct net_node *node, const struct names *n, struct str *out)
{
	if (kind == NET_OP_EXPEL)
		str_addf(out, "nft: delete every element of src6 in inet %s", n->table);
	else if (kind == NET_OP_FORGET)
		str_addf(out, "conntrack: delete flows of %s/64", n->prefix);
	else
		str_addf(out, "link: every ct%u-* to group %#x", node->number,
			net_trash_group(node));
}

static void print_host(
	uint32_t kind, const struct net_node *node, const struct names *n, struct str *out)
{
	if (kind == NET_OP_EXPEL)
		str_addf(out, "nft: delete %s . %s from src6 in inet %s", n->link, n->addr,
			n->table);
	else if (kind == NET_OP_FORGET)
		str_addf(out, "conntrack: delete flows of %s", n->addr);
	else if (kind == NET_OP_UNLINK)
		str_addf(out, "link: %s to group %#x", n->link, net_trash_group(node));
	else if (kind == NET_OP_REAP)
		str_addf(out, "link: delete group %#x", net_trash_group(node));
	else if (kind == NET_OP_NODE_NO_TABLE)
		str_addf(out, "nft: delete table inet %s", n->table);
	else if (kind == NET_OP_NODE_NO_ROUTE)
		str_addf(out, "route: delete unreachable %s/64 proto %u", n->prefix,
			NET_ROUTE_PROTO);
	else if (kind == NET_OP_NODE_NO_ADDR)
		str_addf(out, "addr: delete %s/128 from lo", n->node_addr);
	else if (kind == NET_OP_NODE_IPV6)
		str_adds(out, "require IPv6");
	else if (kind == NET_OP_NODE_ADDR)
		str_addf(out, "addr: %s/128 on lo", n->node_addr);
	else if (kind == NET_OP_NODE_ROUTE)
		str_addf(out, "route: unreachable %s/64 proto %u", n->prefix, NET_ROUTE_PROTO);
	else if (kind == NET_OP_NODE_TABLE)
		str_addf(out, "nft: table inet %s", n->table);
}

static void print_part(
	uint32_t kind, const struct net_node *node, const struct names *n, struct str *out)
{
	if (kind == NET_OP_NETNS)
		str_adds(out, "netns: fresh");
	else if (kind == NET_OP_INNER_PORTS)
		str_adds(out, "sysctl: inside net.ipv4.ip_unprivileged_port_start=0");
	else if (kind == NET_OP_INNER_PING)
		str_addf(out, "sysctl: inside net.ipv4.ping_group_range=%u %u", n->first_gid,
			n->last_gid);
	else if (kind == NET_OP_VETH)
		str_addf(out,
			"link: %s peer eth0 inside, noarp, mac %02x:%02x:%02x:%02x:%02x:%02x, "
			"group %#x",
			n->link, n->mac[0], n->mac[1], n->mac[2], n->mac[3], n->mac[4], n->mac[5],
			net_link_group(node));
	else if (kind == NET_OP_INNER_LO)
		str_adds(out, "link: inside lo up");
	else if (kind == NET_OP_INNER_UP)
		str_adds(out, "link: inside eth0 addrgenmode none, up");
	else if (kind == NET_OP_INNER_ADDR)
		str_addf(out, "addr: inside %s/128 on eth0", n->addr);
	else if (kind == NET_OP_INNER_DEFAULT)
		str_adds(out, "route: inside default dev eth0");
	else if (kind == NET_OP_LINK_QUIET)
		str_addf(out,
			"sysctl: %s disable_ipv6=0 accept_ra=0 autoconf=0 accept_redirects=0 "
			"accept_source_route=-1",
			n->link);
	else if (kind == NET_OP_LINK_UP)
		str_addf(out, "link: %s addrgenmode none, up", n->link);
	else if (kind == NET_OP_INNER_READY)
		str_adds(out, "link: wait until eth0 inside can send");
	else if (kind == NET_OP_LINK_ROUTE)
		str_addf(out, "route: %s/128 dev %s proto %u", n->addr, n->link, NET_ROUTE_PROTO);
	else if (kind == NET_OP_ADMIT)
		str_addf(out, "nft: %s . %s to src6 in inet %s", n->link, n->addr, n->table);
}

void net_plan_print(const struct net_plan *plan, struct str *out)
{
	for (uint32_t i = 0; i < plan->n_ops; i++) {
		const struct net_op *op = &plan->ops[i];
		struct names names;
		names_make(&plan->node, op->slot, &names);
		str_addf(out, "%-13s ", net_op_name(op->kind));
		if (op->slot == 0 && op->kind >= NET_OP_EXPEL && op->kind <= NET_OP_UNLINK)
			print_all(op->kind, &plan->node, &names, out);
		else if (op->kind < NET_OP_NETNS)
			print_host(op->kind, &plan->node, &names, out);
		else
			print_part(op->kind, &plan->node, &names, out);
		str_addc(out, '\n');
	}
}
