/* SPDX-License-Identifier: Apache-2.0 */
/* The networks of partitions, asked of cantle-net. */
#include "node/network.h"

#include <arpa/inet.h>
#include <string.h>

#include "net/plan.h"
#include "net/plan_make.h"
#include "net/plan_seal.h"

static struct net_node net_node_of(const struct node *node)
{
	struct net_node n = {.number = node->id.number};
	memcpy(n.prefix, node->id.prefix, sizeof(node->id.prefix));
	return n;
}

static int apply(struct node *node, const struct net_plan *plan, struct fd_ns *ret, struct err *err)
{
	scoped_fd_memfd sealed = FD_INIT;
	struct fd_ns netns = FD_INIT;
	if (!fd_chan_is_open(node->net))
		return err_set(err, ERR_BUG, 0, "network.absent",
			"this command was started without cantle-net");
	if (net_plan_seal(plan, &sealed, err) < 0)
		return -1;
	if (msg_net_apply(node->net, sealed, &netns, err) < 0)
		return node_peer_failed("cantle-net", "network.gone", err);
	if (ret)
		*ret = netns;
	else
		fd_ns_close(&netns);
	return 0;
}

static struct net_plan *new_plan(struct node *node, struct err *err)
{
	struct net_plan *plan = arena_new(&node->arena, struct net_plan);
	if (!plan)
		err_set(err, ERR_LIMIT, ENOMEM, "network.absent", "a network plan");
	return plan;
}

/* The node's own part, once for each command; it changes nothing where all is there. */
static int node_up(struct node *node, struct net_plan *plan, struct err *err)
{
	struct net_node n = net_node_of(node);
	if (node->is_net_up)
		return 0;
	net_plan_node_up(&n, plan);
	if (apply(node, plan, NULL, err) < 0)
		return -1;
	node->is_net_up = true;
	return 0;
}

int network_ready(struct node *node, struct err *err)
{
	struct net_plan *plan = new_plan(node, err);
	return plan ? node_up(node, plan, err) : -1;
}

int network_up(struct node *node, unsigned slot, struct fd_ns *ret, struct err *err)
{
	struct net_node n = net_node_of(node);
	struct net_plan *plan = new_plan(node, err);
	if (!plan || node_up(node, plan, err) < 0)
		return -1;
	net_plan_part_up(&n, slot, plan);
	return apply(node, plan, ret, err);
}

int network_keep(struct node *node, unsigned slot, struct err *err)
{
	struct net_node n = net_node_of(node);
	struct net_plan *plan = new_plan(node, err);
	if (!plan || node_up(node, plan, err) < 0)
		return -1;
	net_plan_part_keep(&n, slot, plan);
	return apply(node, plan, NULL, err);
}

int network_down(struct node *node, unsigned slot, struct err *err)
{
	struct net_node n = net_node_of(node);
	uint32_t slots[1] = {slot};
	struct net_plan *plan = new_plan(node, err);
	if (!plan)
		return -1;
	net_plan_part_down(&n, slots, 1, plan);
	return apply(node, plan, NULL, err);
}

int network_node_down(struct node *node, struct err *err)
{
	struct net_node n = net_node_of(node);
	struct net_plan *plan = new_plan(node, err);
	if (!plan)
		return -1;
	net_plan_node_down(&n, plan);
	return apply(node, plan, NULL, err);
}

int network_list(struct node *node, struct msg_net_links *ret, struct err *err)
{
	if (!fd_chan_is_open(node->net))
		return err_set(err, ERR_BUG, 0, "network.absent",
			"this command was started without cantle-net");
	return msg_net_list(node->net, ret, err) < 0
		       ? node_peer_failed("cantle-net", "network.gone", err)
		       : 0;
}

const char *network_address(struct node *node, unsigned slot)
{
	struct net_node n = net_node_of(node);
	uint8_t raw[NET_ADDR_SIZE];
	char text[INET6_ADDRSTRLEN];
	net_part_addr(&n, slot, raw);
	inet_ntop(AF_INET6, raw, text, sizeof(text));
	return node_text(node, "%s", text);
}
