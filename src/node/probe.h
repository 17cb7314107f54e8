/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine and its kernel can enforce: one row per facility, tried rather than guessed. */
#pragma once

#include <stddef.h>

#include "base/fd.h"

/*
 * Shape:     a constant table of rows, and one result per row in the same order.
 * Rules:     nothing of the host is changed: what has to be made (namespaces, a mount, a veth) is
 *            made in a child with namespaces of its own that ends at once. Needs no privilege; run
 *            by an unprivileged user, a namespace row says what such a user gets.
 * Ownership: results point into the table and hold their detail.
 * Source:    cantle(1), doctor; namespaces(7), cgroups(7), landlock(7), seccomp(2).
 */
enum probe_state {
	PROBE_ENFORCEABLE, /* works as partitions want it */
	PROBE_DEGRADED,    /* partitions run, with what `lost` says */
	PROBE_UNAVAILABLE, /* partitions cannot be started, or not with an address */
};

struct probe_result {
	const char *name; /* stable dotted id */
	enum probe_state state;
	const char *lost; /* what is lost where it is absent; for people */
	const char *fix;  /* what the operator can do */
	char detail[128]; /* what was found */
};

/* Number of rows, at most LIMIT_PROBE_ROWS. */
enum { LIMIT_PROBE_ROWS = 64 };
size_t probe_count(void);

/*
 * Try everything. `state` is the state directory, of which the free space is told; FD_NONE leaves
 * that row out of judgement. Returns the number of rows written.
 */
size_t probe_run(struct fd_dir state, struct probe_result ret[LIMIT_PROBE_ROWS]);

/* "enforceable", "degraded", "unavailable" */
const char *probe_state_name(enum probe_state state);
