/* SPDX-License-Identifier: Apache-2.0 */
/* Which programs etc/run and etc/service hold now, and what each of them is. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"
#include "wire/msg_super.h"

/*
 * Shape:  executable regular files, or symbolic links to them, by name; names that begin with a
 *         dot, hold control characters or are longer than LIMIT_SUPER_NAME are left out.
 * Print:  a number that changes when the link's target or the program's content does (its identity,
 *         size and times where it is unreadable or longer than SCAN_CONTENT_BYTES); rewriting a
 *         file with the same content does not change it.
 * Limits: LIMIT_SUPER_SERVICES entries; more are left out and counted.
 * Errors: super.scan
 */
enum { SCAN_CONTENT_BYTES = 1 << 20 };

struct scan_entry {
	char name[LIMIT_SUPER_NAME + 1];
	enum super_kind kind;
	uint64_t print;
};

struct scan {
	struct scan_entry entries[LIMIT_SUPER_SERVICES];
	size_t n;
	size_t n_left_out;
};

/* "etc/run" or "etc/service". */
const char *scan_dir_name(enum super_kind kind);

/* Add the programs of one directory, sorted by name; a missing directory has none. */
must_check int scan_add(
	struct scan *scan, struct fd_dir home, enum super_kind kind, struct err *err);
