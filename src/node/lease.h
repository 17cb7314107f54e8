/* SPDX-License-Identifier: Apache-2.0 */
/* Locks under node/lock: ephemeral slots, and what only one command may work on at a time. */
#pragma once

#include "base/err.h"
#include "node/node.h"

/*
 * Shape:     flock(2) on files in node/lock. Every plan that is sent takes along the locks held at that
 *            moment: a killed command's locks are free once its launcher has put away what it did
 *            under them, and never before.
 * Ownership: the descriptor is the lock; lease_done() gives it back.
 * Errors:    lease.slots (none free), lease.lock, ctl.cancelled while waiting
 */

struct lease {
	struct node *node;
	struct fd_file file;
};

#define LEASE_INIT                                                                                 \
	{                                                                                          \
		.node = NULL, .file = FD_INIT                                                      \
	}
#define scoped_lease __attribute__((cleanup(lease_done))) struct lease
void lease_done(struct lease *lease);
struct lease lease_take(struct lease *lease);

/* A slot for `cantle run`, held by *ret_lock. */
must_check int lease_slot(
	struct node *node, unsigned *ret_slot, struct lease *ret_lock, struct err *err);

/* The lock of that name; waits, saying on `what`, while another command holds it. */
must_check int lease_lock(
	struct node *node, const char *name, const char *what, struct lease *ret, struct err *err);
/* 0 taken, 1 another command holds it. */
must_check int lease_try(struct node *node, const char *name, struct lease *ret, struct err *err);
