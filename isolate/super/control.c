/* SPDX-License-Identifier: Apache-2.0 */
/* The supervisor's socket: who asks what runs, and asks to start, stop and restart. */
#include "isolate/super/control.h"

#include <sys/socket.h>

#include "isolate/super/services.h"
#include "isolate/super/super.h"
#include "wire/chan.h"

void control_init(struct control *control)
{
	control->listener.fd = FD_NONE;
	for (size_t i = 0; i < LIMIT_CONTROL_CLIENTS; i++)
		control->clients[i].chan.fd = FD_NONE;
}

static void drop(struct control_client *c)
{
	loop_remove(&c->super->loop, c->chan.fd);
	fd_chan_close(&c->chan);
}

static void row_of(const struct service *v, uint64_t now, struct super_row *ret)
{
	*ret = (struct super_row){.name = span_str(v->name),
		.kind = v->life.kind,
		.state = v->life.state,
		.pid = (uint32_t)v->pid,
		.restarts = v->life.restarts,
		.uptime_ms = service_is_alive(&v->life) ? now - v->life.started_ms : 0,
		.last_exit = v->life.last_exit};
}

static uint32_t count(const struct super *s)
{
	uint32_t n = 0;
	for (size_t i = 0; i < LIMIT_SUPER_SERVICES; i++)
		n += s->services[i].is_used;
	return n;
}

static int send_table(const struct super *s, struct fd_chan chan, struct err *err)
{
	scoped_str struct str reason = STR_INIT_LIMIT(LIMIT_SUPER_REASON);
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct super_table table = {.n_services = count(s)};
	uint64_t now = clock_ms();
	table.is_ready = !services_unhealthy(s, &reason);
	table.reason = str_span(&reason);
	for (size_t i = 0; i < LIMIT_SUPER_SERVICES; i++) {
		if (!s->services[i].is_used)
			continue;
		if (table.n_rows == LIMIT_SUPER_ROWS) {
			super_table_put(&w, &table);
			if (chan_send(chan, &w, NULL, 0, err) < 0)
				return -1;
			table.n_rows = 0;
		}
		row_of(&s->services[i], now, &table.rows[table.n_rows++]);
	}
	table.is_last = true;
	super_table_put(&w, &table);
	return chan_send(chan, &w, NULL, 0, err);
}

static int command(struct super *s, struct fd_chan chan, struct wire_in *in, struct err *err)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct err why = ERR_INIT;
	struct span name;
	if (super_name_get(in, &name, err) < 0)
		return -1;
	if (services_command(s, in->type, name, &why) < 0)
		super_error_put(&w, &why);
	else
		super_put_empty(&w, MSG_SUPER_DONE);
	return chan_send(chan, &w, NULL, 0, err);
}

static int serve(struct super *s, struct fd_chan chan, struct err *err)
{
	scoped_str struct str buf = STR_INIT_LIMIT(LIMIT_WIRE_BYTES);
	struct wire_in in;
	int outcome = chan_recv_wire(chan, &buf, NULL, &in, err);
	if (outcome != CHAN_MESSAGE)
		return outcome;
	switch (in.type) {
	case MSG_SUPER_STATUS:
		return wire_end(&in, err) < 0 ? -1 : send_table(s, chan, err);
	case MSG_SUPER_RESTART:
	case MSG_SUPER_START:
	case MSG_SUPER_STOP:
		return command(s, chan, &in, err);
	default:
		return err_set(
			err, ERR_PEER, 0, "super.control", "there is no request %u", in.type);
	}
}

static int on_client(void *context, uint32_t events, struct err *err)
{
	struct control_client *c = context;
	struct err why = ERR_INIT;
	int outcome;
	(void)events;
	(void)err; /* what a client does wrong ends the client alone */
	c->heard_ms = clock_ms();
	outcome = serve(c->super, c->chan, &why);
	if (outcome < 0 || outcome == CHAN_CLOSED)
		drop(c);
	return 0;
}

/* A free place, or the one of the longest silent client. */
static struct control_client *place(struct control *control)
{
	struct control_client *oldest = &control->clients[0];
	for (size_t i = 0; i < LIMIT_CONTROL_CLIENTS; i++) {
		struct control_client *c = &control->clients[i];
		if (!fd_chan_is_open(c->chan))
			return c;
		if (c->heard_ms < oldest->heard_ms)
			oldest = c;
	}
	drop(oldest);
	return oldest;
}

static int on_listener(void *context, uint32_t events, struct err *err)
{
	struct super *s = context;
	struct control_client *c;
	struct err ignored = ERR_INIT;
	int fd = accept4(s->control.listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	(void)events;
	(void)err;
	if (fd < 0)
		return 0; /* it went away again */
	c = place(&s->control);
	*c = (struct control_client){.chan = {fd}, .heard_ms = clock_ms(), .super = s};
	if (loop_add(&s->loop, fd, EPOLLIN, on_client, c, &ignored) < 0)
		fd_chan_close(&c->chan);
	return 0;
}

int control_open(struct super *s, struct fd_chan *listener, struct err *err)
{
	int is_listening = 0;
	socklen_t len = sizeof(is_listening);
	if (getsockopt(listener->fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &len) < 0)
		return err_set(err, ERR_OS, errno, "super.control", "the control socket");
	if (!is_listening)
		return err_set(
			err, ERR_INPUT, 0, "super.control", "the control socket does not listen");
	if (fcntl(listener->fd, F_SETFD, FD_CLOEXEC) < 0 ||
		fcntl(listener->fd, F_SETFL, O_NONBLOCK) < 0)
		return err_set(err, ERR_OS, errno, "super.control", "the control socket");
	s->control.listener = fd_chan_take(listener);
	return loop_add(&s->loop, s->control.listener.fd, EPOLLIN, on_listener, s, err);
}

void control_done(struct super *s)
{
	for (size_t i = 0; i < LIMIT_CONTROL_CLIENTS; i++)
		if (fd_chan_is_open(s->control.clients[i].chan))
			drop(&s->control.clients[i]);
	loop_remove(&s->loop, s->control.listener.fd);
	fd_chan_close(&s->control.listener);
}
