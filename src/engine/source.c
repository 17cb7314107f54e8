/* SPDX-License-Identifier: Apache-2.0 */
/* The files that a configuration was read from, and positions in them. */
#include "engine/source.h"

#include "engine/limit.h"

int sources_init(struct sources *sources, struct err *err)
{
	static const char *const names[SOURCE_FIRST_FILE] = {
		[SOURCE_DEFAULT] = "DEFAULT_VALUE",
		[SOURCE_COMPUTED] = "COMPUTED_VALUE",
		[SOURCE_COMMAND_LINE] = "COMMAND_LINE_VALUE",
		[SOURCE_IMPLICIT] = "IMPLICIT_VALUE",
	};

	*sources = (struct sources){.v = VEC_INIT};
	for (uint32_t i = 0; i < SOURCE_FIRST_FILE; i++) {
		struct source pseudo = {.path = span_str(names[i]), .by_file = i};
		uint32_t index;

		if (sources_add(sources, &pseudo, &index, err) < 0)
			return -1;
	}
	return 0;
}

void sources_done(struct sources *sources)
{
	vec_done(&sources->v);
}

int sources_add(
	struct sources *sources, const struct source *source, uint32_t *ret_index, struct err *err)
{
	if (sources->v.n >= LIMIT_FILES + SOURCE_FIRST_FILE)
		return err_set(err, ERR_LIMIT, 0, "extend.files",
			"more than %d profile files (LIMIT_FILES)", LIMIT_FILES);
	if (!vec_push(&sources->v, *source))
		return err_set(err, ERR_LIMIT, 0, "engine.memory", "out of memory");
	*ret_index = (uint32_t)(sources->v.n - 1);
	return 0;
}

struct span sources_line(const struct sources *sources, uint32_t file, uint32_t line)
{
	struct span rest;
	struct span text = SPAN_EMPTY;

	if (file >= sources->v.n || line == 0)
		return SPAN_EMPTY;
	rest = sources->v.items[file].text;
	for (uint32_t i = 0; i < line; i++)
		if (!span_cut(&rest, '\n', &text))
			return SPAN_EMPTY;
	return text;
}

/* Bytes of the UTF-8 sequence at p, 0 when it is not one (overlong forms and surrogates are refused, as Python does). */
static size_t utf8_len(const unsigned char *p, size_t left)
{
	static const struct {
		unsigned char first_min, first_max, second_min, second_max, len;
	} rows[] = {
		{0xc2, 0xdf, 0x80, 0xbf, 2},
		{0xe0, 0xe0, 0xa0, 0xbf, 3},
		{0xe1, 0xec, 0x80, 0xbf, 3},
		{0xed, 0xed, 0x80, 0x9f, 3},
		{0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4},
		{0xf1, 0xf3, 0x80, 0xbf, 4},
		{0xf4, 0xf4, 0x80, 0x8f, 4},
	};

	if (p[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (p[0] < rows[i].first_min || p[0] > rows[i].first_max)
			continue;
		if (left < rows[i].len || p[1] < rows[i].second_min || p[1] > rows[i].second_max)
			return 0;
		for (size_t k = 2; k < rows[i].len; k++)
			if (p[k] < 0x80 || p[k] > 0xbf)
				return 0;
		return rows[i].len;
	}
	return 0;
}

/* Universal newlines: "\r\n" and a lone '\r' become '\n'. */
static void fold_newlines(char *text, size_t *len)
{
	size_t out = 0;

	if (!memchr(text, '\r', *len))
		return;
	for (size_t i = 0; i < *len; i++) {
		char c = text[i];

		if (c == '\r') {
			if (i + 1 < *len && text[i + 1] == '\n')
				i++;
			c = '\n';
		}
		text[out++] = c;
	}
	*len = out;
}

int source_normalise(char *text, size_t *len, uint32_t *ret_line, struct err *err)
{
	size_t line_start = 0;

	*ret_line = 1;
	if (*len > LIMIT_FILE_BYTES)
		return err_set(err, ERR_LIMIT, 0, "lex.size",
			"file larger than %zu bytes (LIMIT_FILE_BYTES)", LIMIT_FILE_BYTES);
	fold_newlines(text, len);
	for (size_t i = 0; i < *len;) {
		size_t n = utf8_len((const unsigned char *)text + i, *len - i);

		if (text[i] == '\0')
			return err_set(err, ERR_INPUT, 0, "lex.nul", "NUL byte in a profile");
		if (n == 0)
			return err_set(err, ERR_INPUT, 0, "lex.utf8", "not valid UTF-8");
		if (text[i] == '\n') {
			line_start = i + 1;
			(*ret_line)++;
		} else if (i - line_start >= LIMIT_LINE_BYTES) {
			return err_set(err, ERR_LIMIT, 0, "lex.line",
				"line longer than %zu bytes (LIMIT_LINE_BYTES)", LIMIT_LINE_BYTES);
		}
		i += n;
	}
	return 0;
}
