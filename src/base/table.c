/* SPDX-License-Identifier: Apache-2.0 */
/* One walk over argv against the tables: every option and word is checked here, once. */
#include "base/table.h"

#include "base/bug.h"
#include "base/mem.h"
#include "base/span.h"
#include "base/suggest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct walk {
	const struct program *program;
	struct table_args *args;
	struct table_words words;
	char *const *next; /* the argument after the one in hand */
	char *const *end;
	bool is_rest; /* nothing is an option any more */
};

struct table_words table_words_parse(const char *synopsis)
{
	struct table_words words = {.min = 0, .max = 0, .rest_at = SIZE_MAX};
	struct span left = span_str(synopsis);
	struct span word = SPAN_EMPTY;

	while (span_word(&left, &word)) {
		if (span_is(word, "--")) {
			words.rest_at = words.max;
			continue;
		}
		words.min += !span_starts(word, "[");
		words.max += words.max < SIZE_MAX;
		if (span_find(word, span_str("...")) >= 0)
			words.max = SIZE_MAX;
	}
	return words;
}

/* Cut the n-th word out of a synopsis, for messages: "missing PROFILE". */
static struct span word_name(const char *synopsis, size_t n)
{
	struct span left = span_str(synopsis);
	struct span word = SPAN_EMPTY;

	while (span_word(&left, &word)) {
		if (!span_is(word, "--") && n-- == 0)
			break;
	}
	return word;
}

const struct command *table_find(const struct program *program, const char *name)
{
	for (size_t i = 0; i < program->n_commands; i++) {
		if (strcmp(program->commands[i]->name, name) == 0)
			return program->commands[i];
	}
	return NULL;
}

/* Find a row by its letter or, where letter is 0, by its long name. */
static const struct option *option_find(
	const struct option *options, size_t n_options, struct span name, char letter)
{
	for (size_t i = 0; i < n_options; i++) {
		if (letter ? options[i].letter == letter : span_is(name, options[i].name))
			return &options[i];
	}
	return NULL;
}

/*
 * Find an option among the globals and the command's own. While the command is not known any
 * command's option will do; settle() looks again once it is.
 */
static const struct option *find_any(
	const struct program *program, const struct command *command, struct span name, char letter)
{
	const struct option *option =
		option_find(program->globals, program->n_globals, name, letter);

	if (option)
		return option;
	if (command)
		return option_find(command->options, command->n_options, name, letter);
	for (size_t i = 0; !option && i < program->n_commands; i++)
		option = option_find(program->commands[i]->options, program->commands[i]->n_options,
			name, letter);
	return option;
}

static const struct option *walk_find(const struct walk *walk, struct span name, char letter)
{
	return find_any(walk->program, walk->args->command, name, letter);
}

static void offer_options(struct suggest *suggest, const struct option *options, size_t n_options)
{
	for (size_t i = 0; i < n_options; i++) {
		if (!(options[i].flags & OPTION_HIDDEN))
			suggest_offer(suggest, options[i].name);
	}
}

static const char *walk_subject(const struct walk *walk)
{
	return walk->args->command ? walk->args->command->name : walk->program->name;
}

static int fail_option(const struct walk *walk, struct span name, struct err *err)
{
	const struct command *command = walk->args->command;
	struct suggest suggest = SUGGEST_INIT(name);

	if (command)
		offer_options(&suggest, command->options, command->n_options);
	offer_options(&suggest, walk->program->globals, walk->program->n_globals);
	if (suggest.best)
		return err_set(err, ERR_INPUT, 0, "usage.option",
			"'%s' has no option '--%.*s', did you mean '--%s'?", walk_subject(walk),
			SPAN_ARG(name), suggest.best);
	return err_set(err, ERR_INPUT, 0, "usage.option", "'%s' has no option '--%.*s'",
		walk_subject(walk), SPAN_ARG(name));
}

