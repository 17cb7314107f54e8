/* SPDX-License-Identifier: Apache-2.0 */
/* cantle doctor: what this kernel can enforce. */
#include "base/bug.h"
#include "cli/call.h"
#include "cli/document.h"

static const struct option options[] = {
	{"json", 0, OPTION_LOCAL, NULL, "print one JSON document"},
};

static int run(void *context)
{
	struct cli *cli = context;
	struct call *call = NULL;
	struct err err = ERR_INIT;

	if (call_new(cli, CTL_VERB_DOCTOR, &call, &err) < 0)
		return cli_fail(cli, &err);
	call->output = CALL_DOCUMENT;
	call->show = document_show_doctor;
	return call_run(cli, call);
}

const struct command cmd_doctor = {
	.name = "doctor",
	.args = "",
	.summary = "Show what this machine and its kernel can enforce",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.about = "Every facility is tried, not guessed from a version. Ends with 1 where something "
		 "that\n"
		 "partitions need is missing.",
	.examples = "cantle doctor\tfor people\n"
		    "cantle doctor --json\tfor programs",
	.run = run,
};
