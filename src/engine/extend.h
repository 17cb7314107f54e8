/* SPDX-License-Identifier: Apache-2.0 */
/* The extends graph: which files, in which order, merged into one configuration. */
#pragma once

#include "engine/config.h"

/*
 * Order:  every file once, at its first position in depth-first post-order: a file comes after the
 *         files that it extends, those from left to right; later ones win.
 * Merge:  a section that is new to the merge starts empty, so that its `x += a` becomes x = "\na".
 *         Only the sections of a profile that stands alone are taken over verbatim.
 * Names:  relative to the extending file's directory or URL; `~/` is not expanded (a partition has
 *         no user); an absolute path stays local under a URL. Normalised before comparison.
 * Errors: E0201 cannot open, E0202 recursive, E0203 extended-by; extend.* limits.
 * Source: slapos-head.md 1.
 */
struct cond_env;
struct fetch;

/*
 * Read the roots and everything they extend into config->sections, over what is there already (the
 * defaults). fetch may be NULL: no URLs.
 */
must_check int extend_load(struct config *config, const struct cond_env *env, struct fetch *fetch,
	const struct span *roots, size_t n_roots, struct err *err);

/* Merge one parsed file over the configuration. */
struct parsed;
must_check int extend_merge(struct config *config, const struct parsed *parsed, uint32_t file,
	bool is_alone, struct err *err);

/* Resolve `name` as written in a file whose directory is `base`; normalised, in the arena. */
must_check int extend_resolve(struct config *config, struct span base, struct span name,
	struct span *ret_path, struct err *err);
bool extend_is_url(struct span name);
