/* SPDX-License-Identifier: Apache-2.0 */
/* Node agent to cantle-net and back: one request, one answer, on descriptor 3 of cantle-net. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/limits.h"
#include "wire/wire.h"

/*
 * Shape:     HELLO  { u32 node, bytes prefix(16) }       -> DONE     {} once, and first
 *            PROBE  {}                                   -> FEATURES { u32 mask, err or none }
 *            APPLY  {} + sealed plan (net/plan_seal.h)   -> DONE     {} + the netns it made, if any
 *            LIST   {}                                   -> LINKS    { n * (u16 slot, u8 marks) }
 *            any                                         -> FAILED   { err }
 * Limits:    LIMIT_SLOTS - 1 links.
 * Ownership: a netns that comes back is the caller's; it lives as long as a descriptor or a
 *            process holds it, and the link with it.
 * Errors:    msg.net (ERR_PEER), chan.*, wire.*; and what cantle-net reports, net.*
 */
enum msg_net_type {
	MSG_NET_HELLO = 0x0500,
	MSG_NET_PROBE,
	MSG_NET_APPLY,
	MSG_NET_LIST,
	MSG_NET_DONE,
	MSG_NET_FEATURES,
	MSG_NET_LINKS,
	MSG_NET_FAILED,
};

enum { MSG_NET_PREFIX_BYTES = 16 };

struct msg_net_hello {
	uint32_t node;
	uint8_t prefix[MSG_NET_PREFIX_BYTES];
};

/* What the kernel and this machine can do; a partition network needs all of them. */
enum msg_net_feature {
	NET_FEATURE_IPV6 = 1 << 0,
	NET_FEATURE_NETNS = 1 << 1,
	NET_FEATURE_VETH = 1 << 2,
	NET_FEATURE_NFT = 1 << 3,       /* the skeleton loads */
	NET_FEATURE_ELEMENT = 1 << 4,   /* and takes an element of ours */
	NET_FEATURE_CONNTRACK = 1 << 5, /* flows can be listed, and so ended */
	NET_FEATURE_ALL = (1 << 6) - 1,
};

struct msg_net_features {
	uint32_t mask;  /* msg_net_feature that work */
	struct err why; /* why the first missing one does not; unset when mask is ALL */
};

/* What exists in the kernel under a slot's names. */
enum msg_net_mark {
	NET_MARK_LINK = 1 << 0,     /* ct<node>-<slot>, ours */
	NET_MARK_TRASH = 1 << 1,    /* the same, doomed by an interrupted removal */
	NET_MARK_ADMITTED = 1 << 2, /* the nft element */
	NET_MARK_LEAVING = 1 << 3,  /* expelled, its connections not yet ended */
	NET_MARK_FOREIGN = 1 << 4,  /* a link of that name that is not ours */
};

struct msg_net_links {
	uint8_t marks[LIMIT_SLOTS]; /* by slot; 0 where nothing exists */
};

/* The requests as calls: send, wait for the answer, and hand on the error that cantle-net met. */
must_check int msg_net_hello(
	struct fd_chan chan, const struct msg_net_hello *hello, struct err *err);
must_check int msg_net_probe(struct fd_chan chan, struct msg_net_features *ret, struct err *err);
/* ret_netns stays empty where the plan makes none. */
must_check int msg_net_apply(
	struct fd_chan chan, struct fd_memfd plan, struct fd_ns *ret_netns, struct err *err);
must_check int msg_net_list(struct fd_chan chan, struct msg_net_links *ret, struct err *err);

/* The codecs under them. Each put begins a message; each get reads one to its end. */
void msg_net_put_plain(struct wire_out *w, enum msg_net_type type);
void msg_net_put_hello(struct wire_out *w, const struct msg_net_hello *hello);
void msg_net_put_features(struct wire_out *w, const struct msg_net_features *features);
void msg_net_put_links(struct wire_out *w, const struct msg_net_links *links);
void msg_net_put_failed(struct wire_out *w, const struct err *why);
must_check int msg_net_get_hello(struct wire_in *r, struct msg_net_hello *ret, struct err *err);
must_check int msg_net_get_features(
	struct wire_in *r, struct msg_net_features *ret, struct err *err);
must_check int msg_net_get_links(struct wire_in *r, struct msg_net_links *ret, struct err *err);
