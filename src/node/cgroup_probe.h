/* SPDX-License-Identifier: Apache-2.0 */
/* Where this host's cgroup controllers live: v2, v1 or both. */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "base/fd.h"
#include "isolate/plan/cgroup_plan.h"

/*
 * Shape:     one root a mounted hierarchy, in the order of discovery; the layout names them by the
 *            launcher's numbers, of which 0 is the state directory.
 * Ownership: the descriptors (O_RDONLY) are the caller's.
 * Limits:    CGROUP_ROOTS_MAX hierarchies; more than that carry no controller of ours.
 * Errors:    cgroup.probe
 * Source:    proc(5) /proc/self/mountinfo, cgroups(7).
 */
enum { CGROUP_ROOTS_MAX = 8 };

must_check int cgroup_probe(struct cgroup_layout *ret, struct fd_dir roots[CGROUP_ROOTS_MAX],
	size_t *ret_n, struct err *err);

/* The pure half: which mount point serves which controller. For tests. */
struct cgroup_mount {
	struct span path; /* as mountinfo spells it, octal escapes included */
	bool is_v2;
	bool has[CGROUP_N];
};
size_t cgroup_mounts(struct span mountinfo, struct cgroup_mount ret[CGROUP_ROOTS_MAX]);
