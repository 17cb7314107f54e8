/* SPDX-License-Identifier: Apache-2.0 */
/* Help screens and mdoc fragments, both straight from the rows. */
#include "base/table_doc.h"

enum {
	HELP_LEFT_MAX = 30, /* columns; a longer left side puts its text on the next line */
};

static size_t left_width(const struct option *options, size_t n_options)
{
	size_t widest = 0;

	for (size_t i = 0; i < n_options; i++) {
		const size_t width = strlen(options[i].name) +
				     (options[i].arg ? 1 + strlen(options[i].arg) : 0) + 10;

		if (!(options[i].flags & OPTION_HIDDEN) && width > widest && width <= HELP_LEFT_MAX)
			widest = width;
	}
	return widest;
}

/* "  -p, --parameter key=value   what it does" */
static void help_option(const struct option *option, size_t width, struct str *out)
{
	const size_t start = out->len;

	if (option->letter)
		str_addf(out, "  -%c, --%s", option->letter, option->name);
	else
		str_addf(out, "      --%s", option->name);
	if (option->arg)
		str_addf(out, " %s", option->arg);
	if (out->len - start + 2 > width)
		str_addf(out, "\n%*s", (int)width, "");
	else
		str_addf(out, "%*s", (int)(width - (out->len - start)), "");
	str_addf(out, "%s%s\n", option->help, option->flags & OPTION_REPEAT ? " (repeatable)" : "");
}

static void help_options(
	const char *title, const struct option *options, size_t n_options, struct str *out)
{
	const size_t width = left_width(options, n_options);

	if (n_options)
		str_addf(out, "\n%s:\n", title);
	for (size_t i = 0; i < n_options; i++) {
		if (!(options[i].flags & OPTION_HIDDEN))
			help_option(&options[i], width, out);
	}
}

static void help_examples(const char *examples, struct str *out)
{
	struct span left = span_str(examples);
	struct span line = SPAN_EMPTY;

	if (left.len)
		str_adds(out, "\nExamples:\n");
	while (span_cut(&left, '\n', &line)) {
		struct span shown = SPAN_EMPTY;

		if (!span_cut(&line, '\t', &shown))
			continue;
		str_addf(out, "  %.*s\n", SPAN_ARG(shown));
		if (line.len)
			str_addf(out, "      %.*s\n", SPAN_ARG(line));
	}
}

static void help_commands(const struct program *program, struct str *out)
{
	size_t widest = 0;

	for (size_t i = 0; i < program->n_commands; i++) {
		const size_t width = strlen(program->commands[i]->name);

		widest = width > widest ? width : widest;
	}
	if (program->n_commands)
		str_adds(out, "\nCommands:\n");
	for (size_t i = 0; i < program->n_commands; i++) {
		const struct command *command = program->commands[i];

		if (!(command->flags & COMMAND_HIDDEN))
			str_addf(out, "  %-*s  %s\n", (int)widest, command->name, command->summary);
	}
}

void table_usage(const struct program *program, const struct command *command, struct str *out)
{
	const char *args = command ? command->args : program->args;

	str_adds(out, program->name);
	if (command)
		str_addf(out, " %s", command->name);
	if (command ? command->n_options : program->n_globals)
		str_adds(out, " [OPTIONS]");
	if (!command && program->n_commands)
		str_adds(out, " COMMAND [ARG...]");
	if (args && args[0])
		str_addf(out, " %s", args);
}

void table_help(const struct program *program, const struct command *command, struct str *out)
{
	str_adds(out, "Usage: ");
	table_usage(program, command, out);
	str_addf(out, "\n%s.\n", command ? command->summary : program->summary);
	if (command && command->about)
		str_addf(out, "\n%s\n", command->about);
	if (!command) {
		help_commands(program, out);
		help_options("Options", program->globals, program->n_globals, out);
		help_examples(program->examples, out);
		if (program->n_commands)
			str_addf(out, "\n'%s help COMMAND' tells more; the manual is %s(1).\n",
				program->name, program->name);
		return;
	}
	help_options("Options", command->options, command->n_options, out);
	help_examples(command->examples, out);
	str_addf(out, "\nOptions of every command: '%s --help'.\n", program->name);
}

/* mdoc takes a leading '.' or '\'' for a macro and a backslash for an escape. */
static void man_text(const char *text, struct str *out)
{
	if (*text == '.' || *text == '\'')
		str_adds(out, "\\&");
	for (; *text; text++) {
		if (*text == '\\')
			str_adds(out, "\\e");
		else
			str_addc(out, *text);
	}
}

/* The words of a synopsis as macro arguments: "[NAME...]" is "Op Ar NAME ...". */
static void man_words(const char *args, struct str *out)
{
	struct span left = span_str(args);
	struct span word = SPAN_EMPTY;

	while (span_word(&left, &word)) {
		const bool is_optional = span_starts(word, "[");

		if (is_optional)
			word = span_make(word.ptr + 1, word.len - 1 - span_ends(word, "]"));
		const bool is_repeated = span_ends(word, "...");

		if (is_repeated)
			word = span_first(word, word.len - 3);
		if (span_is(word, "--"))
			str_adds(out, ".Fl -\n");
		else
			str_addf(out, ".%sAr %.*s%s\n", is_optional ? "Op " : "", SPAN_ARG(word),
				is_repeated ? " ..." : "");
	}
}

static void man_option_name(const struct option *option, struct str *out)
{
	if (option->letter)
		str_addf(out, "Fl %c , ", option->letter);
	str_addf(out, "Fl -%s", option->name);
	if (option->arg)
		str_addf(out, " Ar %s", option->arg);
}

static void man_synopsis(
	const struct program *program, const struct command *command, struct str *out)
{
	const struct option *options = command ? command->options : program->globals;
	const size_t n_options = command ? command->n_options : program->n_globals;

	str_addf(out, ".Nm %s\n", program->name);
	if (command)
		str_addf(out, ".Cm %s\n", command->name);
	for (size_t i = 0; i < n_options; i++) {
		if (options[i].flags & OPTION_HIDDEN)
			continue;
		if (options[i].letter)
			str_addf(out, ".Op Fl %c%s%s", options[i].letter,
				options[i].arg ? " Ar " : "", options[i].arg ? options[i].arg : "");
		else
			str_addf(out, ".Op Fl -%s%s%s", options[i].name,
				options[i].arg ? " Ar " : "", options[i].arg ? options[i].arg : "");
		str_adds(out, options[i].flags & OPTION_REPEAT ? " ...\n" : "\n");
	}
	man_words(command ? command->args : program->args, out);
}

void table_man_synopsis(const struct program *program, struct str *out)
{
	if (!program->n_commands)
		man_synopsis(program, NULL, out);
	for (size_t i = 0; i < program->n_commands; i++) {
		if (!(program->commands[i]->flags & COMMAND_HIDDEN))
			man_synopsis(program, program->commands[i], out);
	}
}

void table_man(const struct program *program, const struct command *command, struct str *out)
{
	const struct option *options = command ? command->options : program->globals;
	const size_t n_options = command ? command->n_options : program->n_globals;

	if (!n_options)
		return;
	str_adds(out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < n_options; i++) {
		if (options[i].flags & OPTION_HIDDEN)
			continue;
		str_adds(out, ".It ");
		man_option_name(&options[i], out);
		str_addc(out, '\n');
		man_text(options[i].help, out);
		str_adds(out, options[i].flags & OPTION_REPEAT ? "; may be repeated.\n" : ".\n");
	}
	str_adds(out, ".El\n");
}
