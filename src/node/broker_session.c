/* SPDX-License-Identifier: Apache-2.0 */
/* A broker for one run. */
#include "node/broker_session.h"

#include <stdio.h>

#include "base/path.h"
#include "node/ids.h"
#include "node/network.h"
#include "wire/chan.h"

static int cache_dir(struct node *node, const struct work_spec *spec, struct fd_file *ret_tenant,
	struct fd_file *ret_operator, struct err *err)
{
	const char *rel = node_text(node, "cache/%lld", (long long)spec->tenant);
	if (!rel)
		return err_set(err, ERR_LIMIT, ENOMEM, "broker.start", "memory");
	/* O_PATH needs no permission on the directory itself, which is the broker's alone. */
	return path_open(node->state, spec->tenant ? rel : "cache/operator", O_PATH | O_DIRECTORY,
		       0, ret_tenant, err) < 0
		       ? -1
		       : path_open(node->state, "cache/operator", O_PATH | O_DIRECTORY, 0,
				 ret_operator, err);
}

static int make_cache(struct node *node, const struct work_spec *spec, struct err *err)
{
	struct plan plan;
	scoped_job job;
	uint32_t tb = ids_tb(node->id.number);
	int failed;
	job_init(&job, node);
	if (spec->tenant == 0)
		return 0;
	if (plan_init(&plan, err) < 0)
		return -1;
	host_plan_dir(&plan, node_text(node, "cache/%lld", (long long)spec->tenant), 0700, tb, tb);
	failed = job_host(node, &job, &plan, err);
	plan_done(&plan);
	return failed;
}

static int launch(struct node *node, const struct work_spec *spec, struct broker_session *s,
	struct fd_chan their_agent, struct fd_chan their_engine, struct err *err)
{
	scoped_fd_file tenant = FD_INIT;
	scoped_fd_file shared = FD_INIT;
	scoped_fd_file null = {open("/dev/null", O_RDWR | O_CLOEXEC)};
	scoped_fd_file log = FD_INIT;
	scoped_draft d = {.node = node};
	/* The other nodes of this machine, too: theirs are the /64s beside ours. */
	const char *deny = node_text(node, "%s/48", network_address(node, 0));
	const char *argv[] = {"cantle-broker", "--phase", spec->phase, "--deny", deny};
	const char *leaf = node_text(node, "broker-%u", spec->slot);
	if (cache_dir(node, spec, &tenant, &shared, err) < 0 ||
		path_open(node->own, "log/broker.log", O_WRONLY | O_CREAT | O_APPEND, 0600, &log,
			err) < 0 ||
		draft_init_confined(&d, node, "broker", "cantle-broker", leaf, err) < 0)
		return -1;
	draft_pass(&d, null.fd);
	draft_pass(&d, null.fd);
	draft_pass(&d, log.fd);
	draft_pass(&d, their_engine.fd);
	draft_pass(&d, their_agent.fd);
	draft_pass(&d, tenant.fd);
	draft_pass(&d, shared.fd);
	draft_argv(&d, argv, sizeof(argv) / sizeof(argv[0]));
	if (draft_start(&d, PLAN_EPHEMERAL | PLAN_AUTO_RELEASE, &s->job, err) < 0)
		return -1;
	return job_wait(node, &s->job, JOB_RUNNING, true, err);
}

static int pair_take(struct broker_session *s, struct wire_in *r, struct err *err)
{
	struct broker_pair pair;
	struct store_pair kept;
	if (broker_pair_get(r, &pair, err) < 0)
		return -1;
	kept.key = arena_cstr(&s->node->arena, pair.key);
	kept.value = arena_cstr(&s->node->arena, pair.value);
	if (!kept.key || !kept.value || !vec_push(&s->published, kept))
		return err_set(err, ERR_LIMIT, ENOMEM, "broker.session", "published values");
	return 0;
}

static int on_message(void *context, uint32_t events, struct err *err)
{
	struct broker_session *s = context;
	scoped_str struct str buf = STR_INIT;
	struct wire_in r;
	uint32_t n;
	int outcome = chan_recv_wire(s->agent, &buf, NULL, &r, err);
	(void)events;
	if (outcome < 0)
		return -1;
	if (outcome == CHAN_CLOSED) {
		loop_remove(&s->node->loop, s->agent.fd);
		return 0;
	}
	switch (r.type) {
	case MSG_PUBLISH:
		if (s->is_published)
			s->published.n = 0; /* a later set replaces the former */
		s->is_published = false;
		return pair_take(s, &r, err);
	case MSG_PUBLISH_END:
		if (broker_end_get(&r, &n, err) < 0)
			return -1;
		if (n == 0)
			s->published.n = 0;
		s->is_published = true;
		return 0;
	case MSG_BROKER_ENDED:
		s->is_ended = true;
		return broker_error_get(&r, &s->ended, err);
	default:
		return err_set(err, ERR_PEER, 0, "broker.session", "unexpected message %u", r.type);
	}
}

