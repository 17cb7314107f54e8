/* SPDX-License-Identifier: Apache-2.0 */
/* From a byte of a value back to its line and column, by reading the literal again. */
#include "engine/lex.h"
#include "engine/limit.h"
#include "engine/literal.h"
#include "engine/parse.h"

/* One line of a value and where it came from. */
struct row {
	uint32_t line;
	uint32_t col; /* of the first byte, before dedent */
	struct span text;
};

struct rows {
	VEC(struct row) v;
};

/* The source from line `line` on. */
static struct span text_from(const struct sources *sources, uint32_t file, uint32_t line)
{
	struct span rest = sources->v.items[file].text;
	struct span skipped;

	for (uint32_t i = 1; i < line; i++)
		if (!span_cut(&rest, '\n', &skipped))
			return SPAN_EMPTY;
	return rest;
}

static void collect(struct rows *rows, struct literal *literal, struct span rest, uint32_t line)
{
	struct lex_line lexed;

	while (lex_next(&rest, &lexed)) {
		struct span piece;

		line++;
		if (lexed.kind == LEX_COMMENT)
			continue;
		if (lexed.kind != LEX_INDENTED && lexed.kind != LEX_BLANK)
			return;
		if (!literal_piece(literal, lexed.raw, &piece))
			continue;
		literal_add(literal, lexed.raw);
		if (!vec_push(&rows->v, ((struct row){.line = line,
						.col = (uint32_t)(piece.ptr - lexed.raw.ptr) + 1,
						.text = piece})))
			return;
	}
}

/* Rows that are blank at the start of a block do not enter the value; the others lose `margin`. */
static struct where find_row(const struct rows *rows, bool is_block, size_t margin, uint32_t offset)
{
	struct where where = {0};
	bool is_started = !is_block;

	for (size_t i = 0; i < rows->v.n; i++) {
		struct row row = rows->v.items[i];
		size_t len;

		if (!is_started && lex_strip(row.text).len == 0)
			continue;
		is_started = true;
		if (is_block && lex_strip(row.text).len == 0)
			row.text.len = 0;
		if (is_block && row.text.len >= margin) {
			row.text = span_from(row.text, margin);
			row.col += (uint32_t)margin;
		}
		len = row.text.len;
		if (offset <= len)
			return (struct where){.line = row.line,
				.col = row.col + offset,
				.len = (uint32_t)(len - offset)};
		offset -= (uint32_t)len + 1;
	}
	return where;
}

struct where parse_locate(
	const struct sources *sources, uint32_t file, uint32_t line, uint32_t offset, uint32_t len)
{
	struct literal literal = LITERAL_INIT(LIMIT_FILE_BYTES);
	struct rows rows = {.v = VEC_INIT};
	struct lex_line first;
	struct span rest;
	struct where where = {.file = file, .line = line};

	if (file < SOURCE_FIRST_FILE || file >= sources->v.n)
		return where;
	rest = text_from(sources, file, line);
	if (!lex_next(&rest, &first) || first.kind != LEX_OPTION)
		return where;
	literal_begin(&literal, first.value);
	if (first.value.len > 0 &&
		!vec_push(&rows.v, ((struct row){.line = line,
					   .col = (uint32_t)(first.value.ptr - first.raw.ptr) + 1,
					   .text = first.value})))
		return where;
	collect(&rows, &literal, rest, line);
	where = find_row(&rows, literal.is_block,
		literal_margin(lex_strip_right(str_span(&literal.text))), offset);
	if (where.line == 0)
		where = (struct where){.line = line, .col = 1, .len = (uint32_t)first.name.len};
	where.file = file;
	if (len < where.len)
		where.len = len;
	literal_done(&literal);
	vec_done(&rows.v);
	return where;
}

struct where piece_where(const struct sources *sources, const struct piece *piece)
{
	return parse_locate(
		sources, piece->file, piece->line, piece->offset, (uint32_t)piece->text.len);
}

struct where option_where(const struct config *config, const struct option *option)
{
	struct span line = sources_line(&config->sources, option->file, option->line);
	struct lex_line lexed;

	if (option->file < SOURCE_FIRST_FILE || !lex_next(&line, &lexed) ||
		lexed.kind != LEX_OPTION)
		return (struct where){.file = option->file, .line = option->line};
	return (struct where){.file = option->file,
		.line = option->line,
		.col = 1,
		.len = (uint32_t)lexed.name.len};
}
