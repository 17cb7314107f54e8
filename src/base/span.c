/* SPDX-License-Identifier: Apache-2.0 */
/* Borrowed bytes: compare, cut, trim, parse numbers. */
#include "base/span.h"

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

int span_cmp(struct span a, struct span b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
	if (order)
		return order;
	return a.len < b.len ? -1 : a.len > b.len;
}

ptrdiff_t span_index(struct span s, char c)
{
	const char *hit = s.len ? memchr(s.ptr, c, s.len) : NULL;
	return hit ? hit - s.ptr : -1;
}

ptrdiff_t span_find(struct span s, struct span needle)
{
	const char *hit;
	if (needle.len == 0)
		return 0;
	if (s.len == 0)
		return -1;
	hit = memmem(s.ptr, s.len, needle.ptr, needle.len);
	return hit ? hit - s.ptr : -1;
}

struct span span_trim_right(struct span s)
{
	while (s.len && is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct span span_trim(struct span s)
{
	while (s.len && is_space(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	return span_trim_right(s);
}

bool span_cut(struct span *rest, char c, struct span *ret_piece)
{
	ptrdiff_t at;
	if (rest->len == 0)
		return false;
	at = span_index(*rest, c);
	if (at < 0) {
		*ret_piece = *rest;
		*rest = span_from(*rest, rest->len);
		return true;
	}
	*ret_piece = span_first(*rest, (size_t)at);
	*rest = span_from(*rest, (size_t)at + 1);
	return true;
}

bool span_word(struct span *rest, struct span *ret_word)
{
	size_t start = 0;
	size_t end;
	while (start < rest->len && is_space(rest->ptr[start]))
		start++;
	for (end = start; end < rest->len && !is_space(rest->ptr[end]);)
		end++;
	if (end == start)
		return false;
	*ret_word = span_make(rest->ptr + start, end - start);
	*rest = span_from(*rest, end);
	return true;
}

bool span_parse_u64(struct span s, uint64_t *ret)
{
	uint64_t value = 0;
	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		if (__builtin_mul_overflow(value, 10u, &value) ||
			__builtin_add_overflow(value, (uint64_t)(s.ptr[i] - '0'), &value))
			return false;
	}
	*ret = value;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool span_parse_hex(struct span s, uint8_t *ret, size_t n)
{
	if (s.len != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = hex_digit(s.ptr[2 * i]);
		int low = hex_digit(s.ptr[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		ret[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}
