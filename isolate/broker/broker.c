/* SPDX-License-Identifier: Apache-2.0 */
/* The broker's session: listen to agent and engine, admit by the table, serve, end. */
#include "isolate/broker/broker.h"

#include <poll.h>
#include <stdio.h>

#include "isolate/broker/table.h"

void broker_init(struct broker *b, enum broker_phase phase)
{
	*b = (struct broker){.phase = phase,
		.engine = FD_INIT,
		.agent = FD_INIT,
		.tenant_cache = FD_INIT,
		.operator_cache = FD_INIT,
		.instance = STR_INIT_LIMIT(LIMIT_WIRE_BYTES),
		.publish_error = ERR_INIT};
	pairs_init(&b->params, LIMIT_PARAMS, LIMIT_PARAMS_BYTES);
	pairs_init(&b->published, LIMIT_PUBLISH, LIMIT_PUBLISH_BYTES);
}

void broker_done(struct broker *b)
{
	str_done(&b->instance);
	pairs_done(&b->params);
	pairs_done(&b->published);
}

bool broker_is_over(const struct broker *b)
{
	/* A negative descriptor is left out by poll(2). */
	struct pollfd ends[] = {{.fd = b->engine.fd}, {.fd = b->agent.fd}};
	if (poll(ends, 2, 0) <= 0)
		return false;
	return (ends[0].revents | ends[1].revents) & (POLLHUP | POLLERR | POLLNVAL);
}

int broker_refuse(struct fd_chan peer, const struct err *why, struct err *err)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	broker_error_put(&w, MSG_BROKER_ERROR, why);
	return chan_send(peer, &w, NULL, 0, err);
}

/* CHAN_MESSAGE when one was served, CHAN_CLOSED at the end. */
static int serve_one(struct broker *b, enum broker_side side, struct err *err)
{
	scoped_str struct str buf = STR_INIT_LIMIT(LIMIT_WIRE_BYTES);
	scoped_chan_fds struct chan_fds fds = CHAN_FDS_INIT;
	const struct table_row *row = NULL;
	struct wire_in in;
	struct table_call call = {.in = &in, .fds = &fds};
	struct fd_chan chan = side == SIDE_ENGINE ? b->engine : b->agent;
	int outcome = chan_recv_wire(chan, &buf, &fds, &in, err);
	if (outcome != CHAN_MESSAGE)
		return outcome;
	call.message = str_span(&buf);
	if (table_admit(b, side, &call, &row, err) < 0)
		return -1;
	return row->fn(b, &call, err);
}

/* The engine is not listened to before the agent has said what the instance is. */
static bool hears_engine(const struct broker *b)
{
	return b->phase != PHASE_INSTANCE || b->is_instance_known;
}

static int round_of(struct broker *b, struct err *err)
{
	struct pollfd ends[] = {
		{.fd = b->agent.fd, .events = POLLIN},
		{.fd = b->engine.fd, .events = hears_engine(b) ? POLLIN : 0},
	};
	if (poll(ends, 2, -1) < 0)
		return errno == EINTR ? CHAN_MESSAGE
				      : err_set(err, ERR_OS, errno, "broker.wait", "wait");
	if (ends[0].revents & POLLIN)
		return serve_one(b, SIDE_AGENT, err);
	/* What the engine said before it hung up still counts: it may have published. */
	if (ends[1].revents & POLLIN)
		return serve_one(b, SIDE_ENGINE, err);
	return ends[0].revents || ends[1].revents ? CHAN_CLOSED : CHAN_MESSAGE;
}

int broker_serve(struct broker *b, struct err *err)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	int outcome;
	broker_put_empty(&w, MSG_BROKER_READY);
	if (chan_send(b->agent, &w, NULL, 0, err) < 0)
		return -1;
	do
		outcome = round_of(b, err);
	while (outcome == CHAN_MESSAGE || outcome == CHAN_EMPTY);
	if (outcome == CHAN_CLOSED)
		return 0;
	/* Why it ended; an agent that is gone does not hear it. */
	broker_error_put(&w, MSG_BROKER_ENDED, err);
	ERR_IGNORED(chan_send(b->agent, &w, NULL, 0, ignored));
	return -1;
}