static int expect_ready(struct broker_session *s, struct err *err)
{
	scoped_str struct str buf = STR_INIT;
	struct wire_in r;
	int outcome = chan_recv_wire(s->agent, &buf, NULL, &r, err);
	if (outcome < 0)
		return -1;
	if (outcome != CHAN_MESSAGE || r.type != MSG_BROKER_READY)
		return err_set(err, ERR_PEER, 0, "broker.start", "the broker did not come up");
	return wire_end(&r, err);
}

static int send_instance(struct broker_session *s, const struct work_spec *spec, struct err *err)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	broker_instance_put(&w, spec->instance);
	if (chan_send(s->agent, &w, NULL, 0, err) < 0)
		return -1;
	for (size_t i = 0; i < spec->n_parameters; i++) {
		struct broker_pair pair = {
			span_str(spec->parameters[i].key), span_str(spec->parameters[i].value)};
		broker_pair_put(&w, MSG_PARAM, &pair);
		if (chan_send(s->agent, &w, NULL, 0, err) < 0)
			return -1;
	}
	broker_end_put(&w, MSG_PARAMS_END, (uint32_t)spec->n_parameters);
	return chan_send(s->agent, &w, NULL, 0, err);
}

int broker_session_start(struct node *node, const struct work_spec *spec,
	struct broker_session *ret, struct err *err)
{
	scoped_fd_chan their_agent = FD_INIT;
	scoped_fd_chan their_engine = FD_INIT;
	*ret = (struct broker_session){.node = node, .agent = FD_INIT, .engine = FD_INIT};
	job_init(&ret->job, node);
	if (make_cache(node, spec, err) < 0 || chan_pair(&ret->agent, &their_agent, err) < 0 ||
		chan_pair(&ret->engine, &their_engine, err) < 0 ||
		launch(node, spec, ret, their_agent, their_engine, err) < 0)
		return -1;
	fd_chan_close(&their_agent);
	fd_chan_close(&their_engine);
	if (expect_ready(ret, err) < 0)
		return -1;
	if (spec->instance && send_instance(ret, spec, err) < 0)
		return node_peer_failed("cantle-broker", "broker.session", err);
	return loop_add(&node->loop, ret->agent.fd, EPOLLIN, on_message, ret, err);
}

void broker_session_end(struct broker_session *session)
{
	enum { BROKER_END_MS = 3000 };
	loop_remove(&session->node->loop, session->agent.fd);
	fd_chan_close(&session->agent);
	fd_chan_close(&session->engine);
	if (session->job.id) {
		struct err err = ERR_INIT;
		if (job_wait_exit(session->node, &session->job, BROKER_END_MS, &err) != 0)
			ERR_IGNORED(job_kill(
				session->node, &session->job, ignored)); /* ephemeral anyway */
	}
	job_done(&session->job);
	vec_done(&session->published);
}

int broker_session_add(struct broker_session *session, int fd, struct broker_cached *ret,
	struct str *buf, struct err *err)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct wire_in r;
	int outcome;
	loop_remove(&session->node->loop, session->agent.fd);
	broker_cache_add_put(&w, SPAN_EMPTY);
	if (chan_send(session->agent, &w, &fd, 1, err) < 0)
		return -1;
	outcome = chan_recv_wire(session->agent, buf, NULL, &r, err);
	if (outcome < 0)
		return -1;
	if (outcome == CHAN_MESSAGE && r.type == MSG_CACHED)
		return broker_cached_get(&r, ret, err);
	if (outcome == CHAN_MESSAGE && (r.type == MSG_BROKER_ERROR || r.type == MSG_BROKER_ENDED)) {
		struct err theirs = ERR_INIT;
		if (broker_error_get(&r, &theirs, err) < 0)
			return -1;
		*err = theirs;
		return -1;
	}
	return err_set(err, ERR_PEER, 0, "broker.session", "the broker ended");
}
