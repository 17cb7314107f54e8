/* SPDX-License-Identifier: Apache-2.0 */
/* How the lines of one option become its value: strip, block mode, dedent. */
#pragma once

#include "base/str.h"
#include "engine/lex.h"

/*
 * Shape: literal_init(first line), literal_add(each continuation line), literal_end().
 *        Text on the option's own line: every line is stripped, blank ones are dropped.
 *        Nothing there: a block; lines keep their indentation, which is then dedented as a whole.
 * Source: zc.buildout 3.0.1 configparser, Python's textwrap.dedent.
 */
struct literal {
	struct str text;
	struct span first; /* value on the option's line */
	bool is_block;
	bool is_single; /* no continuation was added */
};

#define LITERAL_INIT(limit) ((struct literal){.text = STR_INIT_LIMIT(limit)})
void literal_begin(struct literal *literal, struct span first);
/* The piece that the line adds (behind a '\n'); false when it adds nothing. */
bool literal_piece(const struct literal *literal, struct span raw, struct span *ret_piece);
void literal_add(struct literal *literal, struct span raw);
/* The value: a span of the source where it is a single line, else of literal->text. */
struct span literal_end(struct literal *literal);
void literal_done(struct literal *literal);

/* Length of the longest common indentation of the non-blank lines. */
size_t literal_margin(struct span text);
