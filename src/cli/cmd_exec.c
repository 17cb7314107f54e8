/* SPDX-License-Identifier: Apache-2.0 */
/* cantle exec: run a command inside a running partition. */
#include "base/bug.h"
#include "cli/call.h"

static const struct option options[] = {
	{"tenant", 't', OPTION_LOCAL, "T", "whose partition NAME is (default: default)"},
};

static int run(void *context)
{
	struct cli *cli = context;
	struct call *call = NULL;
	const char *name = NULL;
	struct err err = ERR_INIT;

	if (cli_name(cli, cli->args.words[0], &name, &err) < 0 ||
		call_new(cli, CTL_VERB_EXEC, &call, &err) < 0 || call_stdio(cli, call, &err) < 0 ||
		call_word(call, name, &err) < 0)
		return cli_fail(cli, &err);
	for (size_t i = 1; i < cli->args.n_words; i++) {
		if (call_word(call, cli->args.words[i], &err) < 0)
			return cli_fail(cli, &err);
	}
	return call_run(cli, call);
}

const struct command cmd_exec = {
	.name = "exec",
	.args = "NAME -- CMD [ARG...]",
	.summary = "Run a command inside a running partition",
	.flags = COMMAND_FOREGROUND,
	.options = options,
	.n_options = ARRAY_LEN(options),
	.about = "The command gets the partition's user, limits and restrictions. Standard input "
		 "and\n"
		 "output, signals and the exit status pass through, as with 'cantle run'.",
	.examples = "cantle exec blog -- bash\ta shell inside\n"
		    "cantle exec acme/blog -- cat /proc/self/status\tof another tenant",
	.run = run,
};
