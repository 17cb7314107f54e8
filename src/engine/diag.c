/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics: what is wrong, where, how it came there, and the way out. */
#include "engine/diag.h"

#include <stdarg.h>

#include "base/bug.h"
#include "engine/limit.h"

static void diag_free(struct diag *diag)
{
	for (size_t i = 0; i < diag->notes.n; i++)
		free(diag->notes.items[i].text);
	vec_done(&diag->notes);
	free(diag->title);
	free(diag->label);
	free(diag->help);
	free(diag->upstream);
	free(diag->doing);
}

void diags_done(struct diags *diags)
{
	for (size_t i = 0; i < diags->v.n; i++)
		diag_free(&diags->v.items[i]);
	vec_done(&diags->v);
}

struct diag *diag_last(struct diags *diags)
{
	return diags->v.n ? &diags->v.items[diags->v.n - 1] : NULL;
}

/* A formatted text, cut at DIAG_TEXT_MAX; NULL without memory, which readers take as "". */
static char *text_new(const char *fmt, va_list ap) printf_like(1, 0);

static char *text_new(const char *fmt, va_list ap)
{
	scoped_str struct str text = STR_INIT_LIMIT(DIAG_TEXT_MAX);

	str_addv(&text, fmt, ap);
	str_adds(&text, "");
	return str_take(&text);
}

static char *doing_text(const struct doing *doing)
{
	scoped_str struct str text = STR_INIT;
	const struct doing *rows[64];
	size_t n = 0;

	for (; doing; doing = doing->outer, n++)
		rows[n % ARRAY_LEN(rows)] = doing;
	for (size_t i = n < ARRAY_LEN(rows) ? n : ARRAY_LEN(rows); i-- > 0; n--) {
		const struct doing *row = rows[(n - 1) % ARRAY_LEN(rows)];

		str_adds(&text, "  ");
		for (const char *p = row->format, *hole; *p; p = hole ? hole + 2 : p + strlen(p)) {
			hole = strstr(p, "%a");
			hole = hole ? hole : strstr(p, "%b");
			str_add(&text, span_make(p, hole ? (size_t)(hole - p) : strlen(p)));
			if (hole)
				str_add(&text, hole[1] == 'a' ? row->a : row->b);
		}
		str_adds(&text, "\n");
	}
	return str_take(&text);
}

static bool diag_add(struct diags *diags, const char *code, struct where where, char *title)
{
	struct diag diag = {.title = title, .where = where, .notes = VEC_INIT};

	if (diags->v.n >= LIMIT_DIAGS) {
		diags->n_dropped++;
		free(title);
		return false;
	}
	(void)snprintf(diag.code, sizeof(diag.code), "%s", code);
	diag.doing = doing_text(diags->doing);
	if (!vec_push(&diags->v, diag)) {
		diag_free(&diag);
		return false;
	}
	return true;
}

int diag_error(struct diags *diags, struct err *err, const char *code, struct where where,
	const char *fmt, ...)
{
	char step[32];
	char *title;
	va_list ap;

	va_start(ap, fmt);
	title = text_new(fmt, ap);
	va_end(ap);
	(void)snprintf(step, sizeof(step), "profile.%s", code);
	(void)err_set(err, ERR_INPUT, 0, step, "%.400s", title ? title : "");
	(void)diag_add(diags, code, where, title);
	return -1;
}

int diag_wrap(struct diags *diags, const struct err *err, const char *code, struct where where)
{
	char text[700];

	err_format(err, NULL, text, sizeof(text));
	(void)diag_add(diags, code, where, strdup(text));
	return -1;
}

void diag_label(struct diags *diags, const char *fmt, ...)
{
	struct diag *diag = diag_last(diags);
	va_list ap;

	if (!diag)
		return;
	va_start(ap, fmt);
	free(diag->label);
	diag->label = text_new(fmt, ap);
	va_end(ap);
}

void diag_note(struct diags *diags, struct where where, const char *fmt, ...)
{
	struct diag *diag = diag_last(diags);
	struct diag_note note = {.where = where};
	va_list ap;

	if (!diag)
		return;
	va_start(ap, fmt);
	note.text = text_new(fmt, ap);
	va_end(ap);
	if (!vec_push(&diag->notes, note))
		free(note.text);
}

void diag_help(struct diags *diags, const char *fmt, ...)
{
	struct diag *diag = diag_last(diags);
	va_list ap;

	if (!diag)
		return;
	va_start(ap, fmt);
	free(diag->help);
	diag->help = text_new(fmt, ap);
	va_end(ap);
}

void diag_upstream(struct diags *diags, const char *fmt, ...)
{
	struct diag *diag = diag_last(diags);
	va_list ap;

	if (!diag)
		return;
	va_start(ap, fmt);
	free(diag->upstream);
	diag->upstream = text_new(fmt, ap);
	va_end(ap);
}
