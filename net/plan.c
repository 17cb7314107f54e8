/* SPDX-License-Identifier: Apache-2.0 */
/* Network plans: the rules that both sides check, and the names derived from node and slot. */
#include "net/plan.h"

#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "base/limits.h"

/* Beside ID_OFFSET_T1 and ID_OFFSET_TB, in the node's own slot. */

#define PREFIX_BYTES     8u
#define SLOT_ADDR_OFFSET 256u

/* Any value does, as long as it is ours: "CT" and the node, bit 8 for the trash. */
#define GROUP_BASE  0x43540000u
#define GROUP_TRASH 0x100u

enum slot_rule {
	SLOT_NONE,   /* 0 */
	SLOT_ONE,    /* 1..1023 */
	SLOT_OR_ALL, /* 0 or 1..1023 */
	SLOT_SAME,   /* the slot that NETNS or an earlier SLOT_SAME op named */
};

static const struct {
	const char *name;
	enum slot_rule slot;
	bool inner; /* works inside the new network namespace, so NETNS comes first */
} kinds[] = {
	[NET_OP_NONE] = {"none", SLOT_NONE, false},
	[NET_OP_EXPEL] = {"expel", SLOT_OR_ALL, false},
	[NET_OP_FORGET] = {"forget", SLOT_OR_ALL, false},
	[NET_OP_UNLINK] = {"unlink", SLOT_OR_ALL, false},
	[NET_OP_REAP] = {"reap", SLOT_NONE, false},
	[NET_OP_NODE_NO_TABLE] = {"node-no-table", SLOT_NONE, false},
	[NET_OP_NODE_NO_ROUTE] = {"node-no-route", SLOT_NONE, false},
	[NET_OP_NODE_NO_ADDR] = {"node-no-addr", SLOT_NONE, false},
	[NET_OP_NODE_IPV6] = {"node-ipv6", SLOT_NONE, false},
	[NET_OP_NODE_ADDR] = {"node-addr", SLOT_NONE, false},
	[NET_OP_NODE_ROUTE] = {"node-route", SLOT_NONE, false},
	[NET_OP_NODE_TABLE] = {"node-table", SLOT_NONE, false},
	[NET_OP_NETNS] = {"netns", SLOT_SAME, false},
	[NET_OP_INNER_PORTS] = {"inner-ports", SLOT_SAME, true},
	[NET_OP_INNER_PING] = {"inner-ping", SLOT_SAME, true},
	[NET_OP_VETH] = {"veth", SLOT_SAME, true},
	[NET_OP_INNER_LO] = {"inner-lo", SLOT_SAME, true},
	[NET_OP_INNER_UP] = {"inner-up", SLOT_SAME, true},
	[NET_OP_INNER_ADDR] = {"inner-addr", SLOT_SAME, true},
	[NET_OP_INNER_DEFAULT] = {"inner-default", SLOT_SAME, true},
	[NET_OP_LINK_QUIET] = {"link-quiet", SLOT_SAME, false},
	[NET_OP_LINK_UP] = {"link-up", SLOT_SAME, false},
	[NET_OP_INNER_READY] = {"inner-ready", SLOT_SAME, true},
	[NET_OP_LINK_ROUTE] = {"link-route", SLOT_SAME, false},
	[NET_OP_ADMIT] = {"admit", SLOT_SAME, false},
	[NET_OP_FAULT] = {"fault", SLOT_NONE, false},
};
_Static_assert(ARRAY_LEN(kinds) == NET_OP_KINDS, "every kind has a row");

const char *net_op_name(uint32_t kind)
{
	return kind < NET_OP_KINDS ? kinds[kind].name : "unknown";
}

int net_node_verify(const struct net_node *node, struct err *err)
{
	static const uint8_t zero[NET_ADDR_SIZE - PREFIX_BYTES];
	if (node->number > NET_NODE_MAX)
		return err_set(err, ERR_INPUT, 0, "net.plan", "node %u is not in 0..%u",
			node->number, NET_NODE_MAX);
	if (node->prefix[0] != 0xfd || node->prefix[6] != 0 || node->prefix[7] != node->number ||
		memcmp(node->prefix + PREFIX_BYTES, zero, sizeof(zero)) != 0)
		return err_set(err, ERR_INPUT, 0, "net.plan",
			"the prefix is not fdXX:XXXX:XXXX:%x::/64 of node %u", node->number,
			node->number);
	return 0;
}

/* What the ops before this one have established. */
struct verify_state {
	uint32_t last_kind;
	uint32_t slot; /* of the SLOT_SAME ops; 0 until one names it */
	bool has_netns;
};

static const char *op_fault(const struct net_op *op, struct verify_state *state)
{
	if (op->kind == NET_OP_NONE || op->kind >= NET_OP_KINDS)
		return "unknown kind";
	if (op->arg != 0)
		return "an argument where none is known";
	if (op->kind < state->last_kind)
		return "out of order";
	if (op->kind == state->last_kind && kinds[op->kind].slot != SLOT_ONE &&
		kinds[op->kind].slot != SLOT_OR_ALL)
		return "twice";
	state->last_kind = op->kind;
	enum slot_rule rule = kinds[op->kind].slot;
	if (op->slot > NET_SLOT_MAX || (rule == SLOT_NONE && op->slot != 0) ||
		(rule != SLOT_NONE && rule != SLOT_OR_ALL && op->slot == 0))
		return "slot out of range";
	if (rule == SLOT_SAME && state->slot != 0 && state->slot != op->slot)
		return "a second slot";
	if (rule == SLOT_SAME)
		state->slot = op->slot;
	if (op->kind == NET_OP_NETNS)
		state->has_netns = true;
	if (kinds[op->kind].inner && !state->has_netns)
		return "no netns before it";
	return NULL;
}

