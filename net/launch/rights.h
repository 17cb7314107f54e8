/* SPDX-License-Identifier: Apache-2.0 */
/* What cantle-net keeps of root's rights. */
#pragma once

#include "base/err.h"
#include "net/plan.h"

/*
 * Shape:  rights_limit() at the start: no new privileges, bounding set and permitted set without
 *         all but the two rights below and those that rights_settle() needs. rights_settle() once
 *         the node is known: the node's helper id, no groups, and for good
 *         CAP_NET_ADMIN  links, addresses, routes, nftables, conntrack and network sysctls;
 *         CAP_SYS_ADMIN  unshare(CLONE_NEWNET) and setns(2), which nothing smaller allows.
 *         A child (nft) gets CAP_NET_ADMIN alone, through the ambient set.
 * Errors: net.rights
 * Source: capabilities(7), prctl(2) PR_SET_NO_NEW_PRIVS, PR_SET_KEEPCAPS.
 */
must_check int rights_limit(struct err *err);
must_check int rights_settle(const struct net_node *node, struct err *err);
