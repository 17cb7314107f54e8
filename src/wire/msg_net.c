/* SPDX-License-Identifier: Apache-2.0 */
/* Node agent to cantle-net and back. */
#include "wire/msg_net.h"

#include <string.h>

#include "base/mem.h"
#include "wire/chan.h"

void msg_net_put_plain(struct wire_out *w, enum msg_net_type type)
{
	wire_begin(w, (uint16_t)type);
}

void msg_net_put_hello(struct wire_out *w, const struct msg_net_hello *hello)
{
	wire_begin(w, MSG_NET_HELLO);
	wire_put_u32(w, hello->node);
	wire_put_bytes(w, span_make((const char *)hello->prefix, sizeof(hello->prefix)));
}

void msg_net_put_features(struct wire_out *w, const struct msg_net_features *features)
{
	bool has_why = err_is_set(&features->why);
	wire_begin(w, MSG_NET_FEATURES);
	wire_put_u32(w, features->mask);
	wire_put_u8(w, has_why);
	if (has_why)
		wire_put_err(w, &features->why);
}

void msg_net_put_links(struct wire_out *w, const struct msg_net_links *links)
{
	uint32_t n = 0;
	for (size_t slot = 1; slot < LIMIT_SLOTS; slot++)
		n += links->marks[slot] != 0;
	wire_begin(w, MSG_NET_LINKS);
	wire_put_u32(w, n);
	for (size_t slot = 1; slot < LIMIT_SLOTS; slot++) {
		if (!links->marks[slot])
			continue;
		wire_put_u16(w, (uint16_t)slot);
		wire_put_u8(w, links->marks[slot]);
	}
}

void msg_net_put_failed(struct wire_out *w, const struct err *why)
{
	wire_begin(w, MSG_NET_FAILED);
	wire_put_err(w, why);
}

int msg_net_get_hello(struct wire_in *r, struct msg_net_hello *ret, struct err *err)
{
	struct msg_net_hello hello = {.node = wire_get_u32(r)};
	struct span prefix = wire_get_bytes(r, sizeof(hello.prefix));
	if (wire_end(r, err) < 0)
		return -1;
	if (prefix.len != sizeof(hello.prefix))
		return err_set(err, ERR_PEER, 0, "msg.net", "a prefix of %zu bytes", prefix.len);
	memcpy(hello.prefix, prefix.ptr, sizeof(hello.prefix));
	*ret = hello;
	return 0;
}

int msg_net_get_features(struct wire_in *r, struct msg_net_features *ret, struct err *err)
{
	struct msg_net_features features = {.mask = wire_get_u32(r)};
	if (wire_get_u8(r))
		wire_get_err(r, &features.why);
	if (wire_end(r, err) < 0)
		return -1;
	*ret = features;
	return 0;
}

int msg_net_get_links(struct wire_in *r, struct msg_net_links *ret, struct err *err)
{
	struct msg_net_links links = {.marks = {0}};
	uint32_t n = wire_get_count(r, LIMIT_SLOTS - 1);
	bool is_bad = false;
	for (uint32_t i = 0; i < n && !r->failed; i++) {
		uint16_t slot = wire_get_u16(r);
		uint8_t marks = wire_get_u8(r);
		if (slot == 0 || slot >= LIMIT_SLOTS || marks == 0 || links.marks[slot])
			is_bad = true;
		else
			links.marks[slot] = marks;
	}
	if (wire_end(r, err) < 0)
		return -1;
	if (is_bad)
		return err_set(err, ERR_PEER, 0, "msg.net", "a list with an impossible link");
	*ret = links;
	return 0;
}

/* A request in progress: what goes out, and what holds the answer until it is read. */
struct call {
	struct wire_out request;
	const struct fd_memfd *plan; /* NULL: none */
	struct str buf;
	struct chan_fds fds;
	struct wire_in answer;
};

#define CALL_INIT                                                                                  \
	(struct call)                                                                              \
	{                                                                                          \
		.request = WIRE_OUT_INIT, .buf = STR_INIT_LIMIT(LIMIT_WIRE_BYTES + 1)              \
	}

static void call_done(struct call *c)
{
	wire_out_done(&c->request);
	str_done(&c->buf);
	chan_fds_done(&c->fds);
}

/* Send, wait, and leave the answer of the wanted type in c->answer. */
static int exchange(struct call *c, struct fd_chan chan, enum msg_net_type want, struct err *err)
{
	struct err theirs = ERR_INIT;
	if (chan_send(chan, &c->request, c->plan ? &c->plan->fd : NULL, c->plan ? 1 : 0, err) < 0)
		return -1;
	int outcome = chan_recv_wire(chan, &c->buf, &c->fds, &c->answer, err);
	if (outcome < 0)
		return -1;
	if (outcome != CHAN_MESSAGE)
		return err_set(err, ERR_PEER, 0, "msg.net", "cantle-net ended without an answer");
	if (c->answer.type == want)
		return 0;
	if (c->answer.type != MSG_NET_FAILED)
		return err_set(err, ERR_PEER, 0, "msg.net", "an answer of type %u", c->answer.type);
	wire_get_err(&c->answer, &theirs);
	if (wire_end(&c->answer, err) == 0)
		*err = theirs;
	return -1;
}

int msg_net_hello(struct fd_chan chan, const struct msg_net_hello *hello, struct err *err)
{
	scoped(call_done) struct call c = CALL_INIT;
	msg_net_put_hello(&c.request, hello);
	if (exchange(&c, chan, MSG_NET_DONE, err) < 0)
		return -1;
	return wire_end(&c.answer, err);
}

int msg_net_probe(struct fd_chan chan, struct msg_net_features *ret, struct err *err)
{
	scoped(call_done) struct call c = CALL_INIT;
	msg_net_put_plain(&c.request, MSG_NET_PROBE);
	if (exchange(&c, chan, MSG_NET_FEATURES, err) < 0)
		return -1;
	return msg_net_get_features(&c.answer, ret, err);
}

int msg_net_apply(
	struct fd_chan chan, struct fd_memfd plan, struct fd_ns *ret_netns, struct err *err)
{
	scoped(call_done) struct call c = CALL_INIT;
	c.plan = &plan;
	msg_net_put_plain(&c.request, MSG_NET_APPLY);
	if (exchange(&c, chan, MSG_NET_DONE, err) < 0)
		return -1;
	if (wire_end(&c.answer, err) < 0)
		return -1;
	*ret_netns = fd_ns_wrap(chan_fds_take(&c.fds, 0));
	return 0;
}

int msg_net_list(struct fd_chan chan, struct msg_net_links *ret, struct err *err)
{
	scoped(call_done) struct call c = CALL_INIT;
	msg_net_put_plain(&c.request, MSG_NET_LIST);
	if (exchange(&c, chan, MSG_NET_LINKS, err) < 0)
		return -1;
	return msg_net_get_links(&c.answer, ret, err);
}
