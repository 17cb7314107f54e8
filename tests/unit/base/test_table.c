/* SPDX-License-Identifier: Apache-2.0 */
/* Tables: what argv means, what is refused and what is offered instead, and the documents. */
#include "base/table.h"

#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "base/table_doc.h"

#include "tests/unit/test.h"

static const struct option go_options[] = {
	{"parameter", 'p', OPTION_REPEAT, "KEY=VALUE", "a parameter's value"},
	{"follow", 'f', 0, NULL, "go on"},
	{"lines", 'n', 0, "N", "how many"},
	{"file", 0, 0, "FILE", "a [file]: of any kind"},
	{"secret", 0, OPTION_HIDDEN, NULL, "nobody sees it"},
};
static const struct option run_options[] = {
	{"net", 0, 0, "none|veth", "network"},
	{"follow", 0, 0, "N", "takes a value here"},
};
static const struct command go = {
	.name = "request",
	.args = "NAME PROFILE [MORE...]",
	.summary = "Go where it's told",
	.options = go_options,
	.n_options = ARRAY_LEN(go_options),
	.about = "Some lines.",
	.examples = "prog request a b\tdoes it\nprog request\tdoes not",
};
static const struct command run = {
	.name = "exec",
	.args = "NAME -- CMD [ARG...]",
	.summary = "Run",
	.options = run_options,
	.n_options = ARRAY_LEN(run_options),
};
static const struct command hidden = {
	.name = "__hidden", .args = "", .summary = "Hide", .flags = COMMAND_HIDDEN};
static const struct command *const commands[] = {&go, &run, &hidden};
static const struct option globals[] = {
	{"state", 0, 0, "DIR", "the state"},
	{"help", 'h', 0, NULL, "help"},
};
static const struct program program = {
	.name = "prog",
	.summary = "Do things",
	.commands = commands,
	.n_commands = ARRAY_LEN(commands),
	.globals = globals,
	.n_globals = ARRAY_LEN(globals),
};
static const struct program daemon_program = {
	.name = "d", .summary = "Serve", .args = "[FILE]", .globals = globals, .n_globals = 2};

/* argv is not written to; main()'s type only cannot say so. */
#define PARSE(program_, args, err, ...)                                                            \
	(__extension__({                                                                           \
		const char *argv_[] = {"prog", __VA_ARGS__};                                       \
		table_parse((program_), (int)ARRAY_LEN(argv_), (char *const *)(uintptr_t)argv_,    \
			(args), (err));                                                            \
	}))

static void options_and_words_in_any_order(void **state)
{
	scoped_table_args struct table_args args = TABLE_ARGS_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_done(PARSE(&program, &args, &e, "--lines", "3", "--state=/s", "request", "-pa=1",
			    "n", "-fp", "b=2", "prof", "--parameter=c=3", "--", "-x"),
		&e);
	assert_ptr_equal(args.command, &go);
	assert_string_equal(table_value(&args, "state", ""), "/s");
	assert_string_equal(table_value(&args, "lines", ""), "3");
	assert_string_equal(table_value(&args, "parameter", ""), "c=3");
	assert_string_equal(table_value(&args, "file", "none"), "none");
	assert_true(table_has(&args, "follow"));
	assert_false(table_has(&args, "secret"));
	assert_int_equal(args.n_hits, 6);
	assert_int_equal(args.n_words, 3);
	assert_int_equal(args.n_named, 3);
	assert_string_equal(args.words[2], "-x");
}

static void rest_is_not_interpreted(void **state)
{
	scoped_table_args struct table_args args = TABLE_ARGS_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_done(PARSE(&program, &args, &e, "exec", "--net", "veth", "n", "--", "ls", "-l", "--",
			    "--net"),
		&e);
	assert_int_equal(args.n_hits, 1);
	assert_int_equal(args.n_named, 1);
	assert_int_equal(args.n_words, 5);
	assert_string_equal(args.words[1], "ls");
	assert_string_equal(args.words[4], "--net");
	/* without the "--" too, from the first word of the rest on */
	assert_done(PARSE(&program, &args, &e, "exec", "n", "ls", "-l"), &e);
	assert_int_equal(args.n_named, 1);
	assert_int_equal(args.n_words, 3);
	assert_fails(PARSE(&program, &args, &e, "exec", "--", "ls"), &e, "usage.words");
	assert_fails(PARSE(&program, &args, &e, "exec", "n", "--"), &e, "usage.words");
	assert_fails(PARSE(&program, &args, &e, "exec", "n"), &e, "usage.words");
}

