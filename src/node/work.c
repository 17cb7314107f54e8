/* SPDX-License-Identifier: Apache-2.0 */
/* One run of the engine with its broker. */
#include "node/work.h"

#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "node/broker_session.h"
#include "node/verb.h"
#include "node/work_log.h"
#include "wire/msg_event.h"

struct work {
	struct node *node;
	const struct work_spec *spec;
	struct work_log log;
	struct fd_chan events;
	struct work_result *result;
	char part[LIMIT_EVENT_PART + 1];
	bool has_diag;
	bool has_failed_part;
};

static void remember_part(struct work *w, struct span part)
{
	snprintf(w->part, sizeof(w->part), "%.*s", SPAN_ARG(part));
}

static void show_event(struct work *w, const struct event *e)
{
	struct node *node = w->node;
	remember_part(w, e->part);
	switch (e->kind) {
	case EVENT_PART_BEGIN:
	case EVENT_PART_STEP:
		ctl_event(node, CTL_EVENT_PROGRESS, w->part, e->text, 0);
		break;
	case EVENT_PART_END:
		/* An update is what a part does when nothing about it changed. */
		w->result->n_parts += !span_is(e->text, "update");
		ctl_event(node, CTL_EVENT_STEP, w->part, e->text, e->elapsed_ms);
		break;
	case EVENT_PART_FAILED:
		w->has_failed_part = true;
		ctl_event(node, CTL_EVENT_FAILED, w->part, e->text, e->elapsed_ms);
		break;
	case EVENT_DIAG:
		w->has_diag = true;
		ctl_event(node, CTL_EVENT_DIAG, w->part, e->text, 0);
		break;
	case EVENT_WARNING:
		ctl_event(node, CTL_EVENT_WARNING, w->part, e->text, 0);
		break;
	case EVENT_COUNT:
		ctl_event(node, CTL_EVENT_PROGRESS, "", e->text, 0);
		break;
	case EVENT_NOTE:
	case EVENT_KIND_END_:
		ctl_event(node, CTL_EVENT_NOTE, w->part, e->text, 0);
		break;
	}
}

static int on_event(void *context, uint32_t events, struct err *err)
{
	struct work *w = context;
	scoped_str struct str buf = STR_INIT;
	struct event event;
	struct wire_in r;
	int outcome = chan_recv_wire(w->events, &buf, NULL, &r, err);
	(void)events;
	if (outcome == CHAN_CLOSED) {
		loop_remove(&w->node->loop, w->events.fd);
		fd_chan_close(&w->events);
		return 0;
	}
	if (outcome < 0 || r.type != MSG_EVENT || event_get(&r, &event, err) < 0) {
		/* T2 may say anything; what is no event is not shown, and is no failure of ours. */
		err_clear(err);
		return 0;
	}
	show_event(w, &event);
	return 0;
}

static int start_engine(struct work *w, struct draft *engine, struct broker_session *broker,
	struct job *job, struct err *err)
{
	scoped_fd_file null = {open("/dev/null", O_RDONLY | O_CLOEXEC)};
	scoped_fd_file pipe_end = FD_INIT;
	scoped_fd_chan events = FD_INIT;
	if (work_log_open(&w->log, w->node, w->spec->log, &pipe_end, err) < 0 ||
		chan_pair(&w->events, &events, err) < 0 ||
		loop_add(&w->node->loop, w->events.fd, EPOLLIN, on_event, w, err) < 0)
		return -1;
	draft_pass(engine, null.fd);
	draft_pass(engine, pipe_end.fd);
	draft_pass(engine, pipe_end.fd);
	draft_pass(engine, broker->engine.fd);
	draft_pass(engine, events.fd);
	if (draft_start(engine, PLAN_EPHEMERAL | PLAN_AUTO_RELEASE | PLAN_SESSION, job, err) < 0)
		return -1;
	fd_chan_close(&broker->engine);
	return 0;
}

/* After the engine's end its pipe and channel still hold what it said last. */
static int drain(struct work *w, struct err *err)
{
	while (fd_chan_is_open(w->events) || fd_file_is_open(w->log.pipe))
		if (loop_once(&w->node->loop, -1, err) < 0)
			return -1;
	return 0;
}

static void show_failure(struct work *w, const struct job *job)
{
	struct node *node = w->node;
	if (!w->has_failed_part && !w->has_diag)
		ctl_say(node, CTL_EVENT_FAILED, "the engine ended with status %d%s", job->status,
			job->is_oom ? ": the memory limit was reached" : "");
	if (!w->has_diag || w->has_failed_part)
		work_log_tail(&w->log, node);
	ctl_event(node, CTL_EVENT_HINT, "log", span_str(w->log.path), 0);
	if (w->spec->shell && w->has_failed_part)
		ctl_event(node, CTL_EVENT_HINT, "shell", span_str(w->spec->shell), 0);
	ctl_event(node, CTL_EVENT_HINT, "retry", span_str(w->spec->retry), 0);
}

static int judge(
	struct work *w, const struct job *job, const struct broker_session *broker, struct err *err)
{
	if (job->status == EXIT_OK)
		return 0;
	show_failure(w, job);
	if (broker->is_ended && job->status != EXIT_CONFIG) {
		*err = broker->ended;
		return err_wrap(err, "the broker cut the session");
	}
	if (job->status == EXIT_CONFIG)
		return err_set(err, ERR_INPUT, 0, "profile.error", "%s: the profile has an error",
			w->spec->subject);
	return err_set(err, ERR_CHILD, 0, "build.failed", "%s: %s failed%s%s", w->spec->subject,
		span_is(span_str(w->spec->phase), "build") ? "the build" : "processing",
		w->part[0] ? " in part " : "", w->part);
}

static int follow(
	struct work *w, struct draft *engine, struct broker_session *broker, struct err *err)
{
	scoped_job job;
	job_init(&job, w->node);
	if (start_engine(w, engine, broker, &job, err) < 0 ||
		job_wait(w->node, &job, JOB_EXITED, false, err) < 0 || drain(w, err) < 0)
		return -1;
	if (judge(w, &job, broker, err) < 0)
		return -1;
	w->result->has_published = broker->is_published;
	w->result->published = broker->published.items;
	w->result->n_published = broker->published.n;
	broker->published.items = NULL;
	broker->published.n = broker->published.cap = 0;
	return 0;
}

int work_run(struct node *node, const struct work_spec *spec, struct draft *engine,
	struct work_result *ret, struct err *err)
{
	struct broker_session broker;
	struct work w = {.node = node, .spec = spec, .events = FD_INIT, .result = ret};
	int failed;
	*ret = (struct work_result){.published = NULL};
	work_log_init(&w.log);
	failed = broker_session_start(node, spec, &broker, err);
	if (failed == 0)
		failed = follow(&w, engine, &broker, err);
	broker_session_end(&broker);
	if (fd_chan_is_open(w.events))
		loop_remove(&node->loop, w.events.fd);
	fd_chan_close(&w.events);
	work_log_close(&w.log, node);
	return failed;
}
