/* SPDX-License-Identifier: Apache-2.0 */
/* Unpack source archives of strangers beneath one directory. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"

/*
 * Shape:     tar (ustar, GNU, pax; plain or gzip, bzip2, xz, lzma, lzip, zstd) or zip -> files,
 *            directories, symbolic and hard links. Everything in the archive is hostile.
 *            Skipped and counted: absolute names, names with "..", devices, pipes, sockets, and
 *            hard links to such names. Never kept: owner, set-id and sticky bits, write
 *            permission of group and others, extended attributes. A name that leads out of the
 *            directory through a symbolic link of the archive ends the unpacking.
 * Limits:    entries and bytes by struct unpack_limits.
 * Ownership: archive and directory are borrowed; the archive's offset moves.
 * Errors:    unpack.read, unpack.format, unpack.write, unpack.escape, unpack.limit, unpack.strip
 * Source:    libarchive's archive_read(3) reads; writing is ours, openat2(2) RESOLVE_BENEATH.
 */

/* The largest source trees in use have half a million files and 30 GiB. */
#define LIMIT_UNPACK_ENTRIES    ((uint64_t)2 << 20)
#define LIMIT_UNPACK_BYTES      ((uint64_t)64 << 30)
#define LIMIT_UNPACK_NAME_BYTES 4095

struct unpack_limits {
	uint64_t n_entries;
	uint64_t size_bytes;
};

struct unpack_report {
	uint64_t n_entries;
	uint64_t n_skipped;
};

enum unpack_strip {
	UNPACK_STRIP_AUTO, /* hoist where the only entry is a directory */
	UNPACK_STRIP_NEVER,
	UNPACK_STRIP_ALWAYS, /* anything but one directory is an error */
};

must_check int unpack_archive(struct fd_file archive, struct fd_dir into,
	const struct unpack_limits *limits, struct unpack_report *ret, struct err *err);

/* Move the content of the only top-level directory up, by the rule. */
must_check int unpack_hoist(struct fd_dir into, enum unpack_strip strip, struct err *err);
