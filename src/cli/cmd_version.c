/* SPDX-License-Identifier: Apache-2.0 */
/* cantle version: which Cantle this is, on which kernel. */
#include <stdio.h>
#include <sys/utsname.h>

#include "base/bug.h"
#include "cli/cli.h"

static const struct option options[] = {
	{"json", 0, OPTION_LOCAL, NULL, "print one JSON document"},
};

static int run(void *context)
{
	struct cli *cli = context;
	struct utsname system;

	if (uname(&system) < 0)
		return STATUS_FAILED;
	if (table_has(&cli->args, "json"))
		printf("{\"v\": 1, \"version\": \"%s\", \"kernel\": \"%s\", \"machine\": \"%s\"}\n",
			CANTLE_VERSION, system.release, system.machine);
	else
		printf("cantle %s on Linux %s, %s\n", CANTLE_VERSION, system.release,
			system.machine);
	return STATUS_OK;
}

const struct command cmd_version = {
	.name = "version",
	.args = "",
	.summary = "Show the version of Cantle and of the kernel",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.examples = "cantle version --json\t{\"v\": 1, \"version\": ...}",
	.run = run,
};