static int fail_command(const struct walk *walk, const char *name, struct err *err)
{
	struct suggest suggest = SUGGEST_INIT(span_str(name));

	for (size_t i = 0; i < walk->program->n_commands; i++) {
		if (!(walk->program->commands[i]->flags & COMMAND_HIDDEN))
			suggest_offer(&suggest, walk->program->commands[i]->name);
	}
	if (suggest.best)
		return err_set(err, ERR_INPUT, 0, "usage.command",
			"there is no command '%s', did you mean '%s'?", name, suggest.best);
	return err_set(err, ERR_INPUT, 0, "usage.command", "there is no command '%s'", name);
}

/* Is value one of "a|b|c"? Any value is one of a metavariable, which has no bar. */
static bool is_allowed(const char *choices, const char *value)
{
	struct span left = span_str(choices);
	struct span choice = SPAN_EMPTY;

	if (span_index(left, '|') < 0)
		return true;
	while (span_cut(&left, '|', &choice)) {
		if (span_is(choice, value))
			return true;
	}
	return false;
}

static int add_hit(
	struct walk *walk, const struct option *option, const char *value, struct err *err)
{
	if (!option->arg && value)
		return err_set(err, ERR_INPUT, 0, "usage.value", "option '--%s' takes no value",
			option->name);
	if (option->arg && !value && walk->next < walk->end)
		value = *walk->next++;
	if (option->arg && !value)
		return err_set(err, ERR_INPUT, 0, "usage.value", "option '--%s' needs a value: %s",
			option->name, option->arg);
	if (option->arg && !is_allowed(option->arg, value))
		return err_set(err, ERR_INPUT, 0, "usage.value",
			"option '--%s' must be one of %s, not '%s'", option->name, option->arg,
			value);
	walk->args->hits[walk->args->n_hits++] =
		(struct table_hit){.option = option, .value = value};
	return 0;
}

static int take_long(struct walk *walk, const char *text, struct err *err)
{
	const size_t length = strcspn(text, "=");
	const struct option *option = walk_find(walk, span_make(text, length), 0);

	if (!option)
		return fail_option(walk, span_make(text, length), err);
	return add_hit(walk, option, text[length] ? text + length + 1 : NULL, err);
}

static int take_short(struct walk *walk, const char *letters, struct err *err)
{
	for (; *letters; letters++) {
		const struct option *option = walk_find(walk, SPAN_EMPTY, *letters);
		const char *value = option && option->arg && letters[1] ? letters + 1 : NULL;

		if (!option)
			return err_set(err, ERR_INPUT, 0, "usage.option",
				"'%s' has no option '-%c'", walk_subject(walk), *letters);
		if (add_hit(walk, option, value, err) < 0)
			return -1;
		if (value)
			break;
	}
	return 0;
}

/* Look again at the options that stood before the command, now that it is known. */
static int settle(struct walk *walk, struct err *err)
{
	for (size_t i = 0; i < walk->args->n_hits; i++) {
		struct table_hit *hit = &walk->args->hits[i];
		const char *name = hit->option->name;
		const struct option *option = walk_find(walk, span_str(name), 0);

		if (!option)
			return fail_option(walk, span_str(name), err);
		if (!option->arg != !hit->option->arg)
			return err_set(err, ERR_INPUT, 0, "usage.option",
				"option '--%s' must stand after '%s'", name,
				walk->args->command->name);
		hit->option = option;
	}
	return 0;
}

static int take_word(struct walk *walk, char *word, struct err *err)
{
	struct table_args *args = walk->args;

	if (walk->program->n_commands && !args->command) {
		args->command = table_find(walk->program, word);
		if (!args->command)
			return fail_command(walk, word, err);
		walk->words = table_words_parse(args->command->args);
		return settle(walk, err);
	}
	if (args->n_words >= walk->words.rest_at)
		walk->is_rest = true;
	if (args->n_words >= walk->words.max)
		return err_set(err, ERR_INPUT, 0, "usage.words", "unexpected argument '%s'", word);
	args->words[args->n_words++] = word;
	return 0;
}

static int take(struct walk *walk, struct err *err)
{
	char *word = *walk->next++;

	if (walk->is_rest || word[0] != '-' || word[1] == '\0')
		return take_word(walk, word, err);
	if (word[1] != '-')
		return take_short(walk, word + 1, err);
	if (word[2] != '\0')
		return take_long(walk, word + 2, err);
	walk->is_rest = true;
	walk->args->n_named = walk->args->n_words;
	return 0;
}

