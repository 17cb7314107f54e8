/* SPDX-License-Identifier: Apache-2.0 */
/* Section conditions: what profiles write, and what is refused. */
#include "base/bug.h"
#include "engine/cond.h"
#include "engine/limit.h"
#include "tests/unit/engine/fixture.h"

static int eval(const char *text, bool *ret, const char **ret_code)
{
	static char code[8];
	struct diags diags = DIAGS_INIT;
	struct err err = ERR_INIT;
	struct where where = {.file = 4, .line = 1, .col = 1};
	int status = cond_eval(&fixture_env, span_str(text), where, &diags, ret, &err);

	if (status < 0)
		(void)snprintf(code, sizeof(code), "%s", diags.v.items[0].code);
	*ret_code = code;
	diags_done(&diags);
	return status;
}

static void families_of_real_profiles_are_known(void **state)
{
	static const struct {
		const char *text;
		bool value;
	} rows[] = {
		{"python2", false},
		{"python3", true},
		{"python311", true},
		{"python27", false},
		{"linux and platform.machine() == \"x86_64\"", true},
		{"linux and not windows", true},
		{"not (linux and posix)", false},
		{"bits32 or bits64", true},
		{"platform.machine() in ('i386', 'i686')", false},
		{"sys.version_info < (3,8)", false},
		{"sys.version_info >= (3, 11)", true},
		{"sys.version_info[:2] == (3, 11)", true},
		{"sys.version_info[0] == 3", true},
		{"pypy or sys.version_info >= (3,13)", false},
		{"[int(q) for q in \"3.4\".split(\".\")] < [4, 1]", true},
		{"[int(q) for q in platform.release().split(\".\")[:2]]<[4,14]", false},
		{"python_version >= \"3.9\"", true},
		{"platform_system == 'Linux'", true},
		{"sys.platform.startswith('lin')", true},
		{"False and nosuchname", false},
		{"True or nosuchname", true},
		{"1 < 2 < 3", true},
		{"1 < 2 > 3", false},
		{"'\\x23' == '\\x23'", true},
		{"True, 1", true},
		{"None == None", true},
		{"'a' not in ['b', 'c']", true},
		{"os.path.isdir('/')", true},
		{"os.access('/', os.R_OK) and os.path.isfile('/')", false},
		{"os.path.isdir('/nonexistent') and 'x' in open('/nonexistent').read()", false},
		{"()", false},
		{"(0,)", true},
		{"(0)", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *code;
		bool value;

		if (eval(rows[i].text, &value, &code) < 0)
			fail_msg("%s: %s", rows[i].text, code);
		if (value != rows[i].value)
			fail_msg("%s is %d", rows[i].text, value);
	}
}

static void the_rest_is_refused(void **state)
{
	static const struct {
		const char *text;
		const char *code;
	} rows[] = {
		{"nosuchvar", "E0602"},
		{"os.path.join('/')", "E0601"},
		{"open('/nonexistent').read()", "E0603"},
		{"1 +", "E0601"},
		{"", "E0601"},
		{"(", "E0601"},
		{"'a", "E0601"},
		{"'a' < 1", "E0603"},
		{"sys.version_info[9]", "E0603"},
		{"__import__('os')", "E0602"},
		{"lambda: 1", "E0602"},
		{"int('x')", "E0603"},
		{"linux linux", "E0601"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *code;
		bool value;

		assert_int_equal(eval(rows[i].text, &value, &code), -1);
		if (strcmp(code, rows[i].code) != 0)
			fail_msg("%s: %s", rows[i].text, code);
	}
}

static void nesting_and_length_have_limits(void **state)
{
	scoped_str struct str text = STR_INIT;
	const char *code;
	bool value;

	(void)state;
	for (int i = 0; i < LIMIT_COND_DEPTH - 1; i++)
		str_addc(&text, '(');
	str_addc(&text, '1');
	for (int i = 0; i < LIMIT_COND_DEPTH - 1; i++)
		str_addc(&text, ')');
	assert_int_equal(eval(str_cstr(&text), &value, &code), 0);
	str_cut(&text, 0);
	for (int i = 0; i < LIMIT_COND_DEPTH; i++)
		str_addc(&text, '(');
	assert_int_equal(eval(str_cstr(&text), &value, &code), -1);
	assert_string_equal(code, "E0506");
	str_cut(&text, 0);
	for (int i = 0; i <= LIMIT_COND_BYTES; i++)
		str_addc(&text, '1');
	assert_int_equal(eval(str_cstr(&text), &value, &code), -1);
	assert_string_equal(code, "E0506");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(families_of_real_profiles_are_known),
		cmocka_unit_test(the_rest_is_refused),
		cmocka_unit_test(nesting_and_length_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
