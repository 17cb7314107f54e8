/* SPDX-License-Identifier: Apache-2.0 */
/* cantle run: a partition around any command, gone when the command ends. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/bug.h"
#include "cli/call.h"

static const struct option options[] = {
	{"policy", 0, 0, "POLICY", "what the partition may do, by name or file (default: run)"},
	{"seccomp", 0, 0, "FILE", "system calls by a profile in OCI JSON instead of the policy's"},
	{"net", 0, 0, "none|veth", "its network (default: none)"},
	{"tenant", 't', 0, "T", "on whose account (default: default)"},
};

/* The agent has no way to the operator's files: it gets them open, policy first. */
static int add_file(struct cli *cli, struct call *call, const char *option, struct err *err)
{
	const char *path = table_value(&cli->args, option, NULL);
	bool is_name = path && strcmp(option, "policy") == 0 && !strchr(path, '/') &&
		       !span_ends(span_str(path), ".json");
	int fd;

	if (!path || is_name)
		return 0;
	/* It stays open until the process ends, soon after the call. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_set(err, ERR_INPUT, errno, "run.file", "--%s '%s'", option, path);
	return call_fd(call, CTL_ROLE_FILE, fd, err);
}

static int run(void *context)
{
	struct cli *cli = context;
	struct call *call = NULL;
	struct err err = ERR_INIT;

	if (call_new(cli, CTL_VERB_RUN, &call, &err) < 0 || call_stdio(cli, call, &err) < 0 ||
		add_file(cli, call, "policy", &err) < 0 || add_file(cli, call, "seccomp", &err) < 0)
		return cli_fail(cli, &err);
	for (size_t i = 0; i < cli->args.n_words; i++) {
		if (call_word(call, cli->args.words[i], &err) < 0)
			return cli_fail(cli, &err);
	}
	return call_run(cli, call);
}

const struct command cmd_run = {
	.name = "run",
	.args = "-- CMD [ARG...]",
	.summary = "Run a command in a partition of its own, gone when the command ends",
	.flags = COMMAND_FOREGROUND,
	.options = options,
	.n_options = ARRAY_LEN(options),
	.about = "Standard input and output, signals and the exit status pass through: 128+N for\n"
		 "signal N, 125 when Cantle fails, 126 or 127 when CMD cannot be run.",
	.examples = "cantle run -- id\twho one is inside\n"
		    "cantle run -- make -C /tmp test\twithout network\n"
		    "cantle run --net veth -- ip address\twith an IPv6 address of its own",
	.run = run,
};
