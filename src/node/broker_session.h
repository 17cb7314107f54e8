/* SPDX-License-Identifier: Apache-2.0 */
/* A broker for one run: started as TB, told the instance, listened to. */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "node/job.h"
#include "node/node.h"
#include "node/work.h"

/*
 * Shape:     start, greet, then the engine's end of its channel is handed out; what is published is
 *            collected until the engine ends.
 * Ownership: owns job and channels until broker_session_end().
 * Errors:    broker.start, broker.session
 */
struct broker_session {
	struct node *node;
	struct job job;
	struct fd_chan agent;  /* ours */
	struct fd_chan engine; /* to be passed to the engine, then closed */
	VEC(struct store_pair) published;
	bool is_published; /* the set came to its end */
	struct err ended;  /* why the broker cut the session */
	bool is_ended;
};

must_check int broker_session_start(struct node *node, const struct work_spec *spec,
	struct broker_session *ret, struct err *err);
/* Close the channels and wait for the broker's end. */
void broker_session_end(struct broker_session *session);
/* The session for `cantle cache add`: send one file, learn its digests. */
must_check int broker_session_add(struct broker_session *session, int fd, struct broker_cached *ret,
	struct str *buf, struct err *err);
