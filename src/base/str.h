/* SPDX-License-Identifier: Apache-2.0 */
/* Owned growing string with a limit. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/span.h"

/*
 * Shape:     bytes with a terminating NUL behind them, any byte inside.
 * Limits:    grows up to `limit` bytes; past that, or without memory, it becomes `failed`, keeps
 *            what it has and ignores further additions. Check once, with str_check(), at the end.
 * Ownership: owns its buffer; str_done() frees, str_take() moves out.
 */
struct str {
	char *ptr;
	size_t len;
	size_t cap;
	size_t limit;
	bool failed;
};

#define STR_LIMIT_DEFAULT ((size_t)64 << 20)
#define STR_INIT_LIMIT(l) ((struct str){.limit = (l)})
#define STR_INIT          STR_INIT_LIMIT(STR_LIMIT_DEFAULT)
#define scoped_str        __attribute__((cleanup(str_done)))

void str_add(struct str *s, struct span bytes);
void str_adds(struct str *s, const char *cstr);
void str_addc(struct str *s, char c);
void str_addf(struct str *s, const char *fmt, ...) printf_like(2, 3);
void str_addv(struct str *s, const char *fmt, va_list ap) printf_like(2, 0);

/* Room for n more bytes behind the end, or NULL (then failed). Commit with str_grow(). */
char *str_room(struct str *s, size_t n);
/* Take over n bytes that were written into the room. */
void str_grow(struct str *s, size_t n);

/* Cut to n bytes; keeps the buffer. */
void str_cut(struct str *s, size_t n);

/* ERR_LIMIT "str.limit" where the string failed. */
must_check int str_check(const struct str *s, struct err *err);

static inline struct span str_span(const struct str *s)
{
	return span_make(s->ptr, s->len);
}

/* Never NULL. */
static inline const char *str_cstr(const struct str *s)
{
	return s->ptr ? s->ptr : "";
}

/* Move the buffer out; the caller frees it. NULL where nothing was ever added. */
char *str_take(struct str *s);
void str_done(struct str *s);
