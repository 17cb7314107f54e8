/* SPDX-License-Identifier: Apache-2.0 */
/* The substitution syntax: text, ${section:option} and the escape $$. */
#include "engine/expr.h"

/* Offset of the '}' that closes the reference at `at`; 0 when the text or a "$$" ends first. */
static size_t find_close(struct expr_scan *scan, size_t at)
{
	size_t i = at + 2;

	if (at < scan->no_close)
		return 0;
	for (; i < scan->text.len; i++) {
		if (scan->text.ptr[i] == '}')
			return i;
		if (scan->text.ptr[i] == '$' && i + 1 < scan->text.len &&
			scan->text.ptr[i + 1] == '$')
			break;
	}
	scan->no_close = i;
	return 0;
}

bool expr_next(struct expr_scan *scan, struct expr_token *ret_token)
{
	const char *p = scan->text.ptr;
	size_t start = scan->at;
	size_t at = start;

	if (start >= scan->text.len)
		return false;
	while (at < scan->text.len) {
		const char *dollar = memchr(p + at, '$', scan->text.len - at);
		size_t close;

		at = dollar ? (size_t)(dollar - p) : scan->text.len;
		if (at + 1 >= scan->text.len) {
			at = scan->text.len;
			break;
		}
		if (p[at + 1] == '$') {
			at += 2;
			continue;
		}
		close = p[at + 1] == '{' ? find_close(scan, at) : 0;
		if (close == 0) {
			at += p[at + 1] == '{' ? 2 : 1;
			continue;
		}
		if (at > start)
			break;
		*ret_token = (struct expr_token){.is_reference = true,
			.text = span_make(p + at + 2, close - at - 2),
			.offset = at};
		scan->at = close + 1;
		return true;
	}
	*ret_token = (struct expr_token){.text = span_make(p + start, at - start), .offset = start};
	scan->at = at;
	return true;
}

bool expr_has_reference(struct span text)
{
	return span_find(text, (struct span)SPAN("${")) >= 0;
}

static bool is_name(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '-' || c == ' ' || c == '.' || c == '_'))
			return false;
	}
	return true;
}

enum expr_fault expr_split(struct span reference, struct span *ret_section, struct span *ret_option)
{
	ptrdiff_t colon = span_index(reference, ':');
	struct span section;
	struct span option;

	if (colon < 0)
		return EXPR_NO_COLON;
	section = span_first(reference, (size_t)colon);
	option = span_from(reference, (size_t)colon + 1);
	if (span_index(option, ':') >= 0)
		return EXPR_COLONS;
	if (!is_name(section))
		return EXPR_SECTION_CHARS;
	if (option.len == 0 || !is_name(option))
		return EXPR_OPTION_CHARS;
	*ret_section = section;
	*ret_option = option;
	return EXPR_OK;
}

bool expr_is_escaped(struct span text)
{
	return span_find(text, (struct span)SPAN("$${")) >= 0;
}

void expr_decode(struct str *out, struct span text)
{
	static const struct span escape = SPAN("$${");
	ptrdiff_t at;

	while ((at = span_find(text, escape)) >= 0) {
		str_add(out, span_first(text, (size_t)at));
		str_adds(out, "${");
		text = span_from(text, (size_t)at + escape.len);
	}
	str_add(out, text);
}
