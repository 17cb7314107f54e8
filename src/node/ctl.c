/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's side of one command. */
#include "node/ctl.h"

#include <signal.h>
#include <stdio.h>

#include "node/ids.h"
#include "node/job.h"
#include "node/node.h"

int ctl_open(struct node *node, struct err *err)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct ctl_hello hello = {
		ids_t1(node->id.number), ids_t1(node->id.number), span_str(CANTLE_VERSION)};
	struct wire_in r;
	int outcome;
	ctl_hello_put(&w, &hello);
	if (chan_send(node->ctl.chan, &w, NULL, 0, err) < 0)
		return -1;
	outcome = chan_recv_wire(node->ctl.chan, &node->ctl.buf, &node->ctl.fds, &r, err);
	if (outcome < 0)
		return -1;
	if (outcome != CHAN_MESSAGE || r.type != CTL_REQUEST)
		return err_set(err, ERR_PEER, 0, "ctl.peer", "no request came from the command");
	return ctl_request_get(&r, node->ctl.fds.n, &node->arena, &node->ctl.request, err);
}

static int on_message(void *context, uint32_t events, struct err *err)
{
	struct node *node = context;
	struct wire_in r;
	int signo;
	int outcome = chan_recv_wire(node->ctl.chan, &node->ctl.buf, NULL, &r, err);
	(void)events;
	if (outcome < 0)
		return -1;
	if (outcome == CHAN_CLOSED) {
		loop_remove(&node->loop, node->ctl.chan.fd);
		node->ctl.is_gone = true;
		node->ctl.is_cancelled = true;
		return 0;
	}
	if (r.type != CTL_SIGNAL)
		return err_set(err, ERR_PEER, 0, "ctl.peer", "unexpected message %u of the command",
			r.type);
	if (ctl_signal_get(&r, &signo, err) < 0)
		return -1;
	if (node->ctl.foreground)
		return job_signal(node, node->ctl.foreground, signo, err);
	if (signo == SIGINT || signo == SIGTERM || signo == SIGHUP)
		node->ctl.is_cancelled = true;
	return 0;
}

int ctl_watch(struct node *node, struct err *err)
{
	return loop_add(&node->loop, node->ctl.chan.fd, EPOLLIN, on_message, node, err);
}

int ctl_check(const struct node *node, struct err *err)
{
	if (!node->ctl.is_cancelled)
		return 0;
	return err_set(err, ERR_CHILD, 0, "ctl.cancelled", "stopped by request");
}

static void send_quietly(struct node *node, const struct wire_out *w)
{
	/* The loop learns that the tool is gone and cancels; nothing is to be done here. */
	if (!node->ctl.is_gone)
		ERR_IGNORED(chan_send(node->ctl.chan, w, NULL, 0, ignored));
}

void ctl_event(struct node *node, enum ctl_event_kind kind, const char *subject, struct span text,
	uint64_t elapsed_ms)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct ctl_event event = {kind, span_str(subject), (uint32_t)elapsed_ms, text};
	ctl_event_put(&w, &event);
	send_quietly(node, &w);
}

void ctl_say(struct node *node, enum ctl_event_kind kind, const char *fmt, ...)
{
	scoped_str struct str text = STR_INIT_LIMIT(LIMIT_CTL_TEXT);
	va_list ap;
	va_start(ap, fmt);
	str_addv(&text, fmt, ap);
	va_end(ap);
	ctl_event(node, kind, "", str_span(&text), 0);
}

void ctl_data(struct node *node, struct span bytes)
{
	while (bytes.len) {
		scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
		ctl_data_put(&w, span_first(bytes, LIMIT_CTL_DATA));
		send_quietly(node, &w);
		bytes = span_from(bytes, LIMIT_CTL_DATA);
	}
}

void ctl_result(struct node *node, int status, const struct err *err)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct ctl_result result = {.status = (uint8_t)status, .has_err = err && err_is_set(err)};
	if (result.has_err)
		result.err = *err;
	ctl_result_put(&w, &result);
	send_quietly(node, &w);
}

int ctl_take_fd(struct node *node, enum ctl_role role, size_t n)
{
	size_t i = ctl_request_role(&node->ctl.request, role, n);
	return i == SIZE_MAX ? FD_NONE : chan_fds_take(&node->ctl.fds, i);
}

const char *ctl_option(const struct node *node, const char *name, const char *otherwise)
{
	return ctl_request_value(&node->ctl.request, name, otherwise);
}

bool ctl_has(const struct node *node, const char *name)
{
	return ctl_request_has(&node->ctl.request, name);
}

const char *ctl_word(const struct node *node, size_t i)
{
	return i < node->ctl.request.n_words ? node->ctl.request.words[i] : NULL;
}
