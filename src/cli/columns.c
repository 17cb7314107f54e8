/* SPDX-License-Identifier: Apache-2.0 */
/* Text in aligned columns. */
#include "cli/columns.h"

#include <string.h>

static bool enlarge(struct columns *columns)
{
	const size_t cap = columns->cap ? 2 * columns->cap : 64;
	const char **cells = arena_array(columns->arena, const char *, cap);

	if (!cells)
		return false;
	if (columns->n_cells)
		memcpy(cells, columns->cells, columns->n_cells * sizeof(*cells));
	columns->cells = cells;
	columns->cap = cap;
	return true;
}

void columns_add(struct columns *columns, struct span cell)
{
	const char *copy = arena_cstr(columns->arena, cell);

	if (!copy || (columns->n_cells == columns->cap && !enlarge(columns))) {
		columns->failed = true;
		return;
	}
	columns->cells[columns->n_cells++] = copy;
}

/* Characters of UTF-8 text; escaped text has none that are wider or narrower than one column. */
static size_t width_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

void columns_put(const struct columns *columns, struct str *out)
{
	const size_t n = columns->n_columns;
	size_t widths[LIMIT_COLUMNS] = {0};

	if (columns->failed || n == 0 || n > LIMIT_COLUMNS) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < columns->n_cells; i++) {
		const size_t width = width_of(columns->cells[i]);

		widths[i % n] = width > widths[i % n] ? width : widths[i % n];
	}
	for (size_t i = 0; i < columns->n_cells; i++) {
		const char *cell = columns->cells[i];

		if (i % n == 0)
			str_addf(out, "%*s", (int)columns->indent, "");
		str_adds(out, cell);
		if (i % n == n - 1)
			str_addc(out, '\n');
		else
			str_addf(out, "%*s", (int)(widths[i % n] - width_of(cell) + 2), "");
	}
}
