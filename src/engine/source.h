/* SPDX-License-Identifier: Apache-2.0 */
/* The files that a configuration was read from, and positions in them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"

struct arena;
struct str;

/*
 * Shape:     sources[i] is one file, in the order of opening; the first SOURCE_FIRST_FILE are not files.
 * Units:     lines and columns start at 1; columns count bytes; 0 means "unknown".
 * Ownership: texts and paths live in the engine's arena.
 */
enum source_pseudo {
	SOURCE_DEFAULT,      /* DEFAULT_VALUE */
	SOURCE_COMPUTED,     /* COMPUTED_VALUE */
	SOURCE_COMMAND_LINE, /* COMMAND_LINE_VALUE */
	SOURCE_IMPLICIT,     /* IMPLICIT_VALUE */
	SOURCE_FIRST_FILE,
};

struct where {
	uint32_t file;
	uint32_t line;
	uint32_t col;
	uint32_t len; /* bytes to underline, at least 1 */
};

struct source {
	struct span path; /* absolute path or URL */
	struct span base; /* directory of it, no trailing slash; empty for what is not a file */
	struct span text; /* '\n' line ends only */
	uint32_t by_file; /* who extended it first; itself for a root */
	uint32_t by_line;
	uint32_t by_col;
};

struct sources {
	VEC(struct source) v;
};

/* Adds the pseudo sources. */
must_check int sources_init(struct sources *sources, struct err *err);
void sources_done(struct sources *sources);
must_check int sources_add(
	struct sources *sources, const struct source *source, uint32_t *ret_index, struct err *err);
/* Line `line` of the file without its end; empty where there is none. */
struct span sources_line(const struct sources *sources, uint32_t file, uint32_t line);

/*
 * Bring text into the engine's form: '\n' line ends, in place. Errors (step "lex.nul", "lex.utf8", "lex.line",
 * "lex.size") name the line in *ret_line.
 */
must_check int source_normalise(char *text, size_t *len, uint32_t *ret_line, struct err *err);
