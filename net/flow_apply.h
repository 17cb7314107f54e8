/* SPDX-License-Identifier: Apache-2.0 */
/* End tracked connections of partitions: a flow outlives the right that admitted it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "net/netlink.h"
#include "net/plan.h"

/*
 * Shape:  a set of slots in, one dump of the IPv6 connections, a delete for each that has one of
 *         their addresses as source or destination.
 * Errors: net.conntrack
 * Source: linux/netfilter/nfnetlink_conntrack.h. Kernels before 6.8 cannot delete by a filter.
 */
struct flow_slots {
	bool has[NET_SLOT_MAX + 1];
};

/* One connection, as a delete must name it. */
enum { FLOW_TUPLE_MAX = 256 };
struct flow {
	uint16_t zone; /* network byte order, as it came */
	bool has_zone;
	uint16_t tuple_size;
	uint8_t tuple[FLOW_TUPLE_MAX]; /* payload of CTA_TUPLE_ORIG */
};

/* False where the message is no connection of one of the slots. Apart for the fuzzer. */
bool flow_parse(const struct nlmsghdr *message, const struct net_node *node,
	const struct flow_slots *slots, struct flow *ret);

/* `nl` takes the deletes, `query` the dump; both NETLINK_NETFILTER, `nl` with an empty batch. */
must_check int flow_forget(struct nl *nl, struct nl *query, const struct net_node *node,
	const struct flow_slots *slots, struct err *err);
