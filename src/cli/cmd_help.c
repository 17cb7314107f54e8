/* SPDX-License-Identifier: Apache-2.0 */
/* cantle help, cantle completion and the manual's option lists: what the tables say of themselves. */
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "base/suggest.h"
#include "base/table_doc.h"
#include "cli/cli.h"

static int print(struct cli *cli, const struct str *text)
{
	struct err err = ERR_INIT;

	if (str_check(text, &err) < 0 || fd_write_all(STDOUT_FILENO, str_span(text), &err) < 0)
		return cli_fail(cli, &err);
	return STATUS_OK;
}

static int find(const struct program *program, const char *name, const struct command **ret,
	struct err *err)
{
	struct suggest suggest = SUGGEST_INIT(span_str(name));

	*ret = table_find(program, name);
	if (*ret)
		return 0;
	for (size_t i = 0; i < program->n_commands; i++)
		suggest_offer(&suggest, program->commands[i]->name);
	return err_set(err, ERR_INPUT, 0, "usage.command", "there is no command '%s'%s%s%s", name,
		suggest.best ? ", did you mean '" : "", suggest.best ? suggest.best : "",
		suggest.best ? "'?" : "");
}

static int run_help(void *context)
{
	struct cli *cli = context;
	const struct command *command = NULL;
	scoped_str struct str out = STR_INIT;
	struct err err = ERR_INIT;

	if (cli->args.n_words && find(cli->args.program, cli->args.words[0], &command, &err) < 0)
		return cli_fail(cli, &err);
	table_help(cli->args.program, command, &out);
	return print(cli, &out);
}

static int run_completion(void *context)
{
	struct cli *cli = context;
	scoped_str struct str out = STR_INIT;
	struct err err = ERR_INIT;

	if (table_complete(cli->args.program, cli->args.words[0], &out, &err) < 0)
		return cli_fail(cli, &err);
	return print(cli, &out);
}

/* man/fill.sh asks for "synopsis", "globals" or the name of a command. */
static int run_man(void *context)
{
	struct cli *cli = context;
	const struct command *command = NULL;
	const char *what = cli->args.words[0];
	scoped_str struct str out = STR_INIT;
	struct err err = ERR_INIT;

	if (strcmp(what, "synopsis") == 0) {
		table_man_synopsis(cli->args.program, &out);
		return print(cli, &out);
	}
	if (strcmp(what, "globals") != 0 && find(cli->args.program, what, &command, &err) < 0)
		return cli_fail(cli, &err);
	table_man(cli->args.program, command, &out);
	return print(cli, &out);
}

const struct command cmd_help = {
	.name = "help",
	.args = "[COMMAND]",
	.summary = "Show help of a command",
	.examples = "cantle help request\tas 'cantle request --help'",
	.run = run_help,
};

const struct command cmd_completion = {
	.name = "completion",
	.args = "SHELL",
	.summary = "Print a completion script for bash, zsh or fish",
	.examples = "source <(cantle completion bash)\tin this shell",
	.run = run_completion,
};

const struct command cmd_man = {
	.name = "__man",
	.args = "WHAT",
	.summary = "Print a piece of the manual's source",
	.flags = COMMAND_HIDDEN,
	.run = run_man,
};
