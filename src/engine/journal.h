/* SPDX-License-Identifier: Apache-2.0 */
/* What an unfinished installation may have left on disk, so that the next run can wipe it. */
#pragma once

#include "base/err.h"
#include "base/fd.h"
#include "base/span.h"

struct installed;

/*
 * Shape:   `<installed file>.journal`: "part NAME" and "path PATH" lines, appended before a path is
 *          made. It is emptied when the part is recorded in the installed file.
 * Recover: the paths of a part that the installed file does not list are removed; a part that it
 *          lists has finished (an update is simply run again).
 * Errors:  journal.open, journal.write
 */
struct journal {
	struct fd_file file;
	const char *path;
};

#define JOURNAL_INIT ((struct journal){.file = FD_INIT})
/* Wipe what an earlier run left unfinished, and start anew. n_removed counts paths. */
must_check int journal_open(struct journal *journal, const char *path, const char *directory,
	const struct installed *installed, size_t *ret_n_removed, struct err *err);
must_check int journal_part(struct journal *journal, const char *name, struct err *err);
must_check int journal_path(struct journal *journal, const char *path, struct err *err);
/* What was noted reaches the disk: before the thing is done that it tells of. */
must_check int journal_sync(struct journal *journal, struct err *err);
/* The part is recorded: nothing is unfinished. */
must_check int journal_clear(struct journal *journal, struct err *err);
/* Close; the file is removed when nothing is unfinished. */
void journal_done(struct journal *journal);

/*
 * Remove a file or tree at an absolute path, or relative to directory. Missing is done. What holds
 * the directory itself is refused.
 */
must_check int remove_path(const char *directory, struct span path, struct err *err);
