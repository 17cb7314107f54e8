/* SPDX-License-Identifier: Apache-2.0 */
/* One physical line of a profile: what it is and where its pieces are. */
#include "engine/lex.h"

size_t lex_space(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;

	if (s.len == 0)
		return 0;
	if (p[0] < 0x80)
		return p[0] == ' ' || (p[0] >= '\t' && p[0] <= '\r') ||
		       (p[0] >= 0x1c && p[0] <= 0x1f);
	if (s.len >= 2 && p[0] == 0xc2)
		return p[1] == 0x85 || p[1] == 0xa0 ? 2 : 0;
	if (s.len < 3)
		return 0;
	if (p[0] == 0xe2 && p[1] == 0x80)
		return (p[2] >= 0x80 && p[2] <= 0x8a) || p[2] == 0xa8 || p[2] == 0xa9 ||
				       p[2] == 0xaf
			       ? 3
			       : 0;
	if (p[0] == 0xe1 && p[1] == 0x9a && p[2] == 0x80)
		return 3;
	if (p[0] == 0xe2 && p[1] == 0x81 && p[2] == 0x9f)
		return 3;
	return p[0] == 0xe3 && p[1] == 0x80 && p[2] == 0x80 ? 3 : 0;
}

/* Bytes of the white space character that ends s. */
static size_t space_before(struct span s)
{
	for (size_t n = 1; n <= 3 && n <= s.len; n++)
		if (lex_space(span_from(s, s.len - n)) == n)
			return n;
	return 0;
}

struct span lex_strip_right(struct span s)
{
	size_t n;

	while ((n = space_before(s)) > 0)
		s.len -= n;
	return s;
}

static struct span strip_left(struct span s)
{
	size_t n;

	while ((n = lex_space(s)) > 0)
		s = span_from(s, n);
	return s;
}

struct span lex_strip(struct span s)
{
	return strip_left(lex_strip_right(s));
}

/* Cut the longest start of *rest that has no white space and none of `stop`. */
static struct span cut_name(struct span *rest, const char *stop)
{
	size_t n = 0;
	struct span name;

	while (n < rest->len && !strchr(stop, rest->ptr[n]) && lex_space(span_from(*rest, n)) == 0)
		n++;
	name = span_first(*rest, n);
	*rest = span_from(*rest, n);
	return name;
}

/* [ name : expression ]; what follows a '#' or ';' is comment, so the last ']' before it closes the header. */
static bool lex_header(struct lex_line *line)
{
	struct span rest = line->raw;
	struct span name;
	size_t n = 0;

	if (!span_starts(rest, "["))
		return false;
	while (n < rest.len && rest.ptr[n] != '#' && rest.ptr[n] != ';')
		n++;
	rest = lex_strip_right(span_first(rest, n));
	if (rest.len < 2 || rest.ptr[rest.len - 1] != ']')
		return false;
	rest = strip_left(span_make(rest.ptr + 1, rest.len - 2));
	name = cut_name(&rest, "#[]:;{}");
	rest = strip_left(rest);
	if (name.len == 0)
		return false;
	line->expression = SPAN_EMPTY;
	if (rest.len > 0) {
		if (rest.ptr[0] != ':')
			return false;
		line->expression = lex_strip(span_from(rest, 1));
	}
	line->name = name;
	line->kind = LEX_HEADER;
	return true;
}

/* name, white space, one optional '+' or '-', '='. */
static bool lex_option(struct lex_line *line)
{
	struct span rest = line->raw;
	struct span name;

	if (span_starts(rest, "=>")) {
		line->name = (struct span)SPAN("<part-dependencies>");
		line->value = lex_strip(span_from(rest, 2));
		line->kind = LEX_OPTION;
		return true;
	}
	name = cut_name(&rest, "{}[]=:");
	if (name.len == 0)
		return false;
	rest = strip_left(rest);
	if (rest.len >= 2 && (rest.ptr[0] == '+' || rest.ptr[0] == '-') && rest.ptr[1] == '=') {
		rest = span_from(rest, 1);
		name.len = (size_t)(rest.ptr - name.ptr);
	}
	if (rest.len == 0 || rest.ptr[0] != '=')
		return false;
	line->name = name;
	line->value = lex_strip(span_from(rest, 1));
	line->kind = LEX_OPTION;
	return true;
}

bool lex_next(struct span *rest, struct lex_line *ret_line)
{
	struct span raw;

	if (!span_cut(rest, '\n', &raw))
		return false;
	*ret_line = (struct lex_line){.kind = LEX_BAD, .raw = raw};
	if (raw.len == 0)
		ret_line->kind = LEX_BLANK;
	else if (raw.ptr[0] == '#' || raw.ptr[0] == ';')
		ret_line->kind = LEX_COMMENT;
	else if (lex_space(raw) > 0)
		ret_line->kind = LEX_INDENTED;
	else if (!lex_header(ret_line))
		(void)lex_option(ret_line);
	return true;
}
