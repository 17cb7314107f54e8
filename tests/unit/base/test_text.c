/* SPDX-License-Identifier: Apache-2.0 */
/* Spans, strings, vectors, maps and arenas. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/span.h"
#include "base/str.h"
#include "base/vec.h"

#include "tests/unit/test.h"

static void span_cuts_and_trims(void **state)
{
	struct span rest = span_str("a,,b");
	struct span piece;
	(void)state;
	assert_true(span_cut(&rest, ',', &piece));
	assert_span(piece, "a");
	assert_true(span_cut(&rest, ',', &piece));
	assert_span(piece, "");
	assert_true(span_cut(&rest, ',', &piece));
	assert_span(piece, "b");
	assert_false(span_cut(&rest, ',', &piece));
	assert_span(span_trim(span_str(" \t x y\n\v")), "x y");
	rest = span_str("  two words ");
	assert_true(span_word(&rest, &piece));
	assert_span(piece, "two");
	assert_true(span_word(&rest, &piece));
	assert_span(piece, "words");
	assert_false(span_word(&rest, &piece));
	assert_int_equal(span_find(span_str("abcabd"), span_str("abd")), 3);
	assert_int_equal(span_find(span_str("abc"), span_str("abd")), -1);
	assert_true(span_cmp(span_str("ab"), span_str("abc")) < 0);
}

static void span_parses_numbers(void **state)
{
	uint64_t v = 7;
	uint8_t raw[2];
	(void)state;
	assert_true(span_parse_u64(span_str("18446744073709551615"), &v));
	assert_true(v == UINT64_MAX);
	assert_false(span_parse_u64(span_str("18446744073709551616"), &v));
	assert_false(span_parse_u64(span_str("-1"), &v));
	assert_false(span_parse_u64(span_str(""), &v));
	assert_true(span_parse_hex(span_str("0aFf"), raw, 2));
	assert_int_equal(raw[1], 255);
	assert_false(span_parse_hex(span_str("0aF"), raw, 2));
	assert_false(span_parse_hex(span_str("0ag0"), raw, 2));
}

static void str_keeps_its_limit(void **state)
{
	scoped_str struct str s = STR_INIT_LIMIT(5);
	struct err e = ERR_INIT;
	(void)state;
	str_addf(&s, "%d", 12345);
	assert_done(str_check(&s, &e), &e);
	assert_string_equal(str_cstr(&s), "12345");
	str_addc(&s, '6');
	assert_fails(str_check(&s, &e), &e, "str.limit");
	assert_string_equal(str_cstr(&s), "12345");
}

static void map_finds_and_removes(void **state)
{
	scoped_map struct map m = MAP_INIT;
	char keys[1000][8];
	uint32_t v;
	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		snprintf(keys[i], sizeof(keys[i]), "k%u", i);
		assert_true(map_put(&m, span_str(keys[i]), i));
	}
	for (uint32_t i = 0; i < 1000; i += 2)
		assert_true(map_remove(&m, span_str(keys[i])));
	assert_false(map_remove(&m, span_str("k0")));
	for (uint32_t i = 0; i < 1000; i++) {
		assert_int_equal(map_find(&m, span_str(keys[i]), &v), i % 2 == 1);
		if (i % 2)
			assert_int_equal(v, i);
	}
	assert_int_equal(m.n, 500);
	assert_true(map_put(&m, SPAN_EMPTY, 9));
	assert_true(map_find(&m, span_str(""), &v));
}

static void arena_keeps_its_limit(void **state)
{
	struct arena a = ARENA_INIT(100000);
	(void)state;
	assert_non_null(arena_alloc(&a, 90000));
	assert_null(arena_alloc(&a, 20000));
	assert_null(arena_alloc_array(&a, (size_t)1 << 40, (size_t)1 << 40));
	assert_span(arena_span(&a, span_str("text")), "text");
	arena_done(&a);
	assert_int_equal(a.used, 0);
}

static void vec_grows(void **state)
{
	VEC(int) v = VEC_INIT;
	(void)state;
	for (int i = 0; i < 100; i++)
		assert_true(vec_push(&v, i));
	assert_int_equal(v.n, 100);
	assert_int_equal(v.items[99], 99);
	vec_done(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(span_cuts_and_trims),
		cmocka_unit_test(span_parses_numbers),
		cmocka_unit_test(str_keeps_its_limit),
		cmocka_unit_test(map_finds_and_removes),
		cmocka_unit_test(arena_keeps_its_limit),
		cmocka_unit_test(vec_grows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
