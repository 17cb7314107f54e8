/* SPDX-License-Identifier: Apache-2.0 */
/* Bring a source in: fetch it by URL and checksums, unpack it into a directory. */
#pragma once

#include "base/err.h"
#include "base/fd.h"
#include "base/span.h"
#include "recipes/option.h"
#include "recipes/unpack.h"

/*
 * Ownership: the file that comes back is the caller's, read-only.
 * Errors:    those of part_fetch() and unpack.h; a checksum that does not match points at its
 *            option
 */

/* `key` is the option that names the URL; the part's `alternate-url` is tried second. */
must_check int source_fetch(struct part *part, const char *key, struct span url,
	const struct checksums *sums, struct fd_file *ret, struct err *err);

/* Fetch the part's option `url` by its checksum options. */
must_check int source_fetch_url(struct part *part, struct fd_file *ret, struct err *err);

/* Fetch one `URL#checksum` token of the option `key`. */
must_check int source_fetch_token(struct part *part, const char *key, struct span token,
	struct fd_file *ret, struct err *err);

/* Unpack into a directory that exists. */
must_check int source_unpack(struct part *part, struct fd_file archive, const char *into,
	enum unpack_strip strip, struct err *err);
