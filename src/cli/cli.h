/* SPDX-License-Identifier: Apache-2.0 */
/* What every command of the tool gets: its arguments, where the state is, and how to show things. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/table.h"
#include "cli/screen.h"

/*
 * Shape: one struct for the life of the process; a command's run() gets it as its context and
 *   returns the exit status.
 * Units and limits: CLI_ARENA_BYTES for everything that a command line is turned into.
 * Ownership: strings made from arguments live in the arena; the rest is argv and environment.
 * Errors: cli.name, cli.parameter, cli.privilege, cli.confirm, cli.state, and those of profile.h and call.h.
 */
enum { CLI_ARENA_BYTES = 4 << 20 };

/* Exit statuses, as in cantle(1); run and exec pass on their command's instead. */
enum cli_status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_NOT_RUNNING = 3,
	STATUS_NOT_FOUND = 4,
	STATUS_CONFLICT = 6,
	STATUS_PERMISSION = 7,
	STATUS_PROFILE = 12,
	STATUS_BUG = 70,
	STATUS_OURS = 125, /* run and exec: whatever fails of ours */
	STATUS_INTERRUPTED = 130,
};

/* Flags of commands and options that are the tool's own. */
enum cli_flags {
	COMMAND_FOREGROUND = 1u << 8, /* run, exec: what fails of ours is STATUS_OURS */
	OPTION_LOCAL = OPTION_OWN,    /* for the tool alone, not sent to the node agent */
};

struct cli {
	struct table_args args;
	struct arena arena;
	struct screen screen;
	const char *state_path;
	char *const *envp;
	bool is_stdout_tty;
	bool has_color; /* on stdout */
	bool is_utf8;
};

/* Does the command have --json, and was it given? */
bool cli_is_json(const struct cli *cli);

/* Show the error, by --json as a document on stderr, and return its exit status. */
int cli_fail(struct cli *cli, const struct err *err);
/* ... with a status that the caller knows better. */
int cli_fail_as(struct cli *cli, const struct err *err, int status);

/* "T/NAME", or NAME of --tenant or of "default", as "T/NAME" in the arena. */
must_check int cli_name(struct cli *cli, const char *word, const char **ret, struct err *err);

/* Ask on the terminal; 1 yes, 0 no. Without a terminal it fails and names --yes. */
must_check int cli_confirm(struct cli *cli, const char *question, struct err *err);

extern const struct command cmd_build;
extern const struct command cmd_cache;
extern const struct command cmd_completion;
extern const struct command cmd_destroy;
extern const struct command cmd_doctor;
extern const struct command cmd_exec;
extern const struct command cmd_gc;
extern const struct command cmd_help;
extern const struct command cmd_inspect;
extern const struct command cmd_logs;
extern const struct command cmd_man;
extern const struct command cmd_ps;
extern const struct command cmd_request;
extern const struct command cmd_run;
extern const struct command cmd_start;
extern const struct command cmd_stop;
extern const struct command cmd_version;
