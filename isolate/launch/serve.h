/* SPDX-License-Identifier: Apache-2.0 */
/* The launcher's loop: requests from the channel, events of processes, answers. */
#pragma once

#include "isolate/apply/apply.h"
#include "wire/chan.h"

/*
 * Shape:  one epoll loop over the channel, each gate and each pidfd; single-threaded.
 * Limits: LIMIT_PARTS plans at a time.
 * Errors: serve.loop, serve.hello, and those that are sent as FAILED
 */
enum { LIMIT_PARTS = 1200 }; /* slots of a node, and joining processes beside */

/* Serve until the channel ends; then everything ephemeral or still at its gate is gone. */
must_check int serve(struct host *host, struct fd_chan chan, struct err *err);
