/* SPDX-License-Identifier: Apache-2.0 */
/* cantle ps: the partitions of this node. */
#include "base/bug.h"
#include "cli/call.h"
#include "cli/document.h"

static const struct option options[] = {
	{"tenant", 't', 0, "T", "only those of this tenant"},
	{"json", 0, OPTION_LOCAL, NULL, "print one JSON document"},
};

static int run(void *context)
{
	struct cli *cli = context;
	struct call *call = NULL;
	struct err err = ERR_INIT;

	if (call_new(cli, CTL_VERB_PS, &call, &err) < 0)
		return cli_fail(cli, &err);
	call->output = CALL_DOCUMENT;
	call->show = document_show_ps;
	return call_run(cli, call);
}

const struct command cmd_ps = {
	.name = "ps",
	.args = "",
	.summary = "List the partitions of this node",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.examples = "cantle ps\tas a table\n"
		    "cantle ps --json\t{\"v\": 1, \"partitions\": [...]}",
	.run = run,
};
