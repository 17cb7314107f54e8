/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of processes and their limits, on both versions of the interface. */
#pragma once

#include "isolate/apply/apply.h"

/*
 * Errors: cgroup.make, cgroup.set, cgroup.enter, cgroup.remove, cgroup.read
 * Source: Documentation/admin-guide/cgroup-v2.rst; clone3(2) CLONE_INTO_CGROUP.
 */
must_check int cgroup_make_apply(
	const struct launch *launch, const struct plan_op *op, struct err *err);
must_check int cgroup_set_apply(
	const struct launch *launch, const struct plan_op *op, struct err *err);
/* Kill what is inside, wait a bounded time until it is empty, remove it. Missing is done. */
must_check int cgroup_remove_apply(
	const struct launch *launch, uint32_t at, const char *rel, struct err *err);
/* At most size bytes of one file; ret_n is how many. */
must_check int cgroup_read_apply(const struct launch *launch, const struct plan_op *op, char *buf,
	size_t size, size_t *ret_n, struct err *err);
/* The v2 group that a process is cloned into, open; FD_NONE where the plan has none. */
must_check int cgroup_clone_fd(const struct launch *launch, struct fd_dir *ret, struct err *err);
/* Child, first of all: go into the v1 groups. */
must_check int cgroup_enter_child(struct launch *launch, struct err *err);
/* After the end: did the kernel kill for lack of memory? Then remove the groups marked so. */
bool cgroup_had_oom(const struct launch *launch);
void cgroup_leave_apply(const struct launch *launch);
