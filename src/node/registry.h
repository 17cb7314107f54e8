/* SPDX-License-Identifier: Apache-2.0 */
/* The machine-wide registry of nodes: which number belongs to which state directory. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"

/*
 * Shape:     /var/lib/cantle-nodes/<number> holds "<uuid> <path of the state directory>\n"; the state
 *            directory's `id` holds "<number> <uuid>\n". Both must agree; allocation is under flock(2)
 *            of the registry directory. A number whose state directory is gone is free again; one
 *            that may only be out of sight, in another mount namespace, is not: a command of it holds
 *            its entry by flock(2), or the machine has cgroups of its name.
 *            /var/lib/cantle-nodes/prefix holds the machine's random ULA /48 (RFC 4193).
 * Ownership: both files belong to root and are written only by root, before cantled drops its ids.
 * Errors:    registry.open, registry.full, registry.conflict
 */
struct registry_node {
	unsigned number;
	char uuid[37];
	uint8_t prefix[8];      /* the node's /64: ULA /48 + number */
	struct fd_dir registry; /* for the removal of the entry */
	struct fd_file entry;   /* its lock, shared by all commands of the node */
};

#define REGISTRY_NODE_INIT                                                                         \
	(struct registry_node)                                                                     \
	{                                                                                          \
		.registry = FD_INIT, .entry = FD_INIT                                              \
	}

/* Find or take the number of this state directory. state_path is absolute; groups are the tops of the
 * cgroup hierarchies. */
must_check int registry_open(struct fd_dir state, const char *state_path,
	const struct fd_dir *groups, size_t n_groups, struct registry_node *ret, struct err *err);
