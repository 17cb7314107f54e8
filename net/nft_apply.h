/* SPDX-License-Identifier: Apache-2.0 */
/* The node's nftables table: its skeleton through nft(8), its elements over nfnetlink. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "net/netlink.h"
#include "net/plan.h"

/*
 * Shape:  table inet cantle-<node> with sets of { link name, source address }, 32 bytes a key.
 *         nft_put_*() build one transaction, which nft_flush() commits whole or not at all.
 * Errors: net.nft (the table), net.element (its set)
 * Source: linux/netfilter/nf_tables.h, linux/netfilter/nfnetlink.h (batches); net/skeleton.nft
 */
enum {
	NFT_PUT_MAX = 4, /* messages of two nft_put_*() with the frame of the batch */
	NFT_SKELETON_MAX = 16 << 10,
};

enum nft_set {
	NFT_SET_ADMITTED, /* src6: who may send */
	NFT_SET_LEAVING, /* left6: who no longer may, but whose flows are not yet known to be gone */
};

enum nft_schema { NFT_SCHEMA_ABSENT, NFT_SCHEMA_OTHER, NFT_SCHEMA_CURRENT };

struct nft_table {
	enum nft_schema schema;
	uint64_t handle; /* this very table, whatever becomes of its name; 0 where it is absent */
};

/* Which schema the node's table has, if it exists. */
must_check int nft_table_find(
	struct nl *nl, const struct net_node *node, struct nft_table *ret, struct err *err);

/*
 * Make the table out of the skeleton, in the place of the old one where that has a handle, in one
 * transaction of nft(8). Fails where another program was faster. Elements are gone.
 */
must_check int nft_table_load(
	struct span skeleton, const struct net_node *node, uint64_t old, struct err *err);

/* NL_FOUND or NL_ABSENT, also without the table. */
must_check int nft_element_find(struct nl *nl, const struct net_node *node, enum nft_set set,
	uint32_t slot, struct err *err);

/* Called with the slot of each element; NL_ABSENT without the table. */
typedef void nft_element_each(uint32_t slot, void *arg);
must_check int nft_element_list(struct nl *nl, const struct net_node *node, enum nft_set set,
	nft_element_each *each, void *arg, struct err *err);

/* Read the slots out of one dumped message. Apart for the fuzzer. */
void nft_element_parse(const struct nlmsghdr *message, const struct net_node *node,
	nft_element_each *each, void *arg);

void nft_put_element(struct nl *nl, const struct net_node *node, enum nft_set set, uint32_t slot);
/* Of an element that exists: an absent one fails the whole transaction, and must be said. */
void nft_put_no_element(
	struct nl *nl, const struct net_node *node, enum nft_set set, uint32_t slot);
/* Nobody is admitted any longer. */
void nft_put_no_elements(struct nl *nl, const struct net_node *node);
void nft_put_no_table(struct nl *nl, const struct net_node *node);
must_check int nft_flush(struct nl *nl, struct err *err);
