/* SPDX-License-Identifier: Apache-2.0 */
/* Ask the supervisor inside a partition what its services do. */
#pragma once

#include "base/err.h"
#include "node/node.h"
#include "wire/msg_super.h"

/*
 * Shape:  node/run/<slot>.sock, made and listened on by us, its descriptor handed to cantle-super.
 * Trust:  the answers are T2's: bounded in size, number and time, and escaped by whoever shows them.
 * Errors: super.socket, super.silent, super.session
 */
struct super_status {
	bool is_ready;
	const char *reason;     /* why not, in the node's arena */
	struct super_row *rows; /* in the node's arena */
	size_t n_rows;
};

/* The listening socket; an old one of the slot is replaced. */
must_check int super_listen(struct node *node, unsigned slot, struct fd_sock *ret, struct err *err);
must_check int super_ask(
	struct node *node, unsigned slot, struct super_status *ret, struct err *err);
void super_forget(struct node *node, unsigned slot);
