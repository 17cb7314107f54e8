/* SPDX-License-Identifier: Apache-2.0 */
/* Replacing a whole file at an absolute path. */
#pragma once

#include <sys/types.h>

#include "base/err.h"
#include "base/span.h"

/*
 * Shape:  temporary file, fsync, rename, fsync of the directory. The directory's own path may lead
 *         through symbolic links; the file itself is never followed.
 * Errors: path.open, and those of path_write_atomic().
 */
must_check int replace_file(const char *path, struct span text, mode_t mode, struct err *err);
/* The same, only if the content differs: a file that is kept keeps its time stamps. */
must_check int replace_changed(const char *path, struct span text, mode_t mode, struct err *err);
