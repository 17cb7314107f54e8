/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of cantle, and how a command line becomes one of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/env.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/table_doc.h"
#include "cli/cli.h"

static const struct command *const commands[] = {
	&cmd_build,
	&cmd_request,
	&cmd_run,
	&cmd_ps,
	&cmd_inspect,
	&cmd_logs,
	&cmd_exec,
	&cmd_stop,
	&cmd_start,
	&cmd_destroy,
	&cmd_gc,
	&cmd_cache,
	&cmd_doctor,
	&cmd_version,
	&cmd_help,
	&cmd_completion,
	&cmd_man,
};

static const struct option globals[] = {
	{"state", 0, 0, "DIR", "the node's state (default: $CANTLE_STATE, /var/lib/cantle)"},
	{"color", 0, 0, "auto|always|never", "colour of messages (default: auto)"},
	{"help", 'h', 0, NULL, "show this help, or a command's"},
	{"version", 0, 0, NULL, "show the version"},
};

static const struct program cantle = {
	.name = "cantle",
	.summary = "Build software from profiles and run it in partitions of this machine",
	.commands = commands,
	.n_commands = ARRAY_LEN(commands),
	.globals = globals,
	.n_globals = ARRAY_LEN(globals),
	.examples = NULL,
};

static bool is_utf8(char *const *envp)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = env_value(envp, names[i]);

		if (value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

static bool is_dumb(char *const *envp)
{
	const char *term = env_value(envp, "TERM");

	return !term || strcmp(term, "dumb") == 0;
}

static bool wants_color(const struct cli *cli, bool is_tty)
{
	const char *when = table_value(&cli->args, "color", "auto");

	if (strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	return is_tty && !is_dumb(cli->envp) && !env_value(cli->envp, "NO_COLOR");
}

static void look_around(struct cli *cli)
{
	const char *state_path = env_value(cli->envp, "CANTLE_STATE");

	cli->is_utf8 = is_utf8(cli->envp);
	cli->is_stdout_tty = isatty(STDOUT_FILENO);
	cli->state_path = state_path && state_path[0] ? state_path : "/var/lib/cantle";
	cli->screen.is_tty = isatty(STDERR_FILENO) && !is_dumb(cli->envp);
	cli->screen.is_utf8 = cli->is_utf8 || !isatty(STDERR_FILENO);
}

static int help(const struct command *command, FILE *to, int status)
{
	scoped_str struct str out = STR_INIT;

	table_help(&cantle, command, &out);
	return fputs(str_cstr(&out), to) < 0 ? STATUS_FAILED : status;
}

/* The node's registry and messages name the state directory by a path that is good everywhere. */
static int make_absolute(struct cli *cli, struct err *err)
{
	char cwd[LIMIT_PATH_BYTES + 1] = "/";
	scoped_str struct str joined = STR_INIT;
	scoped_str struct str path = STR_INIT;

	if (!cli->state_path[0])
		return err_set(
			err, ERR_INPUT, 0, "usage.value", "option '--state' needs a value: DIR");
	if (cli->state_path[0] != '/' && !getcwd(cwd, sizeof(cwd)))
		return err_set(err, ERR_OS, errno, "cli.state",
			"find '%s' in the current directory", cli->state_path);
	path_join(&joined, span_str(cwd), span_str(cli->state_path));
	path_normalise(&path, str_span(&joined));
	cli->state_path = arena_cstr(&cli->arena, str_span(&path));
	if (!cli->state_path)
		return err_set(err, ERR_LIMIT, 0, "cli.state", "no memory for a path");
	return 0;
}

static int run(struct cli *cli)
{
	struct err err = ERR_INIT;

	if (make_absolute(cli, &err) < 0)
		return cli_fail(cli, &err);
	return cli->args.command->run(cli);
}

static int dispatch(struct cli *cli)
{
	const struct command *command = cli->args.command;

	cli->has_color = wants_color(cli, cli->is_stdout_tty);
	cli->screen.has_color = wants_color(cli, cli->screen.is_tty);
	cli->state_path = table_value(&cli->args, "state", cli->state_path);
	if (table_has(&cli->args, "help"))
		return help(command, stdout, STATUS_OK);
	if (table_has(&cli->args, "version"))
		return printf("cantle %s\n", CANTLE_VERSION) < 0;
	if (!command)
		return help(NULL, stderr, STATUS_USAGE);
	return run(cli);
}

/* What stdio has kept back: a full disk is a failure, too. */
static int flush(struct cli *cli, int status)
{
	struct err err = ERR_INIT;

	if (fflush(stdout) == 0 || status != STATUS_OK)
		return status;
	err_set(&err, ERR_OS, errno, "path.write", "write");
	return cli_fail(cli, &err);
}

/*
 * Where 0, 1 or 2 is closed, the next descriptor that is opened would take its place, and what is
 * meant for the terminal would go to the node agent. As a closed one would, these fail when used.
 */
static bool fill_stdio(void)
{
	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return false;
	}
	return true;
}

int main(int argc, char **argv, char **envp)
{
	struct cli cli = {.args = TABLE_ARGS_INIT,
		.envp = envp,
		.arena = ARENA_INIT(CLI_ARENA_BYTES),
		.screen = SCREEN_INIT};
	struct err err = ERR_INIT;
	int status = STATUS_USAGE;

	if (!fill_stdio())
		return STATUS_FAILED;
	look_around(&cli);
	if (table_parse(&cantle, argc, argv, &cli.args, &err) < 0)
		status = cli_fail(&cli, &err);
	else
		status = flush(&cli, dispatch(&cli));
	screen_done(&cli.screen);
	table_args_done(&cli.args);
	arena_done(&cli.arena);
	return status;
}