/* An injected fault stands anywhere, and for no slot. */
static const char *fault_fault(const struct net_op *op, bool faults)
{
	if (!faults)
		return "not in this build";
	return op->slot || op->arg ? "slot out of range" : NULL;
}

int net_plan_verify(const struct net_plan *plan, bool faults, struct err *err)
{
	struct verify_state state = {.last_kind = NET_OP_NONE};
	if (net_node_verify(&plan->node, err) < 0)
		return -1;
	if (plan->n_ops == 0 || plan->n_ops > NET_PLAN_OPS_MAX)
		return err_set(err, ERR_INPUT, 0, "net.plan", "%u ops, not 1..%u", plan->n_ops,
			NET_PLAN_OPS_MAX);
	for (uint32_t i = 0; i < plan->n_ops; i++) {
		const struct net_op *op = &plan->ops[i];
		const char *fault =
			op->kind == NET_OP_FAULT ? fault_fault(op, faults) : op_fault(op, &state);
		if (fault)
			return err_set(err, ERR_INPUT, 0, "net.plan", "op %u (%s, slot %u): %s", i,
				net_op_name(op->kind), op->slot, fault);
	}
	return 0;
}

void net_link_name(const struct net_node *node, uint32_t slot, char ret_name[NET_NAME_SIZE])
{
	memset(ret_name, 0, NET_NAME_SIZE);
	snprintf(ret_name, NET_NAME_SIZE, "ct%u-%u", node->number, slot);
}

uint32_t net_link_slot(const struct net_node *node, const char *name)
{
	char derived[NET_NAME_SIZE];
	uint32_t slot = 0;
	const char *digits = strchr(name, '-');
	if (!digits)
		return 0;
	for (digits++; *digits >= '0' && *digits <= '9' && slot <= NET_SLOT_MAX; digits++)
		slot = slot * 10 + (uint32_t)(*digits - '0');
	if (slot == 0 || slot > NET_SLOT_MAX)
		return 0;
	net_link_name(node, slot, derived);
	return strcmp(derived, name) == 0 ? slot : 0;
}

void net_table_name(const struct net_node *node, char ret_name[NET_NAME_SIZE])
{
	memset(ret_name, 0, NET_NAME_SIZE);
	snprintf(ret_name, NET_NAME_SIZE, "cantle-%u", node->number);
}

uint32_t net_link_group(const struct net_node *node)
{
	return GROUP_BASE + node->number;
}

uint32_t net_trash_group(const struct net_node *node)
{
	return GROUP_BASE + GROUP_TRASH + node->number;
}

static void addr_make(const struct net_node *node, uint32_t host, uint8_t ret_addr[NET_ADDR_SIZE])
{
	memcpy(ret_addr, node->prefix, NET_ADDR_SIZE);
	ret_addr[14] = (uint8_t)(host >> 8);
	ret_addr[15] = (uint8_t)host;
}

void net_node_addr(const struct net_node *node, uint8_t ret_addr[NET_ADDR_SIZE])
{
	addr_make(node, 1, ret_addr);
}

void net_part_addr(const struct net_node *node, uint32_t slot, uint8_t ret_addr[NET_ADDR_SIZE])
{
	addr_make(node, slot + SLOT_ADDR_OFFSET, ret_addr);
}

uint32_t net_addr_slot(const struct net_node *node, const uint8_t addr[NET_ADDR_SIZE])
{
	uint8_t derived[NET_ADDR_SIZE];
	uint32_t host = (uint32_t)addr[14] << 8 | addr[15];
	if (host <= SLOT_ADDR_OFFSET || host > SLOT_ADDR_OFFSET + NET_SLOT_MAX)
		return 0;
	net_part_addr(node, host - SLOT_ADDR_OFFSET, derived);
	return memcmp(derived, addr, NET_ADDR_SIZE) == 0 ? host - SLOT_ADDR_OFFSET : 0;
}

void net_link_mac(const struct net_node *node, uint32_t slot, uint8_t ret_mac[NET_MAC_SIZE])
{
	const uint8_t mac[NET_MAC_SIZE] = {
		0x02,
		0x43,
		(uint8_t)node->number,
		(uint8_t)(slot >> 8),
		(uint8_t)slot,
		0x01,
	};
	memcpy(ret_mac, mac, NET_MAC_SIZE);
}

void net_slot_gids(
	const struct net_node *node, uint32_t slot, uint32_t *ret_first, uint32_t *ret_last)
{
	*ret_first = ID_BASE + node->number * ID_NODE_SPAN + slot * ID_SLOT_SPAN;
	*ret_last = *ret_first + ID_SLOT_SPAN - 1;
}

uint32_t net_helper_uid(const struct net_node *node)
{
	return ID_BASE + node->number * ID_NODE_SPAN + ID_OFFSET_NET;
}
