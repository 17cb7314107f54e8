/* SPDX-License-Identifier: Apache-2.0 */
/* The file system of a partition: a new root built from the template, the plan and procfs. */
#pragma once

#include "isolate/apply/apply.h"

/*
 * Shape:  the child's mount namespace starts as a copy of the template's (template_apply.h). A tmpfs
 *         becomes the new root: mount points are made in it, then the template's own mounts and the
 *         detached trees of the plan are moved onto them; at last it covers the old root and is
 *         made read-only. Nothing of the host was ever in this namespace, so nothing is unmounted,
 *         which would cost an RCU grace period.
 * Errors: mount.root mount.dir mount.file mount.link mount.tmpfs mount.base mount.dev mount.bind
 *         mount.proc mount.mask mount.enter
 * Source: mount_namespaces(7), move_mount(2), mount_setattr(2).
 */

/* Make a file system of a type with options "key=value" or "flag", detached. */
struct mount_option {
	const char *key;
	const char *value; /* NULL: a flag */
};
must_check int mount_make(const char *type, const struct mount_option *options, size_t n,
	uint64_t attr, struct fd_mount *ret, struct err *err);
must_check int mount_tmpfs_make(uint64_t size_bytes, uint32_t n_inodes, uint32_t mode,
	uint64_t attr, struct fd_mount *ret, struct err *err);

/* Launcher: open the sources of all bind mounts as detached trees, in the host's mount namespace. */
must_check int mount_sources_apply(struct launch *launch, struct err *err);
/* Child, in the order of the stage table. */
must_check int mount_root_child(struct launch *launch, struct err *err);
must_check int mount_tree_child(struct launch *launch, struct err *err);
must_check int mount_proc_child(struct launch *launch, struct err *err);
must_check int mount_mask_child(struct launch *launch, struct err *err);
must_check int mount_enter_child(struct launch *launch, struct err *err);
