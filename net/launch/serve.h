/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-net's state, its requests and the loop over a plan's operations. */
#pragma once

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "net/netlink.h"
#include "net/ns_apply.h"
#include "net/plan.h"
#include "wire/msg_net.h"

/*
 * Shape:  one request at a time; each is answered, by FAILED where it fails. HELLO comes first, once,
 *         and binds the process to one node: no later plan may name another.
 * Errors: net.request (ERR_PEER, out of turn or unknown), and those of every module of net/.
 */
struct serve {
	struct fd_chan chan;
	struct ns_home home;
	struct span skeleton;
	bool has_node;
	struct net_node node;
	struct nl route;   /* rtnetlink at home: changes */
	struct nl ask;     /* and questions, while a batch of changes is open */
	struct nl filter;  /* nfnetlink at home: changes */
	struct nl inspect; /* and questions */
	struct nl inner;   /* rtnetlink in the namespace that the plan made */
	struct net_plan plan;
};

/* Answer requests until the peer goes away. */
must_check int serve(struct serve *s, struct err *err);

/* Run s->plan. ret_netns stays empty where it makes none. */
must_check int serve_apply(struct serve *s, struct fd_ns *ret_netns, struct err *err);

/* Try everything a partition needs in a namespace of its own. */
void serve_probe(struct serve *s, struct msg_net_features *ret);
