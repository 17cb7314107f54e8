/* SPDX-License-Identifier: Apache-2.0 */
/* Files and directories that recipes make and own. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/span.h"

/*
 * Shape:   a file is written beside its place as ".<name>.tmp" and renamed, so that nobody ever
 *          sees half of it; a file that has the content already is not written again (its inode
 *          and time stay), only its mode is set.
 * Units:   mode -1: 0777 for a text that starts with "#!", else 0666, both less the umask.
 * Errors:  output.write, output.dir, output.remove
 * Source:  slapos.cookbook's GenericBaseRecipe.createFile, slapos.recipe.template.
 */
struct part;

enum { OUTPUT_MODE_DEFAULT = -1 };

must_check int output_write(const char *path, struct span content, int mode, struct err *err);

/* As output_write, and tell the engine before and after: journal and .installed.cfg. */
must_check int output_install(
	struct part *part, const char *path, struct span content, int mode, struct err *err);

/* Make the directory and its parents; an existing one is kept, anything else is an error. */
must_check int output_mkdirs(const char *path, unsigned mode, struct err *err);
/* The directory that holds the path, made where missing. */
must_check int output_mkdirs_of(const char *path, struct err *err);

/* Remove a file or tree at an absolute path; missing is done. */
must_check int output_remove(const char *path, struct err *err);

bool output_is_dir(const char *path);

/* Copy a file's bytes to a new file; it replaces what is there. */
must_check int output_copy(struct fd_file from, const char *path, int mode, struct err *err);
