/* SPDX-License-Identifier: Apache-2.0 */
/* Learn that something about the programs of a partition may have changed. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/fd.h"
#include "isolate/super/scan.h"

/*
 * Shape:     one inotify instance over HOME, HOME/etc, etc/run, etc/service and the file behind
 *            each of their entries. It is made anew before each scan: what changes later is seen
 *            by the new one, what changed before by the scan.
 * Ownership: watch_open() replaces and closes the old instance; remove it from a loop first.
 * Errors:    super.watch
 * Source:    inotify(7)
 */
#define WATCH_RESTART_FILE ".cantle-restart"

must_check int watch_open(struct fd_dir home, struct fd_file *ret, struct err *err);

/* Swallow what is pending. True where it concerns the programs. */
bool watch_read(struct fd_file watch);
