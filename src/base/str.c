/* SPDX-License-Identifier: Apache-2.0 */
/* Owned growing string with a limit. */
#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

char *str_room(struct str *s, size_t n)
{
	size_t want;
	size_t cap;
	char *grown;
	if (s->failed)
		return NULL;
	if (__builtin_add_overflow(s->len, n, &want) || want > s->limit || want == SIZE_MAX) {
		s->failed = true;
		return NULL;
	}
	if (want + 1 <= s->cap)
		return s->ptr + s->len;
	cap = s->cap < 32 ? 64 : s->cap + s->cap / 2;
	if (cap < want + 1)
		cap = want + 1;
	grown = mem_resize(s->ptr, cap, 1);
	if (!grown) {
		s->failed = true;
		return NULL;
	}
	s->ptr = grown;
	s->cap = cap;
	s->ptr[s->len] = '\0';
	return s->ptr + s->len;
}

void str_grow(struct str *s, size_t n)
{
	s->len += n;
	s->ptr[s->len] = '\0';
}

void str_add(struct str *s, struct span bytes)
{
	char *room = str_room(s, bytes.len);
	if (!room)
		return;
	if (bytes.len)
		memcpy(room, bytes.ptr, bytes.len);
	str_grow(s, bytes.len);
}

void str_adds(struct str *s, const char *cstr)
{
	str_add(s, span_str(cstr));
}

void str_addc(struct str *s, char c)
{
	str_add(s, span_make(&c, 1));
}

void str_addv(struct str *s, const char *fmt, va_list ap)
{
	va_list again;
	int n;
	char *room;
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0) {
		s->failed = true;
		return;
	}
	room = str_room(s, (size_t)n);
	if (!room)
		return;
	vsnprintf(room, (size_t)n + 1, fmt, ap);
	str_grow(s, (size_t)n);
}

void str_addf(struct str *s, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	str_addv(s, fmt, ap);
	va_end(ap);
}

void str_cut(struct str *s, size_t n)
{
	if (n >= s->len)
		return;
	s->len = n;
	s->ptr[n] = '\0';
}

int str_check(const struct str *s, struct err *err)
{
	if (!s->failed)
		return 0;
	return err_set(err, ERR_LIMIT, 0, "str.limit",
		"text is longer than %zu bytes, or memory is out", s->limit);
}

char *str_take(struct str *s)
{
	char *ptr = s->ptr;
	*s = STR_INIT_LIMIT(s->limit);
	return ptr;
}

void str_done(struct str *s)
{
	free(s->ptr);
	*s = STR_INIT_LIMIT(s->limit);
}
