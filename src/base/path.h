/* SPDX-License-Identifier: Apache-2.0 */
/* Lexical paths, opening beneath a directory, atomic replacement, bounded tree removal. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/span.h"
#include "base/str.h"

/*
 * Units:  modes are permission bits; *_rel paths are relative to the directory descriptor beside.
 * Errors: path.open, path.mkdir, path.write, path.remove, path.read
 * Source: openat2(2): RESOLVE_BENEATH, RESOLVE_NO_MAGICLINKS.
 */

/* Last component of a path without trailing slashes; "/" for the root. */
struct span path_base(struct span path);
/* What stands before the last component; "." where there is none. */
struct span path_dir(struct span path);
/* base + "/" + name, or name alone where it is absolute. */
void path_join(struct str *ret, struct span base, struct span name);
/* Remove ".", double slashes and "x/.." by text alone, as Python's os.path.normpath. */
void path_normalise(struct str *ret, struct span path);
/* True for a non-empty relative path without "." and ".." components. */
bool path_is_plain_rel(struct span path);

/* Open beneath at; never follows out of it nor through a magic link. flags as open(2). */
must_check int path_open(struct fd_dir at, const char *rel, int flags, mode_t mode,
	struct fd_file *ret, struct err *err);
must_check int path_open_dir(
	struct fd_dir at, const char *rel, struct fd_dir *ret, struct err *err);
/* Make the directory and its parents; existing ones are kept. Links are followed, as by mkdir -p: not
 * for a tree that somebody else writes. */
must_check int path_mkdirs(struct fd_dir at, const char *rel, mode_t mode, struct err *err);

/* Whole file of at most limit bytes; ERR_LIMIT beyond. */
must_check int path_read(
	struct fd_dir at, const char *rel, size_t limit, struct str *ret, struct err *err);
must_check int fd_read_all(struct fd_file file, size_t limit, struct str *ret, struct err *err);
/* All bytes, through EINTR and short writes. */
must_check int fd_write_all(int fd, struct span bytes, struct err *err);

/* Replace a file whole: temporary file, fsync, rename, fsync of the directory. */
must_check int path_write_atomic(
	struct fd_dir at, const char *rel, struct span bytes, mode_t mode, struct err *err);

/*
 * Remove a file or a whole tree, never following a symbolic link nor crossing a mount. Missing is
 * done. Any depth takes at most two descriptors for each of PATH_DEPTH_MAX levels; read-only
 * directories are made writable first.
 */
enum { PATH_DEPTH_MAX = 128 };
must_check int path_remove_tree(struct fd_dir at, const char *rel, struct err *err);
