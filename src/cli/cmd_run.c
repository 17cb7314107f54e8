/* SPDX-License-Identifier: Apache-2.0 */
/* cantle run: a partition around any command, gone when the command ends. */
#include "base/bug.h"
#include "cli/call.h"

static const struct option options[] = {
	{"policy", 0, 0, "POLICY", "what the partition may do (default: run)"},
	{"net", 0, 0, "none|veth", "its network (default: none)"},
	{"tenant", 't', 0, "T", "on whose account (default: default)"},
};

static int run(void *context)
{
	struct cli *cli = context;
	struct call *call = NULL;
	struct err err = ERR_INIT;

	if (call_new(cli, CTL_VERB_RUN, &call, &err) < 0 || call_stdio(cli, call, &err) < 0)
		return cli_fail(cli, &err);
	for (size_t i = 0; i < cli->args.n_words; i++) {
		if (call_word(call, cli->args.words[i], &err) < 0)
			return cli_fail(cli, &err);
	}
	return call_run(cli, call);
}

const struct command cmd_run = {
	.name = "run",
	.args = "-- CMD [ARG...]",
	.summary = "Run a command in a partition of its own, gone when the command ends",
	.flags = COMMAND_FOREGROUND,
	.options = options,
	.n_options = ARRAY_LEN(options),
	.about = "Standard input and output, signals and the exit status pass through: 128+N for\n"
		 "signal N, 125 when Cantle fails, 126 or 127 when CMD cannot be run.",
	.examples = "cantle run -- id\twho one is inside\n"
		    "cantle run -- make -C /tmp test\twithout network\n"
		    "cantle run --net veth -- ip address\twith an IPv6 address of its own",
	.run = run,
};
