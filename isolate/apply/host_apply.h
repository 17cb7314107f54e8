/* SPDX-License-Identifier: Apache-2.0 */
/* Directories and files of the state directory: made, removed, opened beneath its descriptor. */
#pragma once

#include "isolate/apply/apply.h"

/* Errors: dir.make, tree.remove, file.open. Source: openat2(2) RESOLVE_BENEATH | NO_SYMLINKS. */

/* Open beneath a directory: no symbolic or magic link on the way, no other mount with is_one_mount. */
must_check int beneath_open(struct fd_dir at, const char *rel, int flags, bool is_one_mount);

/* Idempotent: an existing directory of the right owner is kept, one of root is given away. */
must_check int dir_make_apply(
	const struct launch *launch, const struct plan_op *op, struct err *err);
must_check int tree_remove_apply(
	const struct launch *launch, const struct plan_op *op, struct err *err);
/* A regular file, for reading. */
must_check int file_open_apply(const struct launch *launch, const struct plan_op *op,
	struct fd_file *ret, struct err *err);