static int check_words(const struct walk *walk, struct err *err)
{
	struct table_args *args = walk->args;
	const struct command *command = args->command;
	const size_t rest_at = walk->words.rest_at;
	size_t missing = args->n_words;

	if (rest_at == SIZE_MAX)
		args->n_named = args->n_words;
	else if (args->n_named > args->n_words) /* there was no "--" */
		args->n_named = rest_at < args->n_words ? rest_at : args->n_words;

	if (rest_at != SIZE_MAX && args->n_named < rest_at) /* "exec -- ls" lacks its NAME */
		missing = args->n_named;
	else if (args->n_words >= walk->words.min)
		return 0;

	return err_set(err, ERR_INPUT, 0, "usage.words", "'%s' needs %.*s", walk_subject(walk),
		SPAN_ARG(word_name(command ? command->args : walk->program->args, missing)));
}

static bool is_excused(const struct table_args *args)
{
	for (size_t i = 0; i < args->n_hits; i++) {
		const char *name = args->hits[i].option->name;

		if (strcmp(name, "help") == 0 || strcmp(name, "version") == 0)
			return true;
	}
	return false;
}

/* Every letter of a bundle may be a hit, so that the number of bytes bounds their number. */
static size_t max_hits(int argc, char *const *argv)
{
	size_t n = 1;

	for (int i = 1; i < argc; i++)
		n += strlen(argv[i]);
	return n;
}

int table_parse(const struct program *program, int argc, char *const *argv, struct table_args *ret,
	struct err *err)
{
	struct walk walk = {
		.program = program,
		.args = ret,
		.words = table_words_parse(program->n_commands ? NULL : program->args),
		.next = argv + (argc > 0),
		.end = argv + argc,
	};

	table_args_done(ret);
	*ret = (struct table_args){
		.program = program,
		.hits = mem_array(max_hits(argc, argv), sizeof(*ret->hits)),
		.words = mem_array((size_t)argc + 1, sizeof(*ret->words)),
		.n_named = SIZE_MAX,
	};
	if (!ret->hits || !ret->words)
		return err_set(err, ERR_LIMIT, 0, "usage.memory", "no memory for the arguments");

	while (walk.next < walk.end) {
		if (take(&walk, err) < 0)
			return -1;
	}
	if ((program->n_commands && !ret->command) || is_excused(ret)) {
		ret->n_named = ret->n_words;
		return 0;
	}
	return check_words(&walk, err);
}

void table_args_done(struct table_args *args)
{
	free(args->hits);
	free(args->words);
	*args = (struct table_args)TABLE_ARGS_INIT;
}

static void must_exist(const struct table_args *args, const char *name)
{
	BUG_IF(!find_any(args->program, args->command, span_str(name), 0),
		"the option asked for is in the tables");
}

bool table_has(const struct table_args *args, const char *name)
{
	must_exist(args, name);
	for (size_t i = 0; i < args->n_hits; i++) {
		if (strcmp(args->hits[i].option->name, name) == 0)
			return true;
	}
	return false;
}

const char *table_value(const struct table_args *args, const char *name, const char *otherwise)
{
	must_exist(args, name);
	for (size_t i = args->n_hits; i > 0; i--) {
		if (strcmp(args->hits[i - 1].option->name, name) == 0)
			return args->hits[i - 1].value;
	}
	return otherwise;
}

int table_uint(const struct table_args *args, const char *name, uint64_t min, uint64_t max,
	uint64_t otherwise, uint64_t *ret, struct err *err)
{
	const char *text = table_value(args, name, NULL);
	uint64_t number = 0;

	if (!text) {
		*ret = otherwise;
		return 0;
	}
	if (!span_parse_u64(span_str(text), &number) || number < min || number > max)
		return err_set(err, ERR_INPUT, 0, "usage.value",
			"option '--%s' must be a number from %" PRIu64 " to %" PRIu64 ", not '%s'",
			name, min, max, text);
	*ret = number;
	return 0;
}
