/* SPDX-License-Identifier: Apache-2.0 */
/* The loop over a plan's operations: one row for each kind. */
#include <string.h>

#include "base/bug.h"
#include "net/fault.h"
#include "net/flow_apply.h"
#include "net/launch/serve.h"
#include "net/link_apply.h"
#include "net/nft_apply.h"

/* Where an op puts its messages. What the one before has put is flushed when it changes. */
enum target { TARGET_NONE, TARGET_ROUTE, TARGET_INNER, TARGET_FILTER, TARGET_FLOWS };

struct run {
	struct serve *s;
	const struct net_node *node;
	enum target target;
	struct fd_ns inner; /* the namespace that the plan made */
	uint32_t inner_index;
	uint32_t link_index;
	bool has_trash;                    /* links wait in the trash group */
	bool is_leaving[NET_SLOT_MAX + 1]; /* expelled, now or by an interrupted run */
	bool has_flows;
	struct flow_slots flows; /* to be ended at the next flush */
};

/* The slot's link, which must be ours where it exists. NL_FOUND or NL_ABSENT. */
static int find_ours(struct run *run, uint32_t slot, uint32_t *ret_index, struct err *err)
{
	struct link link;
	char name[NET_NAME_SIZE];
	net_link_name(run->node, slot, name);
	int result = link_find(&run->s->ask, name, &link, err);
	if (result != NL_FOUND)
		return result;
	if (link.group != net_link_group(run->node) && link.group != net_trash_group(run->node))
		return err_set(err, ERR_DENIED, 0, "net.link",
			"a link '%s' that is not ours is in the way", name);
	*ret_index = link.index;
	return NL_FOUND;
}

static int need_link(struct run *run, uint32_t slot, struct err *err)
{
	if (run->link_index)
		return 0;
	int result = find_ours(run, slot, &run->link_index, err);
	if (result == NL_ABSENT)
		return err_set(err, ERR_OS, ENODEV, "net.link", "slot %u has no link", slot);
	return result;
}

static int need_inner(struct run *run, struct err *err)
{
	struct link link;
	if (run->inner_index)
		return 0;
	if (nl_flush(&run->s->inner, err) < 0)
		return -1;
	int result = link_find(&run->s->inner, "eth0", &link, err);
	if (result == NL_ABSENT)
		return err_set(err, ERR_OS, ENODEV, "net.link", "the link's inner end is gone");
	run->inner_index = link.index;
	return result;
}

static int op_expel(struct run *run, const struct net_op *op, struct err *err)
{
	struct nl *filter = &run->s->filter;
	if (op->slot == 0) {
		nft_put_no_elements(filter, run->node);
		return 0;
	}
	int admitted =
		nft_element_find(&run->s->inspect, run->node, NFT_SET_ADMITTED, op->slot, err);
	if (admitted < 0)
		return -1;
	int leaving = nft_element_find(&run->s->inspect, run->node, NFT_SET_LEAVING, op->slot, err);
	if (leaving < 0)
		return -1;
	if (admitted == NL_FOUND) {
		nft_put_no_element(filter, run->node, NFT_SET_ADMITTED, op->slot);
		nft_put_element(filter, run->node, NFT_SET_LEAVING, op->slot);
	}
	run->is_leaving[op->slot] = admitted == NL_FOUND || leaving == NL_FOUND;
	return 0;
}

/* Whoever was never admitted has no connections; a look through the table costs milliseconds. */
static int op_forget(struct run *run, const struct net_op *op, struct err *err)
{
	(void)err;
	if (op->slot == 0)
		memset(run->flows.has, true, sizeof(run->flows.has));
	else if (run->is_leaving[op->slot])
		run->flows.has[op->slot] = true;
	else
		return 0;
	run->has_flows = true;
	return 0;
}

/* End the connections, then take the slots off the list of those who still have some. */
static int flush_flows(struct run *run, struct err *err)
{
	struct nl *filter = &run->s->filter;
	if (!run->has_flows)
		return 0;
	if (flow_forget(filter, &run->s->inspect, run->node, &run->flows, err) < 0)
		return -1;
	for (uint32_t slot = 1; slot <= NET_SLOT_MAX; slot++) {
		if (!run->is_leaving[slot])
			continue;
		if (!nl_has_room(filter, NFT_PUT_MAX) && nft_flush(filter, err) < 0)
			return -1;
		nft_put_no_element(filter, run->node, NFT_SET_LEAVING, slot);
	}
	return nft_flush(filter, err);
}

