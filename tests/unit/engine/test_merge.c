/* SPDX-License-Identifier: Apache-2.0 */
/* Assignment, += and -= of one file over another. */
#include "tests/unit/engine/fixture.h"

static void assert_merged(const char *lower, const char *upper, const char *key, const char *wanted)
{
	struct config config;
	struct err err = ERR_INIT;

	assert_done(config_init(&config, &err), &err);
	assert_done(fixture_add(&config, "/a", lower, &err), &err);
	assert_done(fixture_add(&config, "/b", upper, &err), &err);
	assert_span(fixture_raw(&config, "s", key), wanted);
	config_done(&config);
}

static void operators_act_on_what_is_below(void **state)
{
	(void)state;
	assert_merged("[s]\nx =\n  a\n  b\n", "[s]\nx += c\n", "x", "a\nb\nc");
	assert_merged("[s]\nx = a\n", "[s]\nx+=\n  b\n  c\n", "x", "a\nb\nc");
	assert_merged("[s]\nx = a\n", "[s]\nx +=\n", "x", "a\n");
	assert_merged("[s]\ny = 1\n", "[s]\nx += a\n", "x", "\na");
	assert_merged("[s]\nx =\n  a\n  b\n  a\n  c\n", "[s]\nx -= a\n", "x", "b\nc");
	assert_merged("[s]\nx = a 1\n", "[s]\nx -= a\n", "x", "a 1");
	assert_merged("[s]\ny = 1\n", "[s]\nx -= a\n", "x", "");
	assert_merged("[s]\nx = a\n", "[s]\nx -= a\n", "x", "");
	assert_merged("[s]\nx =\n  a\n  b\n", "[s]\nx += c\nx -= a\n", "x", "b\nc");
	assert_merged("[s]\nx =\n  a\n\n  b\n", "[s]\nx -=\n  b\n", "x", "a\n");
	assert_merged("[s]\nx = a\n", "[s]\nx = b\nx += c\n", "x", "b\nc");
}

static void an_orphan_keeps_its_name_until_it_is_a_base(void **state)
{
	(void)state;
	assert_merged("[s]\nx += a\n", "[t]\n", "x +", "a");
	assert_merged("[s]\nx += a\n", "[t]\n", "x", "(none)");
	assert_merged("[s]\nx += 5\n", "[s]\nx += 7\n", "x", "5\n7");
	assert_merged("[s]\nx += 5\n", "[s]\nx += 7\n", "x +", "(none)");
}

static void assignment_replaces_and_keeps_its_place(void **state)
{
	struct config config;
	struct err err = ERR_INIT;
	const struct option *option;

	(void)state;
	assert_done(config_init(&config, &err), &err);
	assert_done(fixture_add(&config, "/a", "[s]\na = 1\nb = 2\n", &err), &err);
	assert_done(fixture_add(&config, "/b", "[s]\nc = 3\na = 4\n", &err), &err);
	option = config_section_find(&config, span_str("s"))->raw.first;
	assert_span(config_name(&config, option->key), "a");
	assert_span(option->value->text, "4");
	assert_int_equal(option->file, SOURCE_FIRST_FILE + 1);
	assert_int_equal(option->line, 3);
	assert_non_null(option->changes);
	assert_int_equal(option->changes->op, '=');
	assert_int_equal(option->changes->line, 2);
	config_done(&config);
}

static void pieces_remember_their_files(void **state)
{
	struct config config;
	struct err err = ERR_INIT;
	const struct option *option;

	(void)state;
	assert_done(config_init(&config, &err), &err);
	assert_done(fixture_add(&config, "/a", "[s]\nx =\n  a\n  b\n  c\n", &err), &err);
	assert_done(fixture_add(&config, "/b", "[s]\nx += d\nx -= b\n", &err), &err);
	option = options_find_name(
		&config, &config_section_find(&config, span_str("s"))->raw, span_str("x"));
	assert_span(option->value->text, "d");
	assert_int_equal(option->value->file, SOURCE_FIRST_FILE + 1);
	assert_span(option->value->prev->text, "c");
	assert_int_equal(option->value->prev->file, SOURCE_FIRST_FILE);
	assert_int_equal(piece_where(&config.sources, option->value->prev).line, 5);
	config_done(&config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operators_act_on_what_is_below),
		cmocka_unit_test(an_orphan_keeps_its_name_until_it_is_a_base),
		cmocka_unit_test(assignment_replaces_and_keeps_its_place),
		cmocka_unit_test(pieces_remember_their_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
