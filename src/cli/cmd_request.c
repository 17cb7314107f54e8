/* SPDX-License-Identifier: Apache-2.0 */
/* cantle request: have a partition that runs a software release. */
#include "base/bug.h"
#include "base/mem.h"
#include "cli/call.h"
#include "cli/profile.h"
#include "wire/msg_broker.h"

static const struct option options[] = {
	{"tenant", 't', 0, "T", "whose it is (default: default)"},
	{"parameter", 'p', OPTION_REPEAT, "KEY=VALUE", "give the instance a parameter"},
	{"type", 0, 0, "TYPE", "which of the release's types (default: default)"},
	{"root", 0, OPTION_LOCAL, "DIR", "what the build may read (default: its git tree)"},
};

/* The broker would refuse these in the middle of the work. */
static int check_key(struct span key, struct err *err)
{
	if (key.len > LIMIT_PARAM_KEY)
		return err_set(err, ERR_INPUT, 0, "cli.parameter",
			"'%.*s...' is no name of a parameter: it has %zu bytes, at most %d can be",
			20, key.ptr, key.len, LIMIT_PARAM_KEY);
	for (size_t i = 0; i < key.len; i++)
		if ((unsigned char)key.ptr[i] < ' ' || key.ptr[i] == 0x7f)
			return err_set(err, ERR_INPUT, 0, "cli.parameter",
				"'%.*s' is no name of a parameter: it has a control character",
				SPAN_ARG(key));
	return 0;
}

static int check_parameters(const struct cli *cli, struct err *err)
{
	for (size_t i = 0; i < cli->args.n_hits; i++) {
		const struct table_hit *hit = &cli->args.hits[i];
		ptrdiff_t equals;

		if (strcmp(hit->option->name, "parameter") != 0)
			continue;
		equals = span_index(span_str(hit->value), '=');
		if (equals < 1)
			return err_set(err, ERR_INPUT, 0, "cli.parameter",
				"'%s' is not a parameter: say KEY=VALUE", hit->value);
		if (check_key(span_make(hit->value, (size_t)equals), err) < 0)
			return -1;
	}
	return 0;
}

static int run(void *context)
{
	struct cli *cli = context;
	struct call *call = NULL;
	const char *name = NULL;
	scoped(profile_done) struct profile profile = PROFILE_INIT;
	struct err err = ERR_INIT;

	if (check_parameters(cli, &err) < 0 || cli_name(cli, cli->args.words[0], &name, &err) < 0 ||
		call_new(cli, CTL_VERB_REQUEST, &call, &err) < 0 ||
		call_word(call, name, &err) < 0 ||
		profile_add(cli, call, cli->args.words[1], &profile, &err) < 0)
		return cli_fail(cli, &err);
	return call_run(cli, call);
}

const struct command cmd_request = {
	.name = "request",
	.args = "NAME PROFILE",
	.summary = "Have a partition that runs what a profile describes",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.about = "Builds the software if needed, then processes and starts the instance. "
		 "Requesting\n"
		 "again with another profile or other parameters upgrades it; with the same ones,\n"
		 "nothing happens. Parameters that are not named again are dropped.",
	.examples = "cantle request blog examples/web/software.cfg -p title=Blog\tone instance\n"
		    "cantle request --tenant acme blog examples/web/software.cfg\tacme's own\n"
		    "cantle request acme/blog examples/web/software.cfg -p colour=red\tchange it",
	.run = run,
};
