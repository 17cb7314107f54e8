/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics: what is wrong, where, how it came there, and the way out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "base/vec.h"
#include "engine/source.h"

/*
 * Shape:     error[E0301]: title / --> file:line:col / source line / carets / notes / help.
 * Limits:    LIMIT_DIAGS; later ones are counted only. Texts are cut at DIAG_TEXT_MAX.
 * Ownership: texts are owned by the list.
 * Codes:     E01xx syntax, E02xx extends, E03xx references and options, E04xx parts and recipes,
 *            E05xx limits, E06xx conditions. A code never changes its meaning.
 */
enum { DIAG_TEXT_MAX = 4096 };

struct diag_note {
	char *text;
	struct where where; /* line 0: none */
};

struct diag {
	char code[8];
	char *title;
	char *label;    /* behind the carets; may be NULL */
	char *help;     /* may be NULL */
	char *upstream; /* zc.buildout's text for the same thing; NULL: an internal error there */
	char *doing;    /* zc.buildout's "While:" lines, without the heading */
	struct where where;
	VEC(struct diag_note) notes;
};

/* What is being done, innermost first; a chain on the C stack. */
struct doing {
	const struct doing *outer;
	const char *format; /* with up to two %s */
	struct span a, b;
};

struct diags {
	VEC(struct diag) v;
	size_t n_dropped;
	const struct doing *doing;
};

#define DIAGS_INIT ((struct diags){.v = VEC_INIT})
void diags_done(struct diags *diags);

/*
 * Add a diagnostic, fill err with ERR_INPUT (step "profile.<code>") and return -1. The title is
 * `fmt`; add the rest with the functions below, which work on the last one.
 */
int diag_error(struct diags *diags, struct err *err, const char *code, struct where where,
	const char *fmt, ...) printf_like(5, 6);
/* Make a diagnostic of an error that is set already: its text becomes the title. Returns -1. */
int diag_wrap(struct diags *diags, const struct err *err, const char *code, struct where where);
void diag_label(struct diags *diags, const char *fmt, ...) printf_like(2, 3);
void diag_note(struct diags *diags, struct where where, const char *fmt, ...) printf_like(3, 4);
void diag_help(struct diags *diags, const char *fmt, ...) printf_like(2, 3);
void diag_upstream(struct diags *diags, const char *fmt, ...) printf_like(2, 3);
struct diag *diag_last(struct diags *diags);

/* `text` with control characters and broken UTF-8 escaped, for a terminal. */
void diag_escape(struct str *out, struct span text);
/* Render one; the result ends with a newline. */
void diag_render(const struct diag *diag, const struct sources *sources, struct str *out);
/* zc.buildout's form: "While:" lines and "Error: ..."; for diagnostics without one, the title. */
void diag_render_upstream(const struct diag *diag, struct str *out);