static int op_unlink(struct run *run, const struct net_op *op, struct err *err)
{
	uint32_t index;
	if (op->slot == 0) {
		link_put_reap(&run->s->route, net_link_group(run->node));
		run->has_trash = true; /* perhaps, of an interrupted run */
		return 0;
	}
	int result = find_ours(run, op->slot, &index, err);
	if (result != NL_FOUND)
		return result < 0 ? -1 : 0;
	link_put_trash(&run->s->route, run->node, index, op->slot);
	run->has_trash = true;
	return 0;
}

static int op_reap(struct run *run, const struct net_op *op, struct err *err)
{
	(void)op;
	(void)err;
	/* Even an empty group costs the kernel a grace period. */
	if (run->has_trash)
		link_put_reap(&run->s->route, net_trash_group(run->node));
	return 0;
}

static int op_node_no_table(struct run *run, const struct net_op *op, struct err *err)
{
	(void)op;
	(void)err;
	nft_put_no_table(&run->s->filter, run->node);
	return 0;
}

static int op_node_no_route(struct run *run, const struct net_op *op, struct err *err)
{
	(void)op;
	(void)err;
	link_put_no_aggregate(&run->s->route, run->node);
	return 0;
}

static int op_node_no_addr(struct run *run, const struct net_op *op, struct err *err)
{
	uint8_t addr[NET_ADDR_SIZE];
	(void)op;
	(void)err;
	net_node_addr(run->node, addr);
	link_put_no_addr(&run->s->route, LINK_LO, addr);
	return 0;
}

static int op_node_ipv6(struct run *run, const struct net_op *op, struct err *err)
{
	(void)op;
	if (!ns_sysctl_is(&run->s->home, "net/ipv6/conf/lo/disable_ipv6", '0'))
		return err_set(err, ERR_OS, EAFNOSUPPORT, "net.ipv6",
			"IPv6 is absent from this kernel or disabled on lo, and instances need it: "
			"sysctl net.ipv6.conf.all.disable_ipv6=0");
	return 0;
}

static int op_node_addr(struct run *run, const struct net_op *op, struct err *err)
{
	uint8_t addr[NET_ADDR_SIZE];
	(void)op;
	(void)err;
	net_node_addr(run->node, addr);
	link_put_addr(&run->s->route, LINK_LO, addr, 0);
	return 0;
}

static int op_node_route(struct run *run, const struct net_op *op, struct err *err)
{
	(void)op;
	(void)err;
	link_put_aggregate(&run->s->route, run->node);
	return 0;
}

static void remember_slot(uint32_t slot, void *arg)
{
	struct flow_slots *slots = arg;
	slots->has[slot] = true;
}

/* Whether the table was made by another program meanwhile, which is as good. */
static int load_or_find(struct run *run, uint64_t old, struct err *err)
{
	struct nft_table table;
	struct err load = ERR_INIT;
	int result = nft_table_load(run->s->skeleton, run->node, old, &load);
	if (nft_table_find(&run->s->inspect, run->node, &table, err) < 0)
		return -1;
	if (table.schema == NFT_SCHEMA_CURRENT)
		return 0;
	if (result == 0)
		return err_set(err, ERR_CHILD, 0, "net.nft", "nft left no table of this schema");
	*err = load;
	return -1;
}

/* A table of an older schema is replaced; its admissions are taken over, so no partition is cut. */
static int op_node_table(struct run *run, const struct net_op *op, struct err *err)
{
	struct flow_slots admitted = {.has = {false}};
	struct nft_table table;
	(void)op;
	if (nft_table_find(&run->s->inspect, run->node, &table, err) < 0)
		return -1;
	if (table.schema == NFT_SCHEMA_CURRENT)
		return 0;
	if (nft_element_list(&run->s->inspect, run->node, NFT_SET_ADMITTED, remember_slot,
		    &admitted, err) < 0 ||
		load_or_find(run, table.handle, err) < 0)
		return -1;
	for (uint32_t slot = 1; slot <= NET_SLOT_MAX; slot++) {
		if (!admitted.has[slot])
			continue;
		if (!nl_has_room(&run->s->filter, NFT_PUT_MAX) &&
			nft_flush(&run->s->filter, err) < 0)
			return -1;
		nft_put_element(&run->s->filter, run->node, NFT_SET_ADMITTED, slot);
	}
	return nft_flush(&run->s->filter, err);
}

