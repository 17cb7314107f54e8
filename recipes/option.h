/* SPDX-License-Identifier: Apache-2.0 */
/* Values of options that several recipes read alike: modes, checksums, URLs with a checksum. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/span.h"

/*
 * Shape:     checksum options: `md5sum` and `sha256sum`, both checked where both are given.
 *            URL tokens: URL, URL#<32 hex digits>, URL#md5=<hex>, URL#sha256=<hex>.
 * Ownership: spans live as long as the part's engine.
 * Errors:    those of part_error_at(): the diagnostic points at the option.
 * Source:    zc.buildout.download (md5sum), slapos.recipe.cmmi (URL#md5); sha256 is ours.
 */
struct part;

struct checksum {
	enum hash_kind kind;
	struct span hex;
};

struct checksums {
	struct checksum sha256; /* kind HASH_NONE: not given */
	struct checksum md5;
};

/* The value of the option is what is wrong: let its diagnostic say the cause. Returns -1. */
int option_fail(struct part *part, const char *key, const struct err *cause, struct err *err);

/* Memory of the engine is used up. Returns -1. */
int option_no_memory(struct err *err);

/* Octal permission bits; -1 where the option is absent or empty. */
must_check int option_mode(struct part *part, const char *key, int *ret_mode, struct err *err);

/* `yes` of old recipes: y, yes, 1, true in any case; everything else is false. */
must_check int option_truth(
	struct part *part, const char *key, bool fallback, bool *ret, struct err *err);

must_check int option_checksums(struct part *part, struct checksums *ret, struct err *err);

/* The checksum that stands behind the last '#' of a token; HASH_NONE and the whole token where
   there is none. */
must_check int option_url(struct part *part, const char *key, struct span token,
	struct span *ret_url, struct checksum *ret_sum, struct err *err);

static inline bool checksums_has_any(const struct checksums *sums)
{
	return sums->md5.kind != HASH_NONE || sums->sha256.kind != HASH_NONE;
}
