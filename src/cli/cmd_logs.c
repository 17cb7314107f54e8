/* SPDX-License-Identifier: Apache-2.0 */
/* cantle logs: what a partition's processes wrote. */
#include "base/bug.h"
#include "cli/call.h"

enum { LIMIT_LOG_LINES = 1000000 };

static const struct option options[] = {
	{"tenant", 't', OPTION_LOCAL, "T", "whose partition NAME is (default: default)"},
	{"follow", 'f', 0, NULL, "go on showing what is written"},
	{"lines", 'n', 0, "N", "only the last N lines (default: 100; 0: all)"},
	{"part", 0, 0, "PART", "only of this service, or of this part of the build"},
	{"raw", 0, OPTION_LOCAL, NULL, "as written: control characters are not escaped"},
};

static int run(void *context)
{
	struct cli *cli = context;
	struct call *call = NULL;
	const char *name = NULL;
	uint64_t n_lines = 0;
	struct err err = ERR_INIT;

	if (table_uint(&cli->args, "lines", 0, LIMIT_LOG_LINES, 0, &n_lines, &err) < 0 ||
		cli_name(cli, cli->args.words[0], &name, &err) < 0 ||
		call_new(cli, CTL_VERB_LOGS, &call, &err) < 0 || call_word(call, name, &err) < 0)
		return cli_fail(cli, &err);
	call->output = CALL_LOG;
	call->is_raw = table_has(&cli->args, "raw");
	return call_run(cli, call);
}

const struct command cmd_logs = {
	.name = "logs",
	.args = "NAME",
	.summary = "Show what the processes of a partition wrote",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.about = "What could steer a terminal is escaped.",
	.examples = "cantle logs blog -n 20\tthe last lines\n"
		    "cantle logs -f acme/blog --part nginx\tfollow one service",
	.run = run,
};
