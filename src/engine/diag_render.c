/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics as text: source line, carets, notes, help; and zc.buildout's short form. */
#include "base/bug.h"
#include "engine/diag.h"

enum { SHOWN_LINE_BYTES = 160 };

/* Bytes of a well-formed sequence at p, 0 else; good enough for display. */
static size_t sequence(const unsigned char *p, size_t left)
{
	size_t n = p[0] < 0x80   ? 1
		   : p[0] < 0xc2 ? 0
		   : p[0] < 0xe0 ? 2
		   : p[0] < 0xf0 ? 3
		   : p[0] < 0xf5 ? 4
				 : 0;

	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* C0, DEL and C1 controls, and the bidirectional overrides that make text read as something else. */
static bool is_control(const unsigned char *p, size_t n)
{
	if (n == 1)
		return (p[0] < 0x20 && p[0] != '\t') || p[0] == 0x7f;
	if (n == 2)
		return p[0] == 0xc2 && p[1] < 0xa0;
	return n == 3 && p[0] == 0xe2 &&
	       ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
		       (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

void diag_escape(struct str *out, struct span text)
{
	const unsigned char *p = (const unsigned char *)text.ptr;

	for (size_t i = 0; i < text.len;) {
		size_t n = sequence(p + i, text.len - i);

		if (n > 0 && !is_control(p + i, n)) {
			str_add(out, span_make(text.ptr + i, n));
			i += n;
			continue;
		}
		n = n ? n : 1;
		for (size_t k = 0; k < n; k++)
			str_addf(out, "\\x%02x", p[i + k]);
		i += n;
	}
}

static void add_lines(struct str *out, const char *text)
{
	struct span rest = span_str(text ? text : "");
	struct span line;
	bool is_first = true;

	while (span_cut(&rest, '\n', &line)) {
		if (!is_first)
			str_adds(out, "\n   ");
		diag_escape(out, line);
		is_first = false;
	}
	str_adds(out, "\n");
}

static void add_place(struct str *out, const struct sources *sources, struct where where)
{
	diag_escape(out, sources->v.items[where.file].path);
	if (where.file >= SOURCE_FIRST_FILE) {
		str_addf(out, ":%u", where.line);
		if (where.col)
			str_addf(out, ":%u", where.col);
	}
}

static int digits(uint32_t n)
{
	int d = 1;

	while (n >= 10) {
		n /= 10;
		d++;
	}
	return d;
}

/* Spaces under the text before the column, one for each character; tabs stay tabs. */
static void add_indent(struct str *out, struct span line, uint32_t col)
{
	for (uint32_t i = 0; i + 1 < col && i < line.len; i++) {
		if ((line.ptr[i] & 0xc0) == 0x80)
			continue;
		str_addc(out, line.ptr[i] == '\t' ? '\t' : ' ');
	}
}

static void add_source(
	struct str *out, const struct sources *sources, struct where where, const char *label)
{
	struct span line = sources_line(sources, where.file, where.line);
	int width = digits(where.line);
	uint32_t cut = 0;
	uint32_t n = where.len ? where.len : 1;

	if (where.col > SHOWN_LINE_BYTES / 2)
		cut = where.col - SHOWN_LINE_BYTES / 2;
	while (cut > 0 && cut < line.len && (line.ptr[cut] & 0xc0) == 0x80)
		cut--;
	line = span_first(span_from(line, cut), SHOWN_LINE_BYTES);
	str_addf(out, " %*s |\n %u | %s", width, "", where.line, cut ? "…" : "");
	diag_escape(out, line);
	str_addf(out, "\n %*s | %s", width, "", cut ? " " : "");
	if (where.col == 0) {
		str_adds(out, "\n");
		return;
	}
	add_indent(out, line, where.col - cut);
	if (where.col - cut - 1 + n > line.len)
		n = where.col - cut - 1 < line.len ? (uint32_t)line.len - (where.col - cut - 1) : 1;
	for (uint32_t i = 0; i < n; i++)
		str_addc(out, '^');
	if (label) {
		str_addc(out, ' ');
		diag_escape(out, span_str(label));
	}
	str_addc(out, '\n');
}

void diag_render(const struct diag *diag, const struct sources *sources, struct str *out)
{
	str_addf(out, "error[%s]: ", diag->code);
	add_lines(out, diag->title);
	if (diag->where.line || diag->where.file) {
		str_adds(out, "  --> ");
		add_place(out, sources, diag->where);
		str_addc(out, '\n');
		if (diag->where.file >= SOURCE_FIRST_FILE && diag->where.line)
			add_source(out, sources, diag->where, diag->label);
	}
	for (size_t i = 0; i < diag->notes.n; i++) {
		const struct diag_note *note = &diag->notes.items[i];

		str_adds(out, "note: ");
		if (note->where.line) {
			add_place(out, sources, note->where);
			str_adds(out, ": ");
		}
		add_lines(out, note->text);
	}
	if (diag->help) {
		str_adds(out, "help: ");
		add_lines(out, diag->help);
	}
}

void diag_render_upstream(const struct diag *diag, struct str *out)
{
	if (diag->doing && *diag->doing) {
		str_adds(out, "While:\n");
		str_adds(out, diag->doing);
	}
	str_addf(out, "Error: %s\n",
		diag->upstream ? diag->upstream
		: diag->title  ? diag->title
			       : "");
}