static int op_netns(struct run *run, const struct net_op *op, struct err *err)
{
	(void)op;
	if (ns_make(&run->s->home, &run->inner, err) < 0)
		return -1;
	if (ns_enter(run->inner, err) < 0)
		return -1;
	int result = nl_open(&run->s->inner, NETLINK_ROUTE, err);
	ns_leave(&run->s->home);
	return result < 0 ? -1 : link_watch(&run->s->inner, err);
}

static int inner_sysctl(struct run *run, const char *rel, const char *value, struct err *err)
{
	if (ns_enter(run->inner, err) < 0)
		return -1;
	int result = ns_sysctl(&run->s->home, rel, value, err);
	ns_leave(&run->s->home);
	return result;
}

static int op_inner_ports(struct run *run, const struct net_op *op, struct err *err)
{
	(void)op;
	return inner_sysctl(run, "net/ipv4/ip_unprivileged_port_start", "0", err);
}

static int op_inner_ping(struct run *run, const struct net_op *op, struct err *err)
{
	uint32_t first;
	uint32_t last;
	char range[sizeof("4294967295 4294967295")];
	net_slot_gids(run->node, op->slot, &first, &last);
	snprintf(range, sizeof(range), "%u %u", first, last);
	return inner_sysctl(run, "net/ipv4/ping_group_range", range, err);
}

static int op_veth(struct run *run, const struct net_op *op, struct err *err)
{
	(void)err;
	link_put_veth(&run->s->route, run->node, op->slot, run->inner);
	return 0;
}

static int op_inner_lo(struct run *run, const struct net_op *op, struct err *err)
{
	(void)err;
	link_put_up(&run->s->inner, LINK_LO, op->slot);
	return 0;
}

static int op_inner_up(struct run *run, const struct net_op *op, struct err *err)
{
	if (need_inner(run, err) < 0)
		return -1;
	link_put_up(&run->s->inner, run->inner_index, op->slot);
	return 0;
}

static int op_inner_addr(struct run *run, const struct net_op *op, struct err *err)
{
	uint8_t addr[NET_ADDR_SIZE];
	if (need_inner(run, err) < 0)
		return -1;
	net_part_addr(run->node, op->slot, addr);
	link_put_addr(&run->s->inner, run->inner_index, addr, op->slot);
	return 0;
}

static int op_inner_default(struct run *run, const struct net_op *op, struct err *err)
{
	if (need_inner(run, err) < 0)
		return -1;
	link_put_default(&run->s->inner, run->inner_index, op->slot);
	return 0;
}

/* Second line behind the firewall: the host learns nothing from a partition's link. */
static int op_link_quiet(struct run *run, const struct net_op *op, struct err *err)
{
	static const char *const settings[][2] = {
		{"disable_ipv6", "0"},
		{"accept_ra", "0"},
		{"autoconf", "0"},
		{"accept_redirects", "0"},
		{"accept_source_route", "-1"},
	};
	char name[NET_NAME_SIZE];
	if (need_link(run, op->slot, err) < 0)
		return -1;
	net_link_name(run->node, op->slot, name);
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		char rel[sizeof("net/ipv6/conf//accept_source_route") + NET_NAME_SIZE];
		snprintf(rel, sizeof(rel), "net/ipv6/conf/%s/%s", name, settings[i][0]);
		if (ns_sysctl(&run->s->home, rel, settings[i][1], err) < 0)
			return -1;
	}
	return 0;
}

static int op_link_up(struct run *run, const struct net_op *op, struct err *err)
{
	if (need_link(run, op->slot, err) < 0)
		return -1;
	link_put_up(&run->s->route, run->link_index, op->slot);
	return 0;
}

static int op_inner_ready(struct run *run, const struct net_op *op, struct err *err)
{
	(void)op;
	return need_inner(run, err) < 0 ? -1 : link_wait(&run->s->inner, run->inner_index, err);
}

static int op_link_route(struct run *run, const struct net_op *op, struct err *err)
{
	uint8_t addr[NET_ADDR_SIZE];
	if (need_link(run, op->slot, err) < 0)
		return -1;
	net_part_addr(run->node, op->slot, addr);
	link_put_route(&run->s->route, run->link_index, addr, op->slot);
	return 0;
}

static int op_admit(struct run *run, const struct net_op *op, struct err *err)
{
	(void)err;
	nft_put_element(&run->s->filter, run->node, NFT_SET_ADMITTED, op->slot);
	return 0;
}

static int op_fault(struct run *run, const struct net_op *op, struct err *err)
{
	(void)run;
	(void)op;
	(void)err;
	fault_die();
	return 0;
}

