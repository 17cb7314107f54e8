/* SPDX-License-Identifier: Apache-2.0 */
/* Locks under node/lock: ephemeral slots, and what only one command may work on at a time. */
#pragma once

#include "base/err.h"
#include "node/node.h"

/*
 * Shape:     flock(2) on files in node/lock: a killed holder's locks are free at once.
 * Ownership: the descriptor is the lock; closing it gives it back.
 * Errors:    lease.slots (none free), lease.lock, ctl.cancelled while waiting
 */

/* A slot for `cantle run`, held by *ret_lock. */
must_check int lease_slot(
	struct node *node, unsigned *ret_slot, struct fd_file *ret_lock, struct err *err);

/* The lock of that name; waits, saying on `what`, while another command holds it. */
must_check int lease_lock(struct node *node, const char *name, const char *what,
	struct fd_file *ret, struct err *err);
/* 0 taken, 1 another command holds it. */
must_check int lease_try(struct node *node, const char *name, struct fd_file *ret, struct err *err);
