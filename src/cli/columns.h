/* SPDX-License-Identifier: Apache-2.0 */
/* Text in aligned columns, for listings that people read. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Shape: cells are added row by row, n_columns a row, the first row being the heading; columns_put()
 *   aligns them, two spaces between, nothing behind the last.
 * Limits: LIMIT_COLUMNS columns; rows as the arena allows.
 * Ownership: cells live in the arena.
 * Errors: none; a table without memory makes `out` fail.
 */
enum { LIMIT_COLUMNS = 16 };

struct columns {
	struct arena *arena;
	size_t n_columns;
	size_t indent;
	const char **cells;
	size_t n_cells;
	size_t cap;
	bool failed;
};

void columns_add(struct columns *columns, struct span cell);
void columns_put(const struct columns *columns, struct str *out);
