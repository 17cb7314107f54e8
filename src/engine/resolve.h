/* SPDX-License-Identifier: Apache-2.0 */
/* Lazy resolution: macros, references, and the order in which sections and recipes come to life. */
#pragma once

#include "engine/config.h"

/*
 * Order:  a section is registered, its macros are expanded, its options with references are
 *         substituted in the order of their names (which initialises the sections they name, and
 *         so on), then its recipe is initialised: dependencies come before dependants.
 * Errors: E0301 unknown option, E0302 unknown section, E0303 malformed reference, E0304 cycle,
 *         E0305 unknown macro, E0306 macro loop, E0503 too deep, E0504 too large. Each has the
 *         place of the reference, the nearest name, and where the section is written.
 * Source: zc.buildout 3.0.1 Options; slapos-head 2, 3.
 */
struct resolve_frame {
	const struct resolve_frame *outer;
	uint32_t section;
	const struct option *option;
};

struct resolve {
	struct config *config;
	/* Called when a section with a recipe has its options; may call back into the resolver. */
	int (*init_part)(void *context, uint32_t section, struct span recipe, struct err *err);
	void *context;
	const struct resolve_frame *chain; /* options being substituted, innermost first */
	uint32_t depth;
};

/* Text with references, and where it is written. */
struct resolve_origin {
	const struct piece *value; /* NULL: text from outside the configuration */
	const char *path;          /* of such a text */
};

/* Initialise the section `name` [buildout[name]]; from: what to point at when it is missing. */
must_check int resolve_section(struct resolve *r, struct span name, struct where from,
	uint32_t *ret_section, struct err *err);
/* Expand the macros of a section; its `live` options are valid afterwards. */
must_check int resolve_expand(struct resolve *r, uint32_t section, struct err *err);
/* The option of an initialised section, escapes kept; marked used. Absent: {NULL, 0}. */
must_check int resolve_get(struct resolve *r, uint32_t section, struct span key,
	struct span *ret_value, struct err *err);
must_check int resolve_option(struct resolve *r, uint32_t section, struct option *option,
	struct span *ret_value, struct err *err);
/* Substitute any text as if it stood in the section; the result ends with a NUL. */
must_check int resolve_text(struct resolve *r, uint32_t section, struct span text, const char *path,
	struct span *ret_text, struct err *err);

/* Report a missing option or section with the nearest name; both return -1. */
int resolve_missing_option(
	struct resolve *r, uint32_t section, struct span key, struct where from, struct err *err);
int resolve_missing_section(
	struct resolve *r, struct span name, struct where from, struct err *err);
/* Notes: where the section is written. */
void resolve_note_section(struct resolve *r, const struct section *section);
