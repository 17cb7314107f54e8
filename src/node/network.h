/* SPDX-License-Identifier: Apache-2.0 */
/* The networks of partitions, asked of cantle-net. */
#pragma once

#include "base/err.h"
#include "node/node.h"
#include "wire/msg_net.h"

/*
 * Shape:  a slot's network is a namespace with one veth and one /128; its names and address follow
 *         from node and slot (net/plan.h).
 * Errors: network.absent (the command was started without cantle-net), net.*
 */

/* The node's own part: fails where there could be no partition with an address, before anything is built
 * for one. */
must_check int network_ready(struct node *node, struct err *err);
/* A fresh namespace with its link and address, admitted by the firewall. */
must_check int network_up(struct node *node, unsigned slot, struct fd_ns *ret, struct err *err);
/* Put back what the host's side of a running slot's network has lost: rules, route, link up. */
must_check int network_keep(struct node *node, unsigned slot, struct err *err);
/* Remove what is left of it; nothing left is fine. */
must_check int network_down(struct node *node, unsigned slot, struct err *err);
/* Everything of the node. */
must_check int network_node_down(struct node *node, struct err *err);
must_check int network_list(struct node *node, struct msg_net_links *ret, struct err *err);
/* Text of the address, in the node's arena. */
const char *network_address(struct node *node, unsigned slot);
