/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-engine buildout: the command line, messages and statuses of zc.buildout. */
#include <unistd.h>

#include "base/bug.h"
#include "base/path.h"
#include "engine/args.h"
#include "engine/extend.h"
#include "engine/query.h"
#include "engine/run.h"

/* Source: zc.buildout 3.0.1 main(); slapos: --dry-run, --skip-signature-check. */
struct command_line {
	VEC(struct engine_assignment) assignments;
	VEC(struct span) names; /* words behind the command */
	struct span command;
	struct span config;
	int verbosity;
	bool is_done; /* help or version was shown */
	bool no_broker;
};

static int usage_error(const char *text, struct span what)
{
	(void)fprintf(stderr, "Error: %s%.*s\n", text, SPAN_ARG(what));
	return -1;
}

static int assign(struct command_line *line, const char *key, struct span value)
{
	struct engine_assignment row = {
		.section = SPAN("buildout"), .key = span_str(key), .value = value};

	return vec_push(&line->assignments, row) ? 0 : -1;
}

static const char usage_text[] =
	"Usage: buildout [options] [assignments] [command [command arguments]]\n"
	"Options: -c FILE, -t SECONDS, -v, -q, -h, -U, -o, -O, -n, -N, -W, -A, --version,\n"
	"         --dry-run, --skip-signature-check\n"
	"Assignments: [section:]option[+|-]=value\n"
	"Commands: install [parts], query [section:]option, annotate [sections]\n";

static int take_letter(struct command_line *line, char letter)
{
	static const struct {
		char letter;
		const char *key;
		const char *value;
	} rows[] = {
		{'o', "offline", "true"},
		{'O', "offline", "false"},
		{'n', "newest", "true"},
		{'N', "newest", "false"},
	};

	if (letter == 'v')
		line->verbosity += 10;
	if (letter == 'q')
		line->verbosity -= 10;
	if (letter == 'h' || letter == 'W' || letter == 'A') {
		(void)fputs(usage_text, stdout);
		line->is_done = true;
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].letter == letter)
			return assign(line, rows[i].key, span_str(rows[i].value));
	return 0;
}

static int take_timeout(struct command_line *line, struct span value)
{
	uint64_t seconds;

	if (!span_parse_u64(value, &seconds))
		return usage_error("Timeout value must be numeric ", value);
	return assign(line, "socket-timeout", value);
}

/* A cluster of letters, then perhaps `c FILE` or `t SECONDS`. *next is the following argument. */
static int take_cluster(
	struct command_line *line, const char *argument, char **next, bool *ret_took)
{
	const char *op = argument + 1;
	struct span value;

	*ret_took = false;
	for (; *op && strchr("vqhWUoOnNDA", *op); op++)
		if (take_letter(line, *op) < 0)
			return -1;
	if (*op == '\0')
		return 0;
	if (*op != 'c' && *op != 't')
		return usage_error("Invalid option ", span_str(argument));
	value = span_str(op + 1);
	if (value.len == 0) {
		if (!*next)
			return usage_error(*op == 'c' ? "No file name specified for option "
						      : "No timeout value specified for option ",
				span_str(argument));
		value = span_str(*next);
		*ret_took = true;
	}
	if (*op == 't')
		return take_timeout(line, value);
	line->config = value;
	return 0;
}

static int take_long(struct command_line *line, const char *argument)
{
	if (strcmp(argument, "--no-broker") == 0) {
		line->no_broker = true;
	} else if (strcmp(argument, "--version") == 0) {
		(void)fputs("buildout version 3.0.1 (cantle)\n", stdout);
		line->is_done = true;
	} else if (strcmp(argument, "--help") == 0) {
		(void)fputs(usage_text, stdout);
		line->is_done = true;
	} else if (strcmp(argument, "--dry-run") == 0) {
		return assign(line, "dry-run", span_str("true"));
	} else if (strcmp(argument, "--skip-signature-check") == 0) {
		return assign(line, "check-signature", span_str("false"));
	} else {
		return usage_error("Invalid option ", span_str(argument));
	}
	return 0;
}

