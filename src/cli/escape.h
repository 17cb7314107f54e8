/* SPDX-License-Identifier: Apache-2.0 */
/* Make text of a partition safe to show: nothing of it may steer the terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "base/str.h"

/*
 * Shape: printable text, TAB and, where asked for, line ends pass. Everything else is written out:
 *   control bytes as \x1b, control and direction-changing characters as \u{202e}, bytes that are
 *   not UTF-8 as \xff. CR LF is a line end. A backslash passes: what is shown is for reading.
 * Units and limits: a character that is cut between two pieces is held back, at most 3 bytes.
 * Ownership: none.
 * Errors: none; a failed `out` is the caller's to check.
 * Source: ECMA-48 (C0, C1, CSI, OSC), RFC 3629, Unicode TR9 (bidirectional controls).
 */
struct escape {
	bool is_utf8;     /* the terminal shows UTF-8; else only ASCII passes */
	bool keeps_lines; /* LF passes */
	char held[4];
	size_t n_held;
};

/* Add the next piece of a stream. */
void escape_add(struct escape *escape, struct span bytes, struct str *out);

/* The stream ended: what was held back is not a character. */
void escape_end(struct escape *escape, struct str *out);

/* One text on its own. */
void escape_text(struct span text, bool is_utf8, bool keeps_lines, struct str *out);
