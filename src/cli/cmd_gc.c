/* SPDX-License-Identifier: Apache-2.0 */
/* cantle gc: remove what no partition uses. */
#include "cli/call.h"

static int run(void *context)
{
	struct cli *cli = context;
	struct call *call = NULL;
	struct err err = ERR_INIT;

	if (call_new(cli, CTL_VERB_GC, &call, &err) < 0)
		return cli_fail(cli, &err);
	return call_run(cli, call);
}

const struct command cmd_gc = {
	.name = "gc",
	.args = "",
	.summary = "Remove software, downloads and leftovers that no partition uses",
	.about =
		"Also puts right what a crash left behind, as every other command does for itself.",
	.examples = "cantle gc\tmake room",
	.run = run,
};
