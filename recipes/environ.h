/* SPDX-License-Identifier: Apache-2.0 */
/* The `environment` option: lines K=V, or the name of a section of such options. */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "base/span.h"

/*
 * Shape:     sorted pairs; a value is %-formatted with the engine's own environment, never with
 *            the other pairs.
 * Ownership: everything lives as long as the engine.
 * Errors:    point at the option
 * Source:    slapos.recipe.build's EnvironMixin.
 */
struct part;

struct environ_pair {
	struct span key;
	struct span value; /* not formatted */
};

struct environ {
	struct environ_pair *pairs;
	size_t n;
};

/* Call from init: a section that is named becomes a dependency. */
must_check int environ_init(struct part *part, struct environ *ret, struct err *err);

/* Lines K=V of any option: blank lines are left out, both sides are stripped. */
must_check int environ_parse(
	struct part *part, const char *key, struct span text, struct environ *ret, struct err *err);

/* The whole NULL-ended environment of commands; says each pair in the log. */
must_check int environ_make(
	struct part *part, const struct environ *env, const char *const **ret, struct err *err);
