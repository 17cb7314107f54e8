/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-net's requests: a table, one answer each. */
#include "net/launch/serve.h"

#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "net/fault.h"
#include "net/launch/rights.h"
#include "net/link_apply.h"
#include "net/nft_apply.h"
#include "net/plan_seal.h"
#include "wire/chan.h"

/* A request being answered. */
struct request {
	struct serve *s;
	struct wire_in in;
	struct chan_fds fds;
	struct wire_out out;
	struct fd_ns netns; /* sent beside the answer, where there is one */
};

static void request_done(struct request *r)
{
	chan_fds_done(&r->fds);
	wire_out_done(&r->out);
	fd_ns_close(&r->netns);
}

/* The sockets belong to the node's namespace and are opened with the rights that stay. */
static int open_sockets(struct serve *s, struct err *err)
{
	if (nl_open(&s->route, NETLINK_ROUTE, err) < 0 || nl_open(&s->ask, NETLINK_ROUTE, err) < 0)
		return -1;
	if (nl_open(&s->filter, NETLINK_NETFILTER, err) < 0)
		return -1;
	return nl_open(&s->inspect, NETLINK_NETFILTER, err);
}

static int answer_hello(struct request *r, struct err *err)
{
	struct msg_net_hello hello;
	if (msg_net_get_hello(&r->in, &hello, err) < 0)
		return -1;
	struct net_node node = {.number = hello.node};
	memcpy(node.prefix, hello.prefix, sizeof(node.prefix));
	if (net_node_verify(&node, err) < 0 || rights_settle(&node, err) < 0 ||
		open_sockets(r->s, err) < 0)
		return -1;
	r->s->node = node;
	r->s->has_node = true;
	msg_net_put_plain(&r->out, MSG_NET_DONE);
	return 0;
}

static int answer_probe(struct request *r, struct err *err)
{
	struct msg_net_features features = {.mask = 0};
	if (wire_end(&r->in, err) < 0)
		return -1;
	serve_probe(r->s, &features);
	msg_net_put_features(&r->out, &features);
	return 0;
}

static int answer_apply(struct request *r, struct err *err)
{
	scoped_fd_memfd memfd = FD_INIT;
	if (wire_end(&r->in, err) < 0)
		return -1;
	memfd = fd_memfd_wrap(chan_fds_take(&r->fds, 0));
	if (!fd_memfd_is_open(memfd) || r->fds.n != 1)
		return err_set(err, ERR_PEER, 0, "net.request", "a plan is one descriptor");
	if (net_plan_unseal(memfd, fault_is_known(), &r->s->plan, err) < 0)
		return -1;
	if (memcmp(&r->s->plan.node, &r->s->node, sizeof(r->s->node)) != 0)
		return err_set(err, ERR_DENIED, 0, "net.plan", "a plan for another node");
	if (serve_apply(r->s, &r->netns, err) < 0)
		return -1;
	msg_net_put_plain(&r->out, MSG_NET_DONE);
	return 0;
}

struct marks {
	const struct net_node *node;
	struct msg_net_links *links;
};

static void mark_link(const struct link *link, void *arg)
{
	const struct marks *marks = arg;
	uint32_t slot = net_link_slot(marks->node, link->name);
	if (slot == 0)
		return;
	if (link->group == net_link_group(marks->node))
		marks->links->marks[slot] |= NET_MARK_LINK;
	else if (link->group == net_trash_group(marks->node))
		marks->links->marks[slot] |= NET_MARK_TRASH;
	else
		marks->links->marks[slot] |= NET_MARK_FOREIGN;
}

static void mark_element(uint32_t slot, void *arg)
{
	const struct marks *marks = arg;
	marks->links->marks[slot] |= NET_MARK_ADMITTED;
}

static void mark_leaving(uint32_t slot, void *arg)
{
	const struct marks *marks = arg;
	marks->links->marks[slot] |= NET_MARK_LEAVING;
}

static int answer_list(struct request *r, struct err *err)
{
	struct msg_net_links links = {.marks = {0}};
	struct marks marks = {&r->s->node, &links};
	if (wire_end(&r->in, err) < 0)
		return -1;
	if (link_list(&r->s->ask, mark_link, &marks, err) < 0)
		return -1;
	if (nft_element_list(
		    &r->s->inspect, &r->s->node, NFT_SET_ADMITTED, mark_element, &marks, err) < 0)
		return -1;
	if (nft_element_list(
		    &r->s->inspect, &r->s->node, NFT_SET_LEAVING, mark_leaving, &marks, err) < 0)
		return -1;
	msg_net_put_links(&r->out, &links);
	return 0;
}

static const struct {
	enum msg_net_type type;
	bool with_node; /* before HELLO, or after it */
	int (*fn)(struct request *r, struct err *err);
} requests[] = {
	{MSG_NET_HELLO, false, answer_hello},
	{MSG_NET_PROBE, true, answer_probe},
	{MSG_NET_APPLY, true, answer_apply},
	{MSG_NET_LIST, true, answer_list},
};

static int dispatch(struct request *r, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(requests); i++)
		if (requests[i].type == r->in.type && requests[i].with_node == r->s->has_node)
			return requests[i].fn(r, err);
	return err_set(err, ERR_PEER, 0, "net.request", "request %#x is unknown or out of turn",
		r->in.type);
}

static int answer(struct request *r, struct err *err)
{
	struct err why = ERR_INIT;
	if (dispatch(r, &why) < 0)
		msg_net_put_failed(&r->out, &why);
	return chan_send(r->s->chan, &r->out, &r->netns.fd, fd_ns_is_open(r->netns) ? 1 : 0, err);
}

int serve(struct serve *s, struct err *err)
{
	scoped_str struct str buf = STR_INIT_LIMIT(LIMIT_WIRE_BYTES + 1);
	for (;;) {
		scoped(request_done) struct request r = {
			.s = s, .out = WIRE_OUT_INIT, .netns = FD_INIT};
		int outcome = chan_recv_wire(s->chan, &buf, &r.fds, &r.in, err);
		if (outcome < 0)
			return -1;
		if (outcome == CHAN_CLOSED)
			return 0;
		if (answer(&r, err) < 0)
			return -1;
	}
}
