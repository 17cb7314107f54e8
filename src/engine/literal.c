/* SPDX-License-Identifier: Apache-2.0 */
/* How the lines of one option become its value: strip, block mode, dedent. */
#include "engine/literal.h"

void literal_begin(struct literal *literal, struct span first)
{
	str_cut(&literal->text, 0);
	literal->first = first;
	literal->is_block = first.len == 0;
	literal->is_single = true;
}

bool literal_piece(const struct literal *literal, struct span raw, struct span *ret_piece)
{
	*ret_piece = literal->is_block ? lex_strip_right(raw) : lex_strip(raw);
	return literal->is_block || ret_piece->len > 0;
}

void literal_add(struct literal *literal, struct span raw)
{
	struct span piece;

	if (!literal_piece(literal, raw, &piece))
		return;
	if (literal->is_single)
		str_add(&literal->text, literal->first);
	literal->is_single = false;
	str_addc(&literal->text, '\n');
	str_add(&literal->text, piece);
}

static struct span indent_of(struct span line)
{
	size_t n = 0;

	while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
		n++;
	return span_first(line, n);
}

size_t literal_margin(struct span text)
{
	struct span rest = text;
	struct span line;
	struct span margin = SPAN_EMPTY;
	bool is_first = true;

	while (span_cut(&rest, '\n', &line)) {
		struct span indent = indent_of(line);
		size_t n = 0;

		if (indent.len == line.len)
			continue;
		if (is_first)
			margin = indent;
		is_first = false;
		while (n < margin.len && n < indent.len && margin.ptr[n] == indent.ptr[n])
			n++;
		margin.len = n;
	}
	return margin.len;
}

/* Drop `margin` bytes of every line, in place; lines of blanks become empty. */
static size_t dedent(char *text, size_t len, size_t margin)
{
	size_t out = 0;
	size_t at = 0;

	while (at <= len) {
		const char *end = at < len ? memchr(text + at, '\n', len - at) : NULL;
		size_t line_len = end ? (size_t)(end - (text + at)) : len - at;
		struct span line = span_make(text + at, line_len);

		if (indent_of(line).len < line_len) {
			memmove(text + out, text + at + margin, line_len - margin);
			out += line_len - margin;
		}
		at += line_len + 1;
		if (end)
			text[out++] = '\n';
	}
	return out;
}

/* Without leading lines of white space alone: ^(\s*\n)+ */
static struct span drop_blank_lines(struct span text)
{
	size_t cut = 0;

	for (size_t at = 0, n; (n = lex_space(span_from(text, at))) > 0; at += n)
		if (text.ptr[at] == '\n')
			cut = at + 1;
	return span_from(text, cut);
}

struct span literal_end(struct literal *literal)
{
	struct span text = str_span(&literal->text);

	if (literal->is_single)
		return literal->first;
	if (lex_space(text) == 0)
		return text;
	text = lex_strip_right(text);
	if (text.len == 0)
		return SPAN_EMPTY;
	str_cut(&literal->text, text.len);
	str_cut(&literal->text, dedent(literal->text.ptr, literal->text.len, literal_margin(text)));
	return drop_blank_lines(str_span(&literal->text));
}

void literal_done(struct literal *literal)
{
	str_done(&literal->text);
}
