/* SPDX-License-Identifier: Apache-2.0 */
/* cantle inspect: everything that is known of one partition. */
#include "base/bug.h"
#include "cli/call.h"
#include "cli/document.h"

static const struct option options[] = {
	{"tenant", 't', OPTION_LOCAL, "T", "whose partition NAME is (default: default)"},
	{"json", 0, OPTION_LOCAL, NULL, "print one JSON document"},
};

static int run(void *context)
{
	struct cli *cli = context;
	struct call *call = NULL;
	const char *name = NULL;
	struct err err = ERR_INIT;

	if (cli_name(cli, cli->args.words[0], &name, &err) < 0 ||
		call_new(cli, CTL_VERB_INSPECT, &call, &err) < 0 || call_word(call, name, &err) < 0)
		return cli_fail(cli, &err);
	call->output = CALL_DOCUMENT;
	call->show = document_show;
	return call_run(cli, call);
}

const struct command cmd_inspect = {
	.name = "inspect",
	.args = "NAME",
	.summary = "Show everything that is known of a partition",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.about =
		"Of every limit and protection: what was requested, what is enforced, and what is\n"
		"observed.",
	.examples = "cantle inspect acme/blog\tfor people\n"
		    "cantle inspect acme/blog --json\tfor programs",
	.run = run,
};
