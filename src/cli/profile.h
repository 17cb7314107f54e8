/* SPDX-License-Identifier: Apache-2.0 */
/* Where a profile is, and which directory its build may see. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "cli/call.h"

/*
 * Shape: a URL passes as it is, without a root. A file becomes its real path, and the root is the
 *   top of its git tree, else its directory, else what --root names; it is opened for the agent,
 *   which shows it read-only, at this very path, to the build partition.
 * Ownership: paths live in the arena; the directory is the caller's.
 * Errors: profile.missing (with the nearest file that is there), profile.root, profile.limit
 */
struct profile {
	const char *path;      /* absolute, or a URL */
	const char *root_path; /* NULL for a URL */
	struct fd_dir root;
};

#define PROFILE_INIT                                                                               \
	(struct profile)                                                                           \
	{                                                                                          \
		.path = NULL, .root = FD_INIT                                                      \
	}

/* root_path is what --root named, or NULL. */
must_check int profile_find(const char *word, const char *root_path, struct arena *arena,
	struct profile *ret, struct err *err);

/* Find the profile of a word, by the command's --root, and put it and its root into the call. */
must_check int profile_add(
	struct cli *cli, struct call *call, const char *word, struct profile *ret, struct err *err);

void profile_done(struct profile *profile);
