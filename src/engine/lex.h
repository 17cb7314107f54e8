/* SPDX-License-Identifier: Apache-2.0 */
/* One physical line of a profile: what it is and where its pieces are. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/*
 * Shape:  comment ('#' or ';' in column 1) | indented (first character is white space; also blank lines) |
 *         [ name (: expression)? ] (# comment)? | key = value | => words | anything else.
 * White space is Python's str.isspace(), Unicode included.
 * Source: zc.buildout 3.0.1 configparser.
 */
enum lex_kind {
	LEX_COMMENT,
	LEX_INDENTED,
	LEX_HEADER,
	LEX_OPTION,
	LEX_BLANK,
	LEX_BAD,
};

struct lex_line {
	enum lex_kind kind;
	struct span raw;        /* the whole line, without its end */
	struct span name;       /* header: section name. option: key with its operator, `x +` */
	struct span expression; /* header: condition; ptr NULL without one */
	struct span value;      /* option: stripped text behind `=` */
};

/* Take the next line off *rest; false at the end. */
bool lex_next(struct span *rest, struct lex_line *ret_line);

/* Bytes of the white space character at the start of s, 0 when there is none. */
size_t lex_space(struct span s);
struct span lex_strip(struct span s);       /* str.strip() */
struct span lex_strip_right(struct span s); /* str.rstrip() */
