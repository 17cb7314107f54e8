/* SPDX-License-Identifier: Apache-2.0 */
/* cantle stop, cantle start: end a partition's processes, or have them again. */
#include "base/bug.h"
#include "cli/call.h"

static const struct option options[] = {
	{"tenant", 't', OPTION_LOCAL, "T", "whose partition NAME is (default: default)"},
};

static int run_verb(struct cli *cli, enum ctl_verb verb)
{
	struct call *call = NULL;
	struct err err = ERR_INIT;

	if (call_new(cli, verb, &call, &err) < 0)
		return cli_fail(cli, &err);
	for (size_t i = 0; i < cli->args.n_words; i++) {
		const char *name = NULL;

		if (cli_name(cli, cli->args.words[i], &name, &err) < 0 ||
			call_word(call, name, &err) < 0)
			return cli_fail(cli, &err);
	}
	return call_run(cli, call);
}

static int run_stop(void *context)
{
	return run_verb(context, CTL_VERB_STOP);
}

static int run_start(void *context)
{
	return run_verb(context, CTL_VERB_START);
}

const struct command cmd_stop = {
	.name = "stop",
	.args = "NAME...",
	.summary = "Stop partitions; their files stay",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.about = "Services get SIGTERM and a while to end in order. A stopped partition stays "
		 "stopped\n"
		 "until 'cantle start'.",
	.examples = "cantle stop acme/blog acme/shop\tstop two",
	.run = run_stop,
};

const struct command cmd_start = {
	.name = "start",
	.args = "NAME...",
	.summary = "Start partitions that were stopped",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.examples = "cantle start acme/blog\tstart one",
	.run = run_start,
};
