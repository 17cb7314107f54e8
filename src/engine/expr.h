/* SPDX-License-Identifier: Apache-2.0 */
/* The substitution syntax: text, ${section:option} and the escape $$. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "base/str.h"

/*
 * Shape:  text is split at `$$` first, then `${` up to the next `}` is a reference; a `${` without
 *         a `}` before the next `$$` is text. Escapes are kept as they are ("$$"), so that a value
 *         can be substituted into another one; expr_decode() is for the last reader.
 * Cost:   linear in the text.
 * Source: zc.buildout 3.0.1 Options._sub(); slapos: `$${` is decoded.
 */
struct expr_scan {
	struct span text;
	size_t at;
	size_t no_close; /* there is no '}' before this offset */
};

struct expr_token {
	bool is_reference;
	struct span text; /* of a reference: what stands between the braces */
	size_t offset;    /* of the token in the scanned text */
};

bool expr_next(struct expr_scan *scan, struct expr_token *ret_token);
bool expr_has_reference(struct span text);

enum expr_fault {
	EXPR_OK,
	EXPR_NO_COLON,
	EXPR_COLONS,
	EXPR_SECTION_CHARS,
	EXPR_OPTION_CHARS,
};
enum expr_fault expr_split(
	struct span reference, struct span *ret_section, struct span *ret_option);

/* Every "$${" becomes "${". */
bool expr_is_escaped(struct span text);
void expr_decode(struct str *out, struct span text);
