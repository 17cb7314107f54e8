/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing that a partition writes steers a terminal. */
#include "cli/escape.h"

#include <string.h>

#include "tests/unit/test.h"

static void shows(const char *text, size_t n, bool is_utf8, const char *wanted)
{
	scoped_str struct str out = STR_INIT;

	escape_text(span_make(text, n), is_utf8, true, &out);
	assert_string_equal(str_cstr(&out), wanted);
}

#define SHOWS(text, wanted) shows("" text, sizeof(text) - 1, true, wanted)

static void controls(void **state)
{
	(void)state;
	SHOWS("plain \\ text\tand\nlines", "plain \\ text\tand\nlines");
	SHOWS("\033]0;title\007", "\\x1b]0;title\\x07");
	SHOWS("\033[31mred\033[0m", "\\x1b[31mred\\x1b[0m");
	SHOWS("a\0b\177", "a\\x00b\\x7f");
	SHOWS("a\r\nb\rc\r", "a\nb\\x0dc\\x0d");
	SHOWS("\r\r\n", "\\x0d\n");
	SHOWS("\302\233"
	      "31m",
		"\\u{9b}31m"); /* C1 CSI as UTF-8 */
	SHOWS("\233"
	      "31m",
		"\\x9b31m"); /* and as one byte */
}

static void unicode(void **state)
{
	(void)state;
	SHOWS("gr\303\274n \342\234\223 \360\237\230\200",
		"gr\303\274n \342\234\223 \360\237\230\200");
	SHOWS("\342\200\256evil", "\\u{202e}evil");
	SHOWS("\342\201\246evil", "\\u{2066}evil");
	SHOWS("\357\273\277", "\\u{feff}");
	SHOWS("\300\200", "\\xc0\\x80");                   /* overlong */
	SHOWS("\355\240\200", "\\xed\\xa0\\x80");          /* surrogate */
	SHOWS("\364\220\200\200", "\\xf4\\x90\\x80\\x80"); /* past the end */
	SHOWS("\303", "\\xc3");
	SHOWS("\303(", "\\xc3(");
	shows("\303\274", 2, false, "\\u{fc}");
}

/* However a stream is cut, it comes out the same. */
static void any_cut(void **state)
{
	static const char text[] =
		"a\303\274\r\n\360\237\230\200\033[1m\342\200\256\r\303(\342\234";
	const size_t n = sizeof(text) - 1;
	scoped_str struct str whole = STR_INIT;

	(void)state;
	escape_text(span_make(text, n), true, true, &whole);
	for (size_t i = 0; i <= n; i++) {
		for (size_t j = i; j <= n; j++) {
			struct escape escape = {.is_utf8 = true, .keeps_lines = true};
			scoped_str struct str out = STR_INIT;

			escape_add(&escape, span_make(text, i), &out);
			escape_add(&escape, span_make(text + i, j - i), &out);
			escape_add(&escape, span_make(text + j, n - j), &out);
			escape_end(&escape, &out);
			assert_string_equal(str_cstr(&out), str_cstr(&whole));
		}
	}
}

static void one_line(void **state)
{
	scoped_str struct str out = STR_INIT;

	(void)state;
	escape_text(span_str("two\nlines"), true, false, &out);
	assert_string_equal(str_cstr(&out), "two\\x0alines");
}

/* Every byte and every pair: what comes out is printable, TAB, LF or UTF-8 beyond the controls. */
static void every_pair(void **state)
{
	(void)state;
	for (unsigned int pair = 0; pair < 65536; pair++) {
		const char text[] = {(char)(pair >> 8), (char)(pair & 0xff)};
		scoped_str struct str out = STR_INIT;

		escape_text(span_make(text, 2), true, true, &out);
		for (size_t i = 0; i < out.len; i++) {
			const unsigned char c = (unsigned char)out.ptr[i];

			assert_true(c == '\t' || c == '\n' || (c >= 0x20 && c != 0x7f));
			if (c == 0xc2)
				assert_true((unsigned char)out.ptr[i + 1] >= 0xa0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controls),
		cmocka_unit_test(unicode),
		cmocka_unit_test(any_cut),
		cmocka_unit_test(one_line),
		cmocka_unit_test(every_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
