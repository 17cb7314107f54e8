/* SPDX-License-Identifier: Apache-2.0 */
/* Where a part lives: its own directory of the buildout, or a shared one named by its options. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"

/*
 * Shape:     not shared: <parts-directory>/<part>; shared: <root>/<part>/<md5 of the document>,
 *            with the document in .buildout-shared.json and the tree read-only once it is built.
 *            The document is the JSON object of all options as they are when location_init() is
 *            called, and of the part's signature.
 * Ownership: everything lives as long as the engine.
 * Errors:    location.shared, and those of output.h
 * Source:    slapos.recipe.build's utils.Shared. Without a usable buildout:shared-part-list a
 *            part with `shared = true` is local, as there.
 */
struct part;

struct location {
	const char *path;
	bool is_shared;
	struct span document;
};

/* Call from init, before options are set: what is set later is not part of the name. */
must_check int location_init(struct part *part, struct location *ret, struct err *err);

enum location_failure {
	LOCATION_REMOVE, /* a failing install leaves nothing */
	LOCATION_KEEP,   /* what it made stays for inspection until the next run */
};

/* Empty the place and make it. 1: it is shared and built already, nothing is left to do. */
must_check int location_begin(struct part *part, const struct location *loc,
	enum location_failure failure, struct err *err);

/* The part is built: record it, or seal the shared tree. */
must_check int location_finish(struct part *part, const struct location *loc, struct err *err);
