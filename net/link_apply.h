/* SPDX-License-Identifier: Apache-2.0 */
/* Links, addresses and routes over rtnetlink. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"
#include "net/netlink.h"
#include "net/plan.h"

/*
 * Shape:  link_put_*() append to a batch (room must have been asked for, LINK_PUT_MAX messages at
 *         most each); nl_flush() runs it. link_find() and link_list() ask.
 * Marks:  our links carry the node's name pattern and its IFLA_GROUP, our routes and the node's
 *         address the protocol NET_ROUTE_PROTO; nothing else is changed or removed.
 * Errors: net.link, net.veth, net.addr, net.route
 * Source: rtnetlink(7), veth(4), linux/if_link.h, linux/if_addr.h; addr_gen_mode:
 *         Documentation/networking/ip-sysctl.rst
 */
enum { LINK_PUT_MAX = 2, LINK_LO = 1 /* ifindex of lo in every namespace */ };

struct link {
	uint32_t index;
	uint32_t group;
	char name[NET_NAME_SIZE];
};

/* NL_FOUND or NL_ABSENT. */
must_check int link_find(struct nl *nl, const char *name, struct link *ret, struct err *err);

/*
 * Wait until the link can send. The end that went up first gets its queue only when the kernel's
 * link watch has seen the other: until then it drops what it sends. link_watch() comes before that.
 */
must_check int link_watch(struct nl *nl, struct err *err);
must_check int link_wait(struct nl *nl, uint32_t index, struct err *err);

typedef void link_each(const struct link *link, void *arg);
must_check int link_list(struct nl *nl, link_each *each, void *arg, struct err *err);

/* Read an RTM_NEWLINK; false where it is not one with a name. Apart for the fuzzer. */
bool link_parse(const struct nlmsghdr *message, struct link *ret);

/* The pair of the slot, its peer "eth0" born inside peer_ns; both down. */
void link_put_veth(struct nl *nl, const struct net_node *node, uint32_t slot, struct fd_ns peer_ns);
/* Up; without a link-local address unless it is lo. */
void link_put_up(struct nl *nl, uint32_t index, uint32_t slot);
/* Into the group that link_put_reap() deletes in one request. */
void link_put_trash(struct nl *nl, const struct net_node *node, uint32_t index, uint32_t slot);
void link_put_reap(struct nl *nl, uint32_t group);

/* A /128, usable at once: no duplicate detection. */
void link_put_addr(struct nl *nl, uint32_t index, const uint8_t addr[NET_ADDR_SIZE], uint32_t slot);
void link_put_no_addr(struct nl *nl, uint32_t index, const uint8_t addr[NET_ADDR_SIZE]);

/* addr/128 dev index */
void link_put_route(
	struct nl *nl, uint32_t index, const uint8_t addr[NET_ADDR_SIZE], uint32_t slot);
/* default dev index */
void link_put_default(struct nl *nl, uint32_t index, uint32_t slot);
/* unreachable prefix/64, the least preferred; what no partition has leaves this machine nowhere. */
void link_put_aggregate(struct nl *nl, const struct net_node *node);
void link_put_no_aggregate(struct nl *nl, const struct net_node *node);
