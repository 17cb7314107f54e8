/* SPDX-License-Identifier: Apache-2.0 */
/* One run of the engine with its broker: a build of a release or a processing of an instance. */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "node/draft.h"
#include "node/node.h"
#include "wire/msg_broker.h"

/*
 * Shape:     the caller drafts the engine's partition (binds, arguments); work_run() starts the broker,
 *            gives the engine its channels, follows events, log and published values to the end.
 * Ownership: borrows the spec; published pairs are strings of the node's arena.
 * Limits:    WORK_LOG_BYTES of log are kept; the rest is counted.
 * Errors:    profile.error (shown as diagnostics already), build.failed, ctl.cancelled, job.*
 * Trust:     everything that comes back is T2's: bounded by the codecs, never a path or a name here.
 */
enum { WORK_LOG_BYTES = 256 << 20, WORK_TAIL_LINES = 20 };

struct work_spec {
	const char *subject; /* for messages: the profile or the instance */
	const char *log;     /* file in node/log */
	const char *retry;   /* command that would try again */
	const char *shell;   /* command that enters the partition, or NULL */
	int64_t tenant;
	const char *phase; /* build or instance */
	unsigned slot;
	const struct broker_instance *instance; /* phase instance */
	const struct store_pair *parameters;
	size_t n_parameters;
};

struct work_result {
	struct store_pair *published; /* freed by the caller */
	size_t n_published;
	bool has_published;
	unsigned n_parts; /* installed, updated or removed */
};

must_check int work_run(struct node *node, const struct work_spec *spec, struct draft *engine,
	struct work_result *ret, struct err *err);
