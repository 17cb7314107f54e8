/* SPDX-License-Identifier: Apache-2.0 */
/* Make and print network plans. */
#pragma once

#include "base/str.h"
#include "net/plan.h"

/*
 * Each function overwrites *ret_plan and cannot fail: node and slot must have passed
 * net_node_verify() and be in range, anything else is a bug of the caller. Pure: no system calls.
 */

/* The prefix of a node from the machine's 40 random bits (RFC 4193): fd<id>:<number>::/64. */
void net_node_make(const uint8_t global_id[5], uint32_t number, struct net_node *ret_node);

/* Address, aggregate route and nft table of the node. Running it again changes nothing. */
void net_plan_node_up(const struct net_node *node, struct net_plan *ret_plan);

/* Every partition's network and all of node_up undone. */
void net_plan_node_down(const struct net_node *node, struct net_plan *ret_plan);

/*
 * A fresh network for the slot; cantle-net answers with the new network namespace. What an earlier,
 * perhaps interrupted, run left for the slot is removed first, a running partition's network
 * included: for those, use net_plan_part_keep().
 */
void net_plan_part_up(const struct net_node *node, uint32_t slot, struct net_plan *ret_plan);

/* Repair the host's side (sysctls, link up, route, admission) of a link that exists and stays. */
void net_plan_part_keep(const struct net_node *node, uint32_t slot, struct net_plan *ret_plan);

/* Remove the networks of n slots at once; slots that have none are fine. */
void net_plan_part_down(
	const struct net_node *node, const uint32_t *slots, size_t n, struct net_plan *ret_plan);

/* Put NET_OP_FAULT before op `at` (at the end where at >= n_ops); for tests. */
void net_plan_add_fault(struct net_plan *plan, size_t at);

/* One line per op, with the names and addresses it stands for; what --dry-run shows. */
void net_plan_print(const struct net_plan *plan, struct str *out);
