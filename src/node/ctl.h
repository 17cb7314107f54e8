/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's side of one command: its request, the events it sees, its cancellation. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "wire/chan.h"
#include "wire/msg_ctl.h"

/*
 * Shape:     HELLO out, REQUEST in, then EVENT and DATA out while signals may come in, RESULT out.
 * Ownership: owns the channel and the descriptors that came with the request.
 * Errors:    ctl.peer (the tool is gone or broke the protocol), ctl.cancelled (it asked to stop)
 */
struct node;
struct job;

struct ctl {
	struct fd_chan chan;
	struct ctl_request request;
	struct chan_fds fds;
	struct str buf;
	struct job *foreground; /* gets the signals; NULL: SIGINT and SIGTERM cancel */
	bool is_cancelled;
	bool is_gone;
};

/* Greet and receive the request into the node's arena. */
must_check int ctl_open(struct node *node, struct err *err);
/* Watch the channel in the node's loop from now on. */
must_check int ctl_watch(struct node *node, struct err *err);
/* ERR_CHILD "ctl.cancelled" once the user asked to stop or is gone. */
must_check int ctl_check(const struct node *node, struct err *err);

/* Events; a tool that is gone is noticed by the loop, not here. */
void ctl_event(struct node *node, enum ctl_event_kind kind, const char *subject, struct span text,
	uint64_t elapsed_ms);
void ctl_say(struct node *node, enum ctl_event_kind kind, const char *fmt, ...) printf_like(3, 4);
/* Any amount, in pieces. */
void ctl_data(struct node *node, struct span bytes);
/* Last message. err may be NULL. */
void ctl_result(struct node *node, int status, const struct err *err);

/* Take a descriptor of the request out; FD_NONE where it did not come. */
int ctl_take_fd(struct node *node, enum ctl_role role, size_t n);
/* Value of an option, or otherwise. */
const char *ctl_option(const struct node *node, const char *name, const char *otherwise);
bool ctl_has(const struct node *node, const char *name);
/* Positional word, or NULL. */
const char *ctl_word(const struct node *node, size_t i);
