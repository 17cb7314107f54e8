/* SPDX-License-Identifier: Apache-2.0 */
/* What cantle-net is asked to do: a bounded array of operations, and every name derived from it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"

/*
 * Shape:     plan = node + op...; op = { kind, slot, arg }. Every name, address and number of a
 *            kernel object is a pure function of node and slot, so an op has no room for another
 *            node's or another program's object, and cantle-net derives them again itself.
 *            The array travels as a sealed memfd (net/plan_seal.h).
 * Order:     kinds never descend in a plan. The enum below is the order of work: what takes rights
 *            away comes first, what admits traffic comes last.
 * Units:     node 0..35, slot 1..1023; slot 0 means "all of this node" where an op allows it.
 * Errors:    net.plan (ERR_INPUT): which op, and why.
 * Source:    RFC 4193 (ULA), RFC 4291; veth(4), netlink(7); the kernel objects and their marks are
 *            listed in cantle-net(8).
 */
#define NET_NODE_MAX     (LIMIT_NODES - 1u)
#define NET_SLOT_MAX     (LIMIT_SLOTS - 1u)
#define NET_NAME_SIZE    16u /* IFNAMSIZ; also holds a table name */
#define NET_ADDR_SIZE    16u
#define NET_MAC_SIZE     6u
#define NET_ROUTE_PROTO  84u   /* rtm_protocol and IFA_PROTO of everything ours */
#define NET_PLAN_OPS_MAX 4096u /* three ops for each of 1023 slots, and the node's own */

struct net_node {
	uint32_t number;
	uint8_t prefix[NET_ADDR_SIZE]; /* /64: fdXX:XXXX:XXXX:<number>:: */
};

enum net_op_kind {
	NET_OP_NONE,
	NET_OP_EXPEL,         /* nft: forget the (link, source) pair; slot 0: of all */
	NET_OP_FORGET,        /* conntrack: end the flows of the address; slot 0: of the prefix */
	NET_OP_UNLINK,        /* link: into the group that REAP deletes; slot 0: all of the node */
	NET_OP_REAP,          /* links: delete that group in one request */
	NET_OP_NODE_NO_TABLE, /* nft: delete the node's table */
	NET_OP_NODE_NO_ROUTE, /* route: delete the aggregate */
	NET_OP_NODE_NO_ADDR,  /* lo: delete prefix::1 */
	NET_OP_NODE_IPV6,     /* refuse a node without IPv6 */
	NET_OP_NODE_ADDR,     /* lo: prefix::1/128 */
	NET_OP_NODE_ROUTE,    /* unreachable prefix/64 */
	NET_OP_NODE_TABLE,    /* nft: the skeleton, where absent or of another schema */
	NET_OP_NETNS,         /* a fresh network namespace becomes the inner one */
	NET_OP_INNER_PORTS,   /* inner: ip_unprivileged_port_start = 0 */
	NET_OP_INNER_PING,    /* inner: ping_group_range = the gids of the slot */
	NET_OP_VETH,          /* link: the pair, its peer born inside */
	NET_OP_INNER_LO,      /* inner lo: up */
	NET_OP_INNER_UP,      /* inner eth0: no link-local address, up */
	NET_OP_INNER_ADDR,    /* inner eth0: the partition's /128 */
	NET_OP_INNER_DEFAULT, /* inner: default dev eth0 */
	NET_OP_LINK_QUIET,    /* link: no router advertisements, redirects or source routes */
	NET_OP_LINK_UP,       /* link: no link-local address, up */
	NET_OP_INNER_READY,   /* inner eth0: able to send, now that both ends are up */
	NET_OP_LINK_ROUTE,    /* route: /128 to the link */
	NET_OP_ADMIT,         /* nft: the (link, source) pair. Traffic flows from here on */
	NET_OP_FAULT,         /* test builds only, at any place: die here by SIGKILL */
	NET_OP_KINDS
};

struct net_op {
	uint16_t kind;
	uint16_t slot;
	uint32_t arg; /* zero: no kind uses it yet */
};

struct net_plan {
	struct net_node node;
	uint32_t n_ops;
	struct net_op ops[NET_PLAN_OPS_MAX];
};

/* Whether the number is in range and the prefix is a ULA /64 whose last group is the number. */
must_check int net_node_verify(const struct net_node *node, struct err *err);

/*
 * Whether the plan is one that cantle-net may run: a valid node, known kinds in order, slots as the
 * kind demands, one slot from NETNS on, and no inner op without NETNS. `faults` admits
 * NET_OP_FAULT.
 */
must_check int net_plan_verify(const struct net_plan *plan, bool faults, struct err *err);

/* "ct<node>-<slot>" */
void net_link_name(const struct net_node *node, uint32_t slot, char ret_name[NET_NAME_SIZE]);
/* The slot of a name that net_link_name() makes for this node; 0 for any other name. */
uint32_t net_link_slot(const struct net_node *node, const char *name);
/* "cantle-<node>" */
void net_table_name(const struct net_node *node, char ret_name[NET_NAME_SIZE]);
/* IFLA_GROUP of the node's links, and of those about to be deleted. */
uint32_t net_link_group(const struct net_node *node);
uint32_t net_trash_group(const struct net_node *node);
/* prefix::1 */
void net_node_addr(const struct net_node *node, uint8_t ret_addr[NET_ADDR_SIZE]);
/* prefix | (slot + 256) */
void net_part_addr(const struct net_node *node, uint32_t slot, uint8_t ret_addr[NET_ADDR_SIZE]);
/* The slot of such an address; 0 for any other address. */
uint32_t net_addr_slot(const struct net_node *node, const uint8_t addr[NET_ADDR_SIZE]);
/* 02:43:<node>:<slot, two bytes>:01; both ends of the pair carry it, so that neither needs NDP. */
void net_link_mac(const struct net_node *node, uint32_t slot, uint8_t ret_mac[NET_MAC_SIZE]);
/* First and last group id of the slot on the host. */
void net_slot_gids(
	const struct net_node *node, uint32_t slot, uint32_t *ret_first, uint32_t *ret_last);
/* The id that cantle-net runs as: the third of the node's own slot. */
uint32_t net_helper_uid(const struct net_node *node);

/* The name of a kind as --dry-run and errors spell it: "veth", "admit", ... */
const char *net_op_name(uint32_t kind);
