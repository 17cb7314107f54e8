/* SPDX-License-Identifier: Apache-2.0 */
/* Lines, literals and files of the language, and the way back to their positions. */
#include "base/bug.h"
#include "engine/lex.h"
#include "engine/limit.h"
#include "engine/literal.h"
#include "tests/unit/engine/fixture.h"

static struct lex_line lex(const char *text)
{
	struct span rest = span_str(text);
	struct lex_line line;

	assert_true(lex_next(&rest, &line));
	return line;
}

static void lines_are_told_apart(void **state)
{
	struct lex_line line;

	(void)state;
	assert_int_equal(lex("# c").kind, LEX_COMMENT);
	assert_int_equal(lex("; c").kind, LEX_COMMENT);
	assert_int_equal(lex("  x = 1").kind, LEX_INDENTED);
	assert_int_equal(lex("\xc2\xa0x = 1").kind, LEX_INDENTED);
	assert_int_equal(lex("foo: 1").kind, LEX_BAD);
	assert_int_equal(lex("foo bar = 1").kind, LEX_BAD);
	assert_int_equal(lex("[a b]").kind, LEX_BAD);
	assert_int_equal(lex("[]").kind, LEX_BAD);
	assert_int_equal(lex("[a] x").kind, LEX_BAD);
	line = lex("[ a/b : x[1] == ']' ] # c");
	assert_int_equal(line.kind, LEX_HEADER);
	assert_span(line.name, "a/b");
	assert_span(line.expression, "x[1] == ']'");
	line = lex("x +=  a b ");
	assert_span(line.name, "x +");
	assert_span(line.value, "a b");
	assert_span(lex("x+= a").name, "x+");
	assert_span(lex("<= m").name, "<");
	assert_span(lex("=> a").name, "<part-dependencies>");
	assert_int_equal(lex("x + = a").kind, LEX_BAD);
}

static void assert_value(const char *first, const char *rest_text, const char *wanted)
{
	struct literal literal = LITERAL_INIT(LIMIT_FILE_BYTES);
	struct span rest = span_str(rest_text);
	struct span line;

	literal_begin(&literal, lex_strip(span_str(first)));
	while (span_cut(&rest, '\n', &line))
		literal_add(&literal, line);
	assert_span(literal_end(&literal), wanted);
	literal_done(&literal);
}

static void literals_follow_their_first_line(void **state)
{
	(void)state;
	assert_value(" one ", "", "one");
	assert_value("one", "  two   \n\n  three\n", "one\ntwo\nthree");
	assert_value("", "      deep\n    base\n\n    after\n\n", "  deep\nbase\n\nafter");
	assert_value("", "\ta\n        b\n", "\ta\n        b");
	assert_value("", "\n\n  a\n\n", "a");
	assert_value("", "   \n", "");
	assert_value("", "", "");
}

static void positions_lead_back_to_the_source(void **state)
{
	struct config config;
	struct err err = ERR_INIT;
	struct where where;
	const struct option *option;

	(void)state;
	assert_done(config_init(&config, &err), &err);
	assert_done(fixture_add(&config, "/d",
			    "[s]\nx = one\n# c\n   two\n\n  three\ny =\n\n      deep\n    base\n",
			    &err),
		&err);
	option = options_find_name(
		&config, &config_section_find(&config, span_str("s"))->raw, span_str("x"));
	where = parse_locate(&config.sources, option->file, option->line, 4, 3);
	assert_int_equal(where.line, 4);
	assert_int_equal(where.col, 4);
	where = parse_locate(&config.sources, option->file, option->line, 9, 2);
	assert_int_equal(where.line, 6);
	assert_int_equal(where.col, 4);
	option = options_find_name(
		&config, &config_section_find(&config, span_str("s"))->raw, span_str("y"));
	where = parse_locate(&config.sources, option->file, option->line, 2, 4);
	assert_int_equal(where.line, 9);
	assert_int_equal(where.col, 7);
	where = parse_locate(&config.sources, option->file, option->line, 7, 4);
	assert_int_equal(where.line, 10);
	assert_int_equal(where.col, 5);
	assert_int_equal(where.len, 4);
	config_done(&config);
}

static void assert_refused(const char *text, const char *code, uint32_t line)
{
	struct config config;
	struct err err = ERR_INIT;

	assert_done(config_init(&config, &err), &err);
	assert_int_equal(fixture_add(&config, "/d", text, &err), -1);
	assert_string_equal(config.diags.v.items[0].code, code);
	assert_int_equal(config.diags.v.items[0].where.line, line);
	config_done(&config);
}

static void bad_lines_are_refused_where_they_stand(void **state)
{
	(void)state;
	assert_refused("a = 1\n[s]\n", "E0101", 1);
	assert_refused("[s]\n  x = 1\n", "E0102", 2);
	assert_refused("[s]\nx = 1\nfoo: 2\n", "E0102", 3);
	assert_refused("[s]\nx = 1\n[a b]\n", "E0102", 3);
	assert_refused("\xef\xbb\xbf[s]\n", "E0101", 1);
	assert_refused("[s:False]\na = 1\n", "E0101", 2);
}

static void bytes_are_checked_first(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *step;
		uint32_t line;
	} rows[] = {
		{"[s]\nx\0 = 1", 10, "lex.nul", 2},
		{"[s]\n\xff", 5, "lex.utf8", 2},
		{"[s]\n\xed\xa0\x80", 7, "lex.utf8", 2},
		{"a\n\n\xc0\x80", 5, "lex.utf8", 3},
	};
	struct err err = ERR_INIT;
	char text[64];
	uint32_t line;
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		memcpy(text, rows[i].text, rows[i].len);
		len = rows[i].len;
		err_clear(&err);
		assert_int_equal(source_normalise(text, &len, &line, &err), -1);
		assert_string_equal(err.step, rows[i].step);
		assert_int_equal(line, rows[i].line);
	}
	memcpy(text, "a\r\nb\rc", 6);
	len = 6;
	err_clear(&err);
	assert_done(source_normalise(text, &len, &line, &err), &err);
	assert_span(span_make(text, len), "a\nb\nc");
}

static void a_line_may_be_as_long_as_the_limit(void **state)
{
	size_t len = LIMIT_LINE_BYTES;
	char *text = malloc(LIMIT_LINE_BYTES + 1);
	struct err err = ERR_INIT;
	uint32_t line;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', LIMIT_LINE_BYTES + 1);
	assert_done(source_normalise(text, &len, &line, &err), &err);
	len = LIMIT_LINE_BYTES + 1;
	assert_int_equal(source_normalise(text, &len, &line, &err), -1);
	assert_string_equal(err.step, "lex.line");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_told_apart),
		cmocka_unit_test(literals_follow_their_first_line),
		cmocka_unit_test(positions_lead_back_to_the_source),
		cmocka_unit_test(bad_lines_are_refused_where_they_stand),
		cmocka_unit_test(bytes_are_checked_first),
		cmocka_unit_test(a_line_may_be_as_long_as_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
