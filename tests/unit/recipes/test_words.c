/* SPDX-License-Identifier: Apache-2.0 */
/* Shell words and %-formatting. */
#include "recipes/percent.h"
#include "recipes/words.h"

#include "tests/unit/test.h"

static void words_split_as_shlex(void **state)
{
	struct arena arena = ARENA_INIT(1 << 20);
	struct words w = {0};
	struct err e = ERR_INIT;
	(void)state;
	assert_done(words_parse(span_str(" a 'b c'\"d\\\"e\\n\"\n\tf\\ g '' \\\\"), &arena, &w, &e),
		&e);
	assert_int_equal(w.n, 5);
	assert_span(w.items[0], "a");
	assert_span(w.items[1], "b cd\"e\\n");
	assert_span(w.items[2], "f g");
	assert_span(w.items[3], "");
	assert_span(w.items[4], "\\");
	assert_done(words_parse(span_str(" \n"), &arena, &w, &e), &e);
	assert_int_equal(w.n, 0);
	assert_fails(words_parse(span_str("a 'b"), &arena, &w, &e), &e, "words.parse");
	assert_fails(words_parse(span_str("a\\"), &arena, &w, &e), &e, "words.parse");
	arena_done(&arena);
}

static void words_have_a_limit(void **state)
{
	struct arena arena = ARENA_INIT(1 << 20);
	struct str text = STR_INIT;
	struct words w = {0};
	struct err e = ERR_INIT;
	(void)state;
	for (int i = 0; i < WORDS_MAX; i++)
		str_adds(&text, "x ");
	assert_done(words_parse(str_span(&text), &arena, &w, &e), &e);
	assert_int_equal(w.n, WORDS_MAX);
	str_adds(&text, "x ");
	assert_fails(words_parse(str_span(&text), &arena, &w, &e), &e, "words.parse");
	str_done(&text);
	arena_done(&arena);
}

static void check_quote(const char *word, const char *quoted)
{
	struct str s = STR_INIT;
	words_quote(&s, span_str(word));
	assert_string_equal(str_cstr(&s), quoted);
	str_done(&s);
}

static void words_quote_for_sh(void **state)
{
	(void)state;
	check_quote("/bin/a-b_c@%+=:,.", "/bin/a-b_c@%+=:,.");
	check_quote("", "''");
	check_quote("a b", "'a b'");
	check_quote("it's", "'it'\"'\"'s'");
	check_quote("$x", "'$x'");
}

static int look_up(void *context, struct span name, struct str *ret, struct err *err)
{
	(void)err;
	if (!span_is(name, "location"))
		return 1;
	str_adds(ret, context);
	return 0;
}

static void percent_formats(void **state)
{
	struct str s = STR_INIT;
	struct err e = ERR_INIT;
	char value[] = "/x/%(y)s";
	(void)state;
	assert_done(percent_format(span_str("a %(location)s 100%% %%(b)s"), look_up, value, &s, &e),
		&e);
	assert_string_equal(str_cstr(&s), "a /x/%(y)s 100% %(b)s");
	assert_fails(
		percent_format(span_str("%(no)s"), look_up, value, &s, &e), &e, "percent.format");
	assert_fails(
		percent_format(span_str("100% of"), look_up, value, &s, &e), &e, "percent.format");
	assert_fails(percent_format(span_str("%(location)d"), look_up, value, &s, &e), &e,
		"percent.format");
	assert_fails(
		percent_format(span_str("%(loc"), look_up, value, &s, &e), &e, "percent.format");
	assert_fails(percent_format(span_str("%"), look_up, value, &s, &e), &e, "percent.format");
	str_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_split_as_shlex),
		cmocka_unit_test(words_have_a_limit),
		cmocka_unit_test(words_quote_for_sh),
		cmocka_unit_test(percent_formats),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
