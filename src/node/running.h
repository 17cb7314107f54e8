/* SPDX-License-Identifier: Apache-2.0 */
/* Which partitions run, told apart from whatever got their process ids later. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "node/node.h"

/*
 * Shape:  a process is { boot id, pid, start time }: unique as long as the machine knows it.
 * Errors: running.boot, running.stat
 * Source: proc(5) /proc/pid/stat field 22, /proc/sys/kernel/random/boot_id
 */
struct running {
	int64_t pid;
	int64_t starttime;
	const char *boot; /* in the node's arena */
};

must_check int running_identify(
	struct node *node, int64_t pid, struct running *ret, struct err *err);
/* True while the recorded process lives and is no zombie. */
bool running_is(struct node *node, const struct store_partition *row);
