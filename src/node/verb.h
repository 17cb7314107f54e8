/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of the control protocol: one function and one file each. */
#pragma once

#include "base/err.h"
#include "node/node.h"

/*
 * Shape:  a verb reads node->ctl.request, says what it does by events, writes its document by
 *         ctl_data(), and returns 0 with the exit status, or -1 with the error from which the status
 *         follows (verb_status()).
 * Source: cantle(1), EXIT STATUS.
 */
enum exit_status {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_RUNNING = 3,
	EXIT_NOT_FOUND = 4,
	EXIT_CONFLICT = 6,
	EXIT_PERMISSION = 7,
	EXIT_RESOURCE = 8,
	EXIT_TIMEOUT = 9,
	EXIT_BUILD = 11,
	EXIT_CONFIG = 12,
	EXIT_BUG = 70,
	EXIT_SETUP = 125,
	EXIT_INTERRUPTED = 130,
};

typedef int (*verb_fn)(struct node *node, int *ret_status, struct err *err);

int verb_build(struct node *node, int *ret_status, struct err *err);
int verb_request(struct node *node, int *ret_status, struct err *err);
int verb_run(struct node *node, int *ret_status, struct err *err);
int verb_ps(struct node *node, int *ret_status, struct err *err);
int verb_inspect(struct node *node, int *ret_status, struct err *err);
int verb_logs(struct node *node, int *ret_status, struct err *err);
int verb_exec(struct node *node, int *ret_status, struct err *err);
int verb_stop(struct node *node, int *ret_status, struct err *err);
int verb_start(struct node *node, int *ret_status, struct err *err);
int verb_destroy(struct node *node, int *ret_status, struct err *err);
int verb_gc(struct node *node, int *ret_status, struct err *err);
int verb_doctor(struct node *node, int *ret_status, struct err *err);
int verb_version(struct node *node, int *ret_status, struct err *err);
int verb_cache_add(struct node *node, int *ret_status, struct err *err);
int verb_node_down(struct node *node, int *ret_status, struct err *err);