typedef int op_fn(struct run *run, const struct net_op *op, struct err *err);

static const struct {
	op_fn *fn;
	enum target target;
} rows[] = {
	[NET_OP_NONE] = {NULL, TARGET_NONE},
	[NET_OP_EXPEL] = {op_expel, TARGET_FILTER},
	[NET_OP_FORGET] = {op_forget, TARGET_FLOWS},
	[NET_OP_UNLINK] = {op_unlink, TARGET_ROUTE},
	[NET_OP_REAP] = {op_reap, TARGET_ROUTE},
	[NET_OP_NODE_NO_TABLE] = {op_node_no_table, TARGET_FILTER},
	[NET_OP_NODE_NO_ROUTE] = {op_node_no_route, TARGET_ROUTE},
	[NET_OP_NODE_NO_ADDR] = {op_node_no_addr, TARGET_ROUTE},
	[NET_OP_NODE_IPV6] = {op_node_ipv6, TARGET_NONE},
	[NET_OP_NODE_ADDR] = {op_node_addr, TARGET_ROUTE},
	[NET_OP_NODE_ROUTE] = {op_node_route, TARGET_ROUTE},
	[NET_OP_NODE_TABLE] = {op_node_table, TARGET_NONE},
	[NET_OP_NETNS] = {op_netns, TARGET_NONE},
	[NET_OP_INNER_PORTS] = {op_inner_ports, TARGET_NONE},
	[NET_OP_INNER_PING] = {op_inner_ping, TARGET_NONE},
	[NET_OP_VETH] = {op_veth, TARGET_ROUTE},
	[NET_OP_INNER_LO] = {op_inner_lo, TARGET_INNER},
	[NET_OP_INNER_UP] = {op_inner_up, TARGET_INNER},
	[NET_OP_INNER_ADDR] = {op_inner_addr, TARGET_INNER},
	[NET_OP_INNER_DEFAULT] = {op_inner_default, TARGET_INNER},
	[NET_OP_LINK_QUIET] = {op_link_quiet, TARGET_NONE},
	[NET_OP_LINK_UP] = {op_link_up, TARGET_ROUTE},
	[NET_OP_INNER_READY] = {op_inner_ready, TARGET_NONE},
	[NET_OP_LINK_ROUTE] = {op_link_route, TARGET_ROUTE},
	[NET_OP_ADMIT] = {op_admit, TARGET_FILTER},
	[NET_OP_FAULT] = {op_fault, TARGET_NONE},
};
_Static_assert(ARRAY_LEN(rows) == NET_OP_KINDS, "every kind has a row");

static int flush(struct run *run, struct err *err)
{
	switch (run->target) {
	case TARGET_ROUTE:
		return nl_flush(&run->s->route, err);
	case TARGET_INNER:
		return nl_flush(&run->s->inner, err);
	case TARGET_FILTER:
		return nft_flush(&run->s->filter, err);
	case TARGET_FLOWS:
		return flush_flows(run, err);
	case TARGET_NONE:
		break;
	}
	return 0;
}

/* Whether the current batch takes another op, whichever it is. */
static bool has_room(const struct run *run)
{
	return nl_has_room(&run->s->route, LINK_PUT_MAX) &&
	       nl_has_room(&run->s->inner, LINK_PUT_MAX) &&
	       nl_has_room(&run->s->filter, NFT_PUT_MAX);
}

static int apply_all(struct run *run, struct err *err)
{
	const struct net_plan *plan = &run->s->plan;
	for (uint32_t i = 0; i < plan->n_ops; i++) {
		const struct net_op *op = &plan->ops[i];
		if (rows[op->kind].target != run->target || !has_room(run))
			if (flush(run, err) < 0)
				return -1;
		run->target = rows[op->kind].target;
		if (rows[op->kind].fn(run, op, err) < 0)
			return -1;
	}
	return flush(run, err);
}

int serve_apply(struct serve *s, struct fd_ns *ret_netns, struct err *err)
{
	struct run run = {.s = s, .node = &s->node, .target = TARGET_NONE, .inner = FD_INIT};
	int result = apply_all(&run, err);
	/* What a failed plan has put but not sent must not ride with the next one. */
	nl_drop(&s->route);
	nl_drop(&s->filter);
	nl_close(&s->inner);
	if (result == 0)
		*ret_netns = fd_ns_take(&run.inner);
	fd_ns_close(&run.inner);
	return result;
}
