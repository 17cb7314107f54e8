/* SPDX-License-Identifier: Apache-2.0 */
/* A download cache: files named by their checksum, verified whenever they are used. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/hash.h"

/*
 * Shape:     sha256-HEX, md5-HEX and sha512-HEX are hard links of one file; url-MD5OFURL is a
 *            symbolic link to "sha256-HEX", for what was asked for without a checksum;
 *            tmp-PID-N is a download in progress, held by flock(2).
 * Ownership: an entry's file is the caller's, open read-only. A `struct cache_tmp` removes its
 *            file when it is dropped before cache_commit().
 * Crash:     the file is synced before it gets its name; the sweep at start removes what no living
 *            process holds.
 * Errors:    cache.open, cache.write, cache.commit
 */
enum cache_outcome { CACHE_FOUND = 0, CACHE_ABSENT = 1, CACHE_CORRUPT = 2 };

struct cache_entry {
	struct fd_file file;
	uint64_t size_bytes;
	struct hash_hex sha256;
};

#define CACHE_ENTRY_INIT                                                                           \
	(struct cache_entry)                                                                       \
	{                                                                                          \
		.file = FD_INIT                                                                    \
	}

struct cache_digests {
	struct hash_hex md5;
	struct hash_hex sha256;
	struct hash_hex sha512;
};

struct cache_tmp {
	struct fd_dir dir; /* borrowed */
	struct fd_file file;
	char name[40];
	uint64_t size_bytes;
	struct hash hashes[3];
};

#define CACHE_TMP_INIT                                                                             \
	(struct cache_tmp)                                                                         \
	{                                                                                          \
		.dir = FD_INIT, .file = FD_INIT                                                    \
	}

#define scoped_cache_entry __attribute__((cleanup(cache_entry_done)))
#define scoped_cache_tmp   __attribute__((cleanup(cache_drop)))

void cache_entry_done(struct cache_entry *entry);

/* Look up by checksum (lower-case hex) and verify; a corrupt file is left where it is. */
must_check int cache_find(struct fd_dir dir, enum hash_kind kind, struct span hex,
	struct cache_entry *ret, struct err *err);
/* Look up an unverified download by what was asked for; verified against its own name. */
must_check int cache_find_url(
	struct fd_dir dir, struct span url, struct cache_entry *ret, struct err *err);
/* Remove a file that turned out to be corrupt; failing to is no harm, it is verified each time. */
void cache_forget(struct fd_dir dir, enum hash_kind kind, struct span hex);

/* Begin a new file; drop what the variable held. */
must_check int cache_begin(struct fd_dir dir, struct cache_tmp *ret, struct err *err);
must_check int cache_write(struct cache_tmp *tmp, struct span bytes, struct err *err);
/* Once, when all is written. */
struct cache_digests cache_digest(struct cache_tmp *tmp);
/* Give the file its names; url is empty where a checksum was given. */
must_check int cache_commit(struct cache_tmp *tmp, const struct cache_digests *digests,
	struct span url, struct cache_entry *ret, struct err *err);
void cache_drop(struct cache_tmp *tmp);

/* Remove unfinished files of processes that are gone. */
must_check int cache_sweep(struct fd_dir dir, struct err *err);