static int parse(struct command_line *line, char **argv)
{
	for (char **argument = argv; *argument && !line->is_done; argument++) {
		struct engine_assignment row;
		struct err err = ERR_INIT;
		bool took_next = false;
		int status = 0;

		if (line->command.ptr)
			status = vec_push(&line->names, span_str(*argument)) ? 0 : -1;
		else if (strncmp(*argument, "--", 2) == 0)
			status = take_long(line, *argument);
		else if (**argument == '-')
			status = take_cluster(line, *argument, argument + 1, &took_next);
		else if (!strchr(*argument, '='))
			line->command = span_str(*argument);
		else if (args_assignment(span_str(*argument), &row, &err) < 0)
			status = usage_error("", span_make(err.text, err.used));
		else
			status = vec_push(&line->assignments, row) ? 0 : -1;
		if (status < 0)
			return -1;
		argument += took_next;
	}
	return 0;
}

/* ---- running ---- */

/* `buildout:extends=` of the command line: roots behind the file, not an option. */
static bool take_extends(struct command_line *line, struct config *paths, struct span base,
	struct span *roots, size_t max, size_t *n)
{
	size_t out = 0;

	for (size_t i = 0; i < line->assignments.n; i++) {
		struct engine_assignment row = line->assignments.items[i];
		struct span word;
		struct err err = ERR_INIT;

		if (!span_is(row.section, "buildout") || !span_is(row.key, "extends")) {
			line->assignments.items[out++] = row;
			continue;
		}
		while (*n < max && span_word(&row.value, &word))
			if (extend_resolve(paths, base, word, &roots[(*n)++], &err) < 0)
				return false;
	}
	line->assignments.n = out;
	return true;
}

static int start(struct command_line *line, struct config *paths, const char *cwd, char **envp)
{
	struct span roots[64];
	struct engine_request request = {.broker = FD_INIT, .profiles = roots, .n_profiles = 1};
	struct run run = {.events = FD_INIT, .is_upstream = true};
	char verbosity[16];
	struct err err = ERR_INIT;
	struct span config = line->config.ptr ? line->config : (struct span)SPAN("buildout.cfg");

	if (line->verbosity != 0) {
		(void)snprintf(verbosity, sizeof(verbosity), "%d", line->verbosity);
		if (assign(line, "verbosity", span_str(verbosity)) < 0)
			return RUN_FAILED;
	}
	if (extend_resolve(paths, span_str(cwd), config, &roots[0], &err) < 0)
		return run_error(&err, RUN_FAILED);
	request.directory =
		extend_is_url(roots[0]) ? cwd : arena_cstr(&paths->arena, path_dir(roots[0]));
	if (!request.directory || !take_extends(line, paths, span_str(request.directory), roots,
					  ARRAY_LEN(roots), &request.n_profiles))
		return RUN_FAILED;
	request.assignments = line->assignments.items;
	request.n_assignments = line->assignments.n;
	request.envp = (const char *const *)envp;
	request.broker = run_inherited(3, line->no_broker);
	run.events = run_inherited(4, line->no_broker);
	if (span_is(line->command, "query"))
		return query_main(&request, line->names.items, line->names.n, line->verbosity);
	if (span_is(line->command, "annotate"))
		return annotate_main(&request, line->names.items, line->names.n);
	request.names = line->names.items;
	request.n_names = line->names.n;
	return run_engine(&run, &request);
}

static int run_line(struct command_line *line, char **envp)
{
	struct config paths;
	struct err err = ERR_INIT;
	char cwd[4096];
	int status = RUN_FAILED;

	if (line->command.ptr && !span_is(line->command, "install") &&
		!span_is(line->command, "query") && !span_is(line->command, "annotate")) {
		(void)usage_error("invalid command: ", line->command);
		return RUN_FAILED;
	}
	if (!getcwd(cwd, sizeof(cwd)) || config_init(&paths, &err) < 0)
		return RUN_FAILED;
	status = start(line, &paths, cwd, envp);
	config_done(&paths);
	return status;
}

int buildout_main(int argc, char **argv, char **envp)
{
	struct command_line line = {.assignments = VEC_INIT, .names = VEC_INIT};
	int status = RUN_FAILED;

	(void)argc;
	if (parse(&line, argv) == 0)
		status = line.is_done ? RUN_OK : run_line(&line, envp);
	vec_done(&line.assignments);
	vec_done(&line.names);
	return status;
}
