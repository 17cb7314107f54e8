/* SPDX-License-Identifier: Apache-2.0 */
/* The log of one run of the engine: a pipe into a bounded file, and its last lines. */
#pragma once

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "node/node.h"

/*
 * Shape:  the engine and what it starts write into a pipe, so that no descriptor of theirs names a
 *         file of the host; the agent copies to node/log/<name>, at most WORK_LOG_BYTES.
 * Errors: work.log
 */
struct work_log {
	struct node *node;
	struct fd_file pipe;
	struct fd_file file;
	const char *path; /* for people */
	struct str tail;  /* the last kilobytes */
	uint64_t size_bytes;
	bool is_full;
};

void work_log_init(struct work_log *log);
/* *ret_end is the writing end, for the process. */
must_check int work_log_open(struct work_log *log, struct node *node, const char *name,
	struct fd_file *ret_end, struct err *err);
/* The last lines as events. */
void work_log_tail(const struct work_log *log, struct node *node);
void work_log_close(struct work_log *log, struct node *node);
