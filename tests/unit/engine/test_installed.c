/* SPDX-License-Identifier: Apache-2.0 */
/* .installed.cfg: what is written is what is read, byte for byte as zc.buildout has it. */
#include "base/bug.h"
#include "engine/installed.h"
#include "tests/unit/test.h"

static void put(struct installed *installed, const char *name, const char *key, const char *value)
{
	struct installed_option option = {.key = span_str(key), .value = span_str(value)};
	struct err err = ERR_INIT;

	assert_done(installed_put(installed, span_str(name), &option, 1, &err), &err);
}

static void the_format_is_buildouts(void **state)
{
	struct installed installed;
	scoped_str struct str text = STR_INIT;

	(void)state;
	installed_init(&installed);
	put(&installed, "a", "x", "a\n\nb");
	put(&installed, "b", "x", "  two\nbase");
	put(&installed, "c", "x", "");
	put(&installed, "d", "x", "\na \n");
	installed_format(&installed, &text);
	assert_string_equal(str_cstr(&text),
		"[buildout]\ninstalled_develop_eggs = \nparts = a b c d\n"
		"\n[a]\nx = a\n\t%(__buildout_space_n__)sb\n"
		"\n[b]\nx = %(__buildout_space__)s%(__buildout_space__)stwo\n\tbase\n"
		"\n[c]\nx = \n"
		"\n[d]\nx = "
		"%(__buildout_space_n__)sa%(__buildout_space__)s%(__buildout_space_n__)s\n");
	installed_done(&installed);
}

static void values_survive(void **state)
{
	static const char *const values[] = {"", "a", " a ", "\n", "\n\n", "a\nb", "a\n\nb\n",
		"  a\n  b", "a \n b", "\r\f\v", "[x]\n# c\n; d", "a = b\nc = d", "%(x)s %(",
		"${a:b}", "a\n   \nb", "100%"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct installed written;
		struct installed read;
		scoped_str struct str text = STR_INIT;
		struct err err = ERR_INIT;

		installed_init(&written);
		put(&written, "p", "x +", values[i]);
		installed_format(&written, &text);
		assert_done(installed_parse(&read, str_span(&text), &err), &err);
		assert_int_equal(read.parts.n, 1);
		assert_span(installed_value(&read.parts.items[0], span_str("x +")), values[i]);
		installed_done(&written);
		installed_done(&read);
	}
}

static void appended_blocks_of_upstream_are_read(void **state)
{
	struct installed read;
	struct err err = ERR_INIT;

	(void)state;
	assert_done(installed_parse(&read,
			    span_str("[buildout]\ninstalled_develop_eggs = \nparts = a b\n\n[a]\nx "
				     "= 1\n\n"
				     "[b]\nx = 2\n\n[buildout]\nparts = b\n"),
			    &err),
		&err);
	assert_int_equal(read.parts.n, 1);
	assert_span(read.parts.items[0].name, "b");
	installed_done(&read);
	assert_int_equal(installed_parse(&read, span_str("x = 1\n"), &err), -1);
}

static void tabs_beside_line_ends_do_not_count(void **state)
{
	(void)state;
	assert_true(installed_same(span_str("a\nb"), span_str("a\n\tb")));
	assert_true(installed_same(span_str("a\nb"), span_str("\ta\n\t\tb")));
	assert_true(installed_same(span_str("a"), span_str("a\xc2\x85")));
	assert_false(installed_same(span_str("ab"), span_str("a\tb")));
	assert_false(installed_same(span_str("a\nb"), span_str("a\n\tc")));
	assert_false(installed_same(span_str("a"), span_str("b")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_format_is_buildouts),
		cmocka_unit_test(values_survive),
		cmocka_unit_test(appended_blocks_of_upstream_are_read),
		cmocka_unit_test(tabs_beside_line_ends_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
