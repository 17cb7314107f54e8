/* SPDX-License-Identifier: Apache-2.0 */
/* Borrowed bytes: compare, cut, trim, parse numbers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Shape:     pointer and length; not terminated, may hold any byte. Empty is {NULL, 0} or len 0.
 * Ownership: never owns; valid as long as what it was cut from.
 */
struct span {
	const char *ptr;
	size_t len;
};

/* A span over a string literal, usable in constant initialisers. */
#define SPAN(literal)                                                                              \
	{                                                                                          \
		("" literal), sizeof(literal) - 1                                                  \
	}
#define SPAN_EMPTY ((struct span){NULL, 0})
/* For printf: "%.*s", SPAN_ARG(s) */
#define SPAN_ARG(s) (int)((s).len > 65535 ? 65535 : (s).len), ((s).ptr ? (s).ptr : "")

static inline struct span span_make(const char *ptr, size_t len)
{
	return (struct span){ptr, len};
}

static inline struct span span_str(const char *cstr)
{
	return (struct span){cstr, cstr ? strlen(cstr) : 0};
}

static inline bool span_eq(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool span_is(struct span a, const char *cstr)
{
	return span_eq(a, span_str(cstr));
}

static inline bool span_starts(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);
	return s.len >= n && memcmp(s.ptr, prefix, n) == 0;
}

static inline bool span_ends(struct span s, const char *suffix)
{
	size_t n = strlen(suffix);
	return s.len >= n && memcmp(s.ptr + s.len - n, suffix, n) == 0;
}

/* The part from offset on; empty where the offset is past the end. */
static inline struct span span_from(struct span s, size_t offset)
{
	return offset >= s.len ? span_make(s.ptr ? s.ptr + s.len : NULL, 0)
			       : span_make(s.ptr + offset, s.len - offset);
}

static inline struct span span_first(struct span s, size_t n)
{
	return span_make(s.ptr, n < s.len ? n : s.len);
}

/* Order of bytes, shorter first where one is a prefix of the other (memcmp(3) and length). */
int span_cmp(struct span a, struct span b);

/* Position of the first c, or -1. */
ptrdiff_t span_index(struct span s, char c);

/* Position of the first needle, or -1. */
ptrdiff_t span_find(struct span s, struct span needle);

/* Without ASCII white space at both ends (Python's str.strip for ASCII: space \t \n \r \v \f). */
struct span span_trim(struct span s);
struct span span_trim_right(struct span s);

/*
 * Take the text before the first c off the front of *rest, without c. False when *rest is used up;
 * the last piece (no c in it) is returned too. An empty *rest yields nothing.
 */
bool span_cut(struct span *rest, char c, struct span *ret_piece);

/* Take the next word (run of non-white-space) off the front of *rest. False when there is none. */
bool span_word(struct span *rest, struct span *ret_word);

/* Whole span as a decimal number; false on anything else or overflow. */
bool span_parse_u64(struct span s, uint64_t *ret);

/* Whole span as lower- or upper-case hexadecimal bytes; false unless exactly n bytes. */
bool span_parse_hex(struct span s, uint8_t *ret, size_t n);