static void usage_errors(void **state)
{
	scoped_table_args struct table_args args = TABLE_ARGS_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(PARSE(&program, &args, &e, "request", "--parametre=1") < 0);
	assert_non_null(strstr(e.text, "did you mean '--parameter'"));
	assert_ptr_equal(args.command, &go);
	err_clear(&e);
	assert_true(PARSE(&program, &args, &e, "requset") < 0);
	assert_non_null(strstr(e.text, "did you mean 'request'"));
	err_clear(&e);
	assert_true(PARSE(&program, &args, &e, "request", "a") < 0);
	assert_non_null(strstr(e.text, "needs PROFILE"));
	err_clear(&e);
	assert_fails(PARSE(&program, &args, &e, "zzz"), &e, "usage.command");
	assert_fails(PARSE(&program, &args, &e, "request", "-z"), &e, "usage.option");
	assert_fails(PARSE(&program, &args, &e, "request", "--follow=1"), &e, "usage.value");
	assert_fails(PARSE(&program, &args, &e, "request", "-n"), &e, "usage.value");
	assert_fails(PARSE(&program, &args, &e, "exec", "--net", "lan"), &e, "usage.value");
	assert_fails(PARSE(&program, &args, &e, "exec", "--net", "none|veth"), &e, "usage.value");
	assert_fails(
		PARSE(&program, &args, &e, "exec", "--lines", "1", "a", "b"), &e, "usage.option");
	assert_fails(
		PARSE(&program, &args, &e, "--lines", "1", "exec", "a", "b"), &e, "usage.option");
	/* takes a value only after one of the two commands that have it */
	assert_fails(PARSE(&program, &args, &e, "--follow", "exec", "a", "b"), &e, "usage.option");
	assert_fails(PARSE(&program, &args, &e, "__hidden", "x"), &e, "usage.words");
}

static void nothing_and_help(void **state)
{
	scoped_table_args struct table_args args = TABLE_ARGS_INIT;
	char name[] = "prog";
	char *argv[] = {name};
	struct err e = ERR_INIT;

	(void)state;
	assert_done(table_parse(&program, 1, argv, &args, &e), &e);
	assert_null(args.command);
	assert_done(table_parse(&program, 0, argv, &args, &e), &e);
	assert_done(PARSE(&program, &args, &e, "request", "-h"), &e);
	assert_ptr_equal(args.command, &go);
	assert_true(table_has(&args, "help"));
	assert_fails(PARSE(&program, &args, &e, "-"), &e, "usage.command");
}

static void program_without_commands(void **state)
{
	scoped_table_args struct table_args args = TABLE_ARGS_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_done(PARSE(&daemon_program, &args, &e, "--state", "x", "f"), &e);
	assert_int_equal(args.n_words, 1);
	assert_fails(PARSE(&daemon_program, &args, &e, "f", "g"), &e, "usage.words");
}

static void numbers(void **state)
{
	scoped_table_args struct table_args args = TABLE_ARGS_INIT;
	uint64_t n = 0;
	struct err e = ERR_INIT;

	(void)state;
	assert_done(PARSE(&program, &args, &e, "request", "a", "b"), &e);
	assert_done(table_uint(&args, "lines", 1, 9, 5, &n, &e), &e);
	assert_int_equal(n, 5);
	assert_done(PARSE(&program, &args, &e, "request", "a", "b", "-n9"), &e);
	assert_done(table_uint(&args, "lines", 1, 9, 5, &n, &e), &e);
	assert_int_equal(n, 9);
	assert_fails(table_uint(&args, "lines", 1, 8, 5, &n, &e), &e, "usage.value");
	assert_done(PARSE(&program, &args, &e, "request", "a", "b", "-n", "9x"), &e);
	assert_fails(table_uint(&args, "lines", 1, 9, 5, &n, &e), &e, "usage.value");
	assert_int_equal(n, 9);
}

