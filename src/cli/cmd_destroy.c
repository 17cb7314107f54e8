/* SPDX-License-Identifier: Apache-2.0 */
/* cantle destroy: remove partitions with their files, or the whole node. */
#include <string.h>

#include "base/bug.h"
#include "base/str.h"
#include "cli/call.h"

static const struct option options[] = {
	{"tenant", 't', 0, "T", "whose partition NAME is (default: default); with --all, whose"},
	{"yes", 'y', OPTION_LOCAL, NULL, "do not ask"},
	{"all", 0, 0, NULL, "every partition of the node, or of the tenant"},
	{"node", 0, OPTION_LOCAL, NULL,
		"everything: partitions, software, caches, the node itself"},
};

/* Exactly one of names, --all and --node. */
static int check_scope(const struct cli *cli, struct err *err)
{
	const bool is_all = table_has(&cli->args, "all");
	const bool is_node = table_has(&cli->args, "node");
	const int n = is_all + is_node + (cli->args.n_words > 0);

	if (n == 0)
		return err_set(err, ERR_INPUT, 0, "usage.words",
			"'destroy' needs NAME, or --all, or --node");
	if (n > 1)
		return err_set(err, ERR_INPUT, 0, "usage.words",
			"'destroy' takes only one of NAME, --all and --node");
	if (is_node && table_has(&cli->args, "tenant"))
		return err_set(err, ERR_INPUT, 0, "usage.option",
			"'destroy --node' concerns every tenant, without --tenant");
	return 0;
}

static void add_question(const struct cli *cli, const struct call *call, struct str *out)
{
	const char *tenant = table_value(&cli->args, "tenant", NULL);

	str_adds(out, "This removes ");
	if (table_has(&cli->args, "node"))
		str_addf(out, "every partition, all software and the node itself in '%s'",
			cli->state_path);
	else if (table_has(&cli->args, "all"))
		str_addf(out, "every partition%s%s with its files", tenant ? " of " : "",
			tenant ? tenant : "");
	for (size_t i = 0; i < call->request.n_words; i++)
		str_addf(out, "%s%s", i ? ", " : "", call->words[i]);
	if (call->request.n_words)
		str_adds(out, call->request.n_words > 1 ? " with their files" : " with its files");
	str_adds(out, ". Go on?");
}

static int confirm(struct cli *cli, const struct call *call, struct err *err)
{
	scoped_str struct str question = STR_INIT;

	if (table_has(&cli->args, "yes"))
		return 1;
	add_question(cli, call, &question);
	if (str_check(&question, err) < 0)
		return -1;
	return cli_confirm(cli, str_cstr(&question), err);
}

static int add_names(struct cli *cli, struct call *call, struct err *err)
{
	for (size_t i = 0; i < cli->args.n_words; i++) {
		const char *name = NULL;

		if (cli_name(cli, cli->args.words[i], &name, err) < 0 ||
			call_word(call, name, err) < 0)
			return -1;
	}
	return 0;
}

static int run(void *context)
{
	struct cli *cli = context;
	struct call *call = NULL;
	int answer = 0;
	struct err err = ERR_INIT;

	if (check_scope(cli, &err) < 0 ||
		call_new(cli, table_has(&cli->args, "node") ? CTL_VERB_NODE_DOWN : CTL_VERB_DESTROY,
			&call, &err) < 0 ||
		add_names(cli, call, &err) < 0)
		return cli_fail(cli, &err);
	answer = confirm(cli, call, &err);
	if (answer < 0)
		return cli_fail(cli, &err);
	return answer ? call_run(cli, call) : STATUS_FAILED;
}

const struct command cmd_destroy = {
	.name = "destroy",
	.args = "[NAME...]",
	.summary = "Remove partitions with their files",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.about = "Asks on the terminal; scripts say --yes. Software that is no longer used stays "
		 "until\n"
		 "'cantle gc'.",
	.examples = "cantle destroy acme/blog\tremove one\n"
		    "cantle destroy --all --tenant acme --yes\tremove all of acme's\n"
		    "cantle destroy --node --yes\tleave nothing of this node on the machine",
	.run = run,
};
