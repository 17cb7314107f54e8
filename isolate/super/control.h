/* SPDX-License-Identifier: Apache-2.0 */
/* The supervisor's socket: who asks what runs, and asks to start, stop and restart. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"

/*
 * Limits:    LIMIT_CONTROL_CLIENTS at a time; one more makes the longest silent one go. A client
 *            that breaks the rules or does not read its answers is dropped.
 * Ownership: owns the listener and the connections.
 * Errors:    super.control
 * Source:    wire/msg_super.h
 */
enum { LIMIT_CONTROL_CLIENTS = 8 };

struct super;

struct control_client {
	struct fd_chan chan;
	uint64_t heard_ms;
	struct super *super;
};

struct control {
	struct fd_chan listener;
	struct control_client clients[LIMIT_CONTROL_CLIENTS];
};

void control_init(struct control *control);
/* Take the listening socket and wait for clients in the supervisor's loop. */
must_check int control_open(struct super *s, struct fd_chan *listener, struct err *err);
void control_done(struct super *s);
