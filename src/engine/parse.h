/* SPDX-License-Identifier: Apache-2.0 */
/* One file of the buildout language: lines to sections and options with their final values. */
#pragma once

#include "engine/config.h"

/*
 * Shape:  parsed -> sections in order of first appearance -> options, operators still in the keys
 *         (`x +`). A value is one piece.
 * Errors: E0101 text before the first section, E0102 neither header nor option, E06xx conditions;
 *         LIMIT_* of limit.h.
 * Source: zc.buildout 3.0.1 configparser; slapos: `_profile_base_location_`.
 */
struct parsed_section {
	struct parsed_section *next;
	uint32_t name; /* symbol */
	uint32_t line;
	struct options options;
};

struct parsed {
	struct parsed_section *first;
	struct parsed_section *last;
	struct map section_of; /* name -> nth */
	VEC(struct parsed_section *) sections;
};

struct cond_env;

#define PARSED_INIT ((struct parsed){.section_of = MAP_INIT, .sections = VEC_INIT})
void parsed_done(struct parsed *parsed);
struct parsed_section *parsed_find(const struct parsed *parsed, struct span name);

/* env NULL: a state file, without conditions, whose option names may be anything. */
must_check int parse_file(struct config *config, const struct cond_env *env, uint32_t file,
	struct parsed *ret, struct err *err);

/*
 * Where byte `offset` of the literal that was written at (file, line) stands in the source. Reads
 * the literal again. `len` is cut at the end of its line.
 */
struct where parse_locate(
	const struct sources *sources, uint32_t file, uint32_t line, uint32_t offset, uint32_t len);
/* Where the value of a piece (its first byte) stands. */
struct where piece_where(const struct sources *sources, const struct piece *piece);
/* Where the key of the option stands. */
struct where option_where(const struct config *config, const struct option *option);
