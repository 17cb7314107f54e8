/* SPDX-License-Identifier: Apache-2.0 */
/* Node agent to launcher and back: encoding. */
#include "wire/msg_launch.h"

#include <signal.h>

static void put_degraded(struct wire_out *w, const struct launch_msg *msg)
{
	wire_put_u32(w, msg->n_degraded);
	for (uint32_t i = 0; i < msg->n_degraded; i++)
		wire_put_u32(w, msg->degraded[i]);
}

static void put_results(struct wire_out *w, const struct launch_msg *msg)
{
	wire_put_u32(w, msg->n_results);
	for (uint32_t i = 0; i < msg->n_results; i++) {
		wire_put_u32(w, msg->results[i].op);
		wire_put_u32(w, (uint32_t)msg->results[i].num);
		wire_put_bytes(w, msg->results[i].text);
		wire_put_u32(w, msg->results[i].fd);
	}
}

void launch_msg_put(struct wire_out *w, const struct launch_msg *msg)
{
	wire_begin(w, msg->type);
	wire_put_u64(w, msg->id);
	switch (msg->type) {
	case MSG_LAUNCH_HELLO:
		wire_put_u32(w, msg->node);
		wire_put_u32(w, msg->n_roots);
		break;
	case MSG_LAUNCH_SIGNAL:
		wire_put_u32(w, msg->signo);
		break;
	case MSG_LAUNCH_ADOPT:
	case MSG_LAUNCH_CREATED:
		wire_put_u32(w, msg->pid);
		break;
	case MSG_LAUNCH_READY:
		wire_put_u32(w, msg->landlock_abi);
		break;
	case MSG_LAUNCH_RUNNING:
		wire_put_u32(w, msg->pid);
		put_degraded(w, msg);
		break;
	case MSG_LAUNCH_DONE:
		put_degraded(w, msg);
		put_results(w, msg);
		break;
	case MSG_LAUNCH_FAILED:
		wire_put_err(w, &msg->error);
		break;
	case MSG_LAUNCH_EXITED:
		wire_put_u32(w, msg->how);
		wire_put_u32(w, msg->code);
		wire_put_u32(w, msg->is_oom);
		break;
	default:
		break;
	}
}

static void get_degraded(struct wire_in *r, struct launch_msg *msg)
{
	msg->n_degraded = wire_get_count(r, LIMIT_LAUNCH_DEGRADED);
	for (uint32_t i = 0; i < msg->n_degraded; i++)
		msg->degraded[i] = wire_get_u32(r);
}

static void get_results(struct wire_in *r, struct launch_msg *msg)
{
	msg->n_results = wire_get_count(r, LIMIT_LAUNCH_RESULTS);
	for (uint32_t i = 0; i < msg->n_results; i++) {
		msg->results[i].op = wire_get_u32(r);
		msg->results[i].num = (int32_t)wire_get_u32(r);
		msg->results[i].text = wire_get_bytes(r, LIMIT_LAUNCH_RESULT);
		msg->results[i].fd = wire_get_count(r, LIMIT_LAUNCH_RESULTS);
	}
}

int launch_msg_get(struct wire_in *r, struct launch_msg *ret, struct err *err)
{
	*ret = (struct launch_msg){.type = r->type, .id = wire_get_u64(r)};
	switch (r->type) {
	case MSG_LAUNCH_HELLO:
		ret->node = wire_get_count(r, LIMIT_NODES - 1);
		ret->n_roots = wire_get_count(r, LIMIT_WIRE_FDS);
		break;
	case MSG_LAUNCH_START:
	case MSG_LAUNCH_RELEASE:
		break;
	case MSG_LAUNCH_SIGNAL:
		ret->signo = wire_get_count(r, _NSIG - 1);
		break;
	case MSG_LAUNCH_ADOPT:
	case MSG_LAUNCH_CREATED:
		ret->pid = wire_get_count(r, INT32_MAX);
		break;
	case MSG_LAUNCH_READY:
		ret->landlock_abi = wire_get_u32(r);
		break;
	case MSG_LAUNCH_RUNNING:
		ret->pid = wire_get_count(r, INT32_MAX);
		get_degraded(r, ret);
		break;
	case MSG_LAUNCH_DONE:
		get_degraded(r, ret);
		get_results(r, ret);
		break;
	case MSG_LAUNCH_FAILED:
		wire_get_err(r, &ret->error);
		break;
	case MSG_LAUNCH_EXITED:
		ret->how = wire_get_count(r, LAUNCH_EXIT_UNKNOWN);
		ret->code = wire_get_u32(r);
		ret->is_oom = wire_get_count(r, 1);
		break;
	default:
		return err_set(
			err, ERR_PEER, 0, "wire.type", "no launch message has type %u", r->type);
	}
	return wire_end(r, err);
}

int launch_msg_send(struct fd_chan chan, const struct launch_msg *msg, const int *fds, size_t n_fds,
	struct err *err)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	launch_msg_put(&w, msg);
	return chan_send(chan, &w, fds, n_fds, err);
}

int launch_msg_recv(struct fd_chan chan, struct str *buf, struct chan_fds *fds,
	struct launch_msg *ret, struct err *err)
{
	struct wire_in r;
	int outcome = chan_recv_wire(chan, buf, fds, &r, err);
	if (outcome != CHAN_MESSAGE)
		return outcome;
	if (launch_msg_get(&r, ret, err) == 0)
		return CHAN_MESSAGE;
	if (fds)
		chan_fds_done(fds);
	return -1;
}