static void words_of_a_synopsis(void **state)
{
	struct table_words words = table_words_parse("NAME -- CMD [ARG...]");

	(void)state;
	assert_int_equal(words.min, 2);
	assert_true(words.max == SIZE_MAX);
	assert_int_equal(words.rest_at, 1);
	words = table_words_parse("A [B]");
	assert_int_equal(words.min, 1);
	assert_int_equal(words.max, 2);
	assert_true(words.rest_at == SIZE_MAX);
	words = table_words_parse(NULL);
	assert_int_equal(words.max, 0);
}

static unsigned int distance(const char *a, const char *b)
{
	return suggest_distance(span_str(a), span_str(b));
}

static void distances(void **state)
{
	char longest[LIMIT_SUGGEST_NAME + 2];
	struct suggest suggest = SUGGEST_INIT(span_str("x"));

	(void)state;
	assert_int_equal(distance("", ""), 0);
	assert_int_equal(distance("build", "build"), 0);
	assert_int_equal(distance("biuld", "build"), 1);
	assert_int_equal(distance("bild", "build"), 1);
	assert_int_equal(distance("builds", "build"), 1);
	assert_int_equal(distance("bxild", "build"), 1);
	assert_int_equal(distance("biuldd", "build"), 2);
	assert_int_equal(distance("abc", "xyz"), 3);
	assert_int_equal(distance("a", "abcd"), 3);
	memset(longest, 'a', sizeof(longest));
	assert_int_equal(suggest_distance(span_make(longest, LIMIT_SUGGEST_NAME),
				 span_make(longest, LIMIT_SUGGEST_NAME)),
		0);
	assert_int_equal(suggest_distance(span_make(longest, LIMIT_SUGGEST_NAME + 1),
				 span_make(longest, LIMIT_SUGGEST_NAME + 1)),
		3);
	suggest_offer(&suggest, "ps");
	assert_null(suggest.best);
}

static void documents(void **state)
{
	scoped_str struct str out = STR_INIT;
	struct err e = ERR_INIT;

	(void)state;
	table_help(&program, &go, &out);
	assert_non_null(strstr(str_cstr(&out), "prog request [OPTIONS] NAME PROFILE [MORE...]"));
	assert_null(strstr(str_cstr(&out), "secret"));
	str_cut(&out, 0);
	table_help(&program, NULL, &out);
	assert_null(strstr(str_cstr(&out), "__hidden"));
	str_cut(&out, 0);
	table_man(&program, &go, &out);
	assert_non_null(strstr(str_cstr(&out), ".It Fl p , Fl -parameter Ar KEY=VALUE\n"));
	str_cut(&out, 0);
	table_man_synopsis(&program, &out);
	assert_non_null(strstr(str_cstr(&out), ".Cm exec\n.Op Fl -net Ar none|veth\n"));
	assert_non_null(strstr(str_cstr(&out), ".Ar NAME\n.Fl -\n.Ar CMD\n.Op Ar ARG ...\n"));
	str_cut(&out, 0);
	assert_done(table_complete(&program, "zsh", &out, &e), &e);
	assert_non_null(strstr(str_cstr(&out), "'request:Go where it'\\''s told'"));
	assert_non_null(
		strstr(str_cstr(&out), "'--file=[a \\[file\\]\\: of any kind]:FILE:_files'"));
	assert_fails(table_complete(&program, "tcsh", &out, &e), &e, "usage.shell");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_and_words_in_any_order),
		cmocka_unit_test(rest_is_not_interpreted),
		cmocka_unit_test(usage_errors),
		cmocka_unit_test(nothing_and_help),
		cmocka_unit_test(program_without_commands),
		cmocka_unit_test(numbers),
		cmocka_unit_test(words_of_a_synopsis),
		cmocka_unit_test(distances),
		cmocka_unit_test(documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
