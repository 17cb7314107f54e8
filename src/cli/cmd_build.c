/* SPDX-License-Identifier: Apache-2.0 */
/* cantle build: make a software release from a profile. */
#include "base/bug.h"
#include "base/mem.h"
#include "cli/call.h"
#include "cli/profile.h"

static const struct option options[] = {
	{"tenant", 't', 0, "T", "build for this tenant (default: default)"},
	{"root", 0, OPTION_LOCAL, "DIR", "what the build may read (default: its git tree)"},
	{"enter", 0, 0, NULL, "open a shell in the build's partition instead"},
};

static int run(void *context)
{
	struct cli *cli = context;
	struct call *call = NULL;
	scoped(profile_done) struct profile profile = PROFILE_INIT;
	struct err err = ERR_INIT;

	if (call_new(cli, CTL_VERB_BUILD, &call, &err) < 0 ||
		profile_add(cli, call, cli->args.words[0], &profile, &err) < 0)
		return cli_fail(cli, &err);
	if (table_has(&cli->args, "enter") && call_stdio(cli, call, &err) < 0)
		return cli_fail(cli, &err);
	return call_run(cli, call);
}

const struct command cmd_build = {
	.name = "build",
	.args = "PROFILE",
	.summary = "Build the software release that a profile describes, without network",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.about = "PROFILE is a file or a URL. What is built already is not built again. Sources "
		 "are\n"
		 "downloaded by the broker and checked; the build itself has no network.",
	.examples =
		"cantle build examples/web/software.cfg\tbuild a web server\n"
		"cantle build --tenant acme examples/web/software.cfg\t... of one tenant's own\n"
		"cantle build --enter examples/web/software.cfg\tlook around after a failure",
	.run = run,
};
