/* SPDX-License-Identifier: Apache-2.0 */
/* Make text of a partition safe to show. */
#include "cli/escape.h"

#include <stdint.h>

#include "base/bug.h"

/* Characters that show nothing and change how or in what order others are shown. */
static const struct {
	uint32_t first;
	uint32_t last;
} hidden[] = {
	{0x7f, 0x9f},        /* DEL and C1 controls */
	{0xad, 0xad},        /* soft hyphen */
	{0x61c, 0x61c},      /* Arabic letter mark */
	{0x200b, 0x200f},    /* zero width, direction marks */
	{0x2028, 0x202e},    /* line and paragraph separator, embeddings, overrides */
	{0x2060, 0x206f},    /* word joiner, isolates, deprecated controls */
	{0xfeff, 0xfeff},    /* zero width no-break space */
	{0xfff9, 0xfffb},    /* interlinear annotation */
	{0xe0000, 0xe0fff},  /* tags */
	{0xf0000, 0x10ffff}, /* private use */
};

static bool is_hidden(uint32_t c)
{
	for (size_t i = 0; i < ARRAY_LEN(hidden); i++) {
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	}
	return false;
}

/*
 * Decode the first character. Returns its length; 0: cut off, more bytes could complete it; -1: the
 * first byte is not the start of one.
 */
static int decode(struct span s, uint32_t *ret)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char lead = (unsigned char)s.ptr[0];
	const int length = lead < 0x80   ? 1
			   : lead < 0xc2 ? -1
			   : lead < 0xe0 ? 2
			   : lead < 0xf0 ? 3
					 : 4;
	uint32_t c = length == 1 ? lead : lead & (0x7fu >> length);

	if (length < 0 || lead > 0xf4)
		return -1;
	for (size_t i = 1; i < (size_t)length; i++) {
		if (i >= s.len)
			return 0;
		if (((unsigned char)s.ptr[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | ((unsigned char)s.ptr[i] & 0x3f);
	}
	if (c < least[length] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return -1;
	*ret = c;
	return length;
}

static void add_char(const struct escape *escape, struct span bytes, uint32_t c, struct str *out)
{
	if ((c >= 0x20 && c < 0x7f) || c == '\t' || (c == '\n' && escape->keeps_lines))
		str_addc(out, (char)c);
	else if (c < 0x80)
		str_addf(out, "\\x%02x", c);
	else if (is_hidden(c) || !escape->is_utf8)
		str_addf(out, "\\u{%x}", c);
	else
		str_add(out, bytes);
}

/* Take one character or byte off the front of *rest; false when it needs bytes that follow later. */
static bool step(const struct escape *escape, struct span *rest, struct str *out)
{
	uint32_t c = 0;
	int length = decode(*rest, &c);

	if (length == 0 || (c == '\r' && rest->len == 1 && length == 1))
		return false;
	if (length < 0) {
		str_addf(out, "\\x%02x", (unsigned char)rest->ptr[0]);
		length = 1;
	} else if (c != '\r' || rest->ptr[1] != '\n') {
		add_char(escape, span_first(*rest, (size_t)length), c, out);
	}
	*rest = span_from(*rest, (size_t)length);
	return true;
}

void escape_add(struct escape *escape, struct span bytes, struct str *out)
{
	/* Complete what was held back byte by byte: at most three turns. */
	while (escape->n_held && bytes.len) {
		struct span held = SPAN_EMPTY;

		escape->held[escape->n_held++] = bytes.ptr[0];
		bytes = span_from(bytes, 1);
		held = span_make(escape->held, escape->n_held);
		while (held.len && step(escape, &held, out))
			;
		memmove(escape->held, held.ptr, held.len);
		escape->n_held = held.len;
	}
	while (bytes.len && step(escape, &bytes, out))
		;
	if (bytes.len) {
		memcpy(escape->held, bytes.ptr, bytes.len);
		escape->n_held = bytes.len;
	}
}

void escape_end(struct escape *escape, struct str *out)
{
	for (size_t i = 0; i < escape->n_held; i++)
		str_addf(out, "\\x%02x", (unsigned char)escape->held[i]);
	escape->n_held = 0;
}

void escape_text(struct span text, bool is_utf8, bool keeps_lines, struct str *out)
{
	struct escape escape = {.is_utf8 = is_utf8, .keeps_lines = keeps_lines};

	escape_add(&escape, text, out);
	escape_end(&escape, out);
}
