/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the line and column of a value in JSON text, and how far two words are apart. */
#pragma once

#include <stddef.h>

#include "base/span.h"

/*
 * Shape:  a path of steps (key or index) from the root -> line and column, both from 1.
 * Limits: the text has passed the parser; a path that is not in it ends at the deepest step found.
 * Source: RFC 8259. Jansson keeps no positions of values, so a failing reader asks here.
 */
struct reader_step;

struct where_pos {
	size_t line;
	size_t column;
};

/* Of a member, the position of its key. */
struct where_pos where_find(struct span json, const struct reader_step *steps, size_t n_steps);

/* Edit distance (Levenshtein); words longer than 63 bytes are as far apart as they are long. */
size_t where_distance(const char *a, const char *b);
