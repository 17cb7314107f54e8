/* SPDX-License-Identifier: Apache-2.0 */
/* cantle cache add: put files that are here already into the download cache. */
#include <string.h>
#include <sys/stat.h>

#include "base/bug.h"
#include "cli/call.h"

static int open_file(const char *path, int *ret, struct err *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat about;

	if (fd < 0)
		return err_set(err, ERR_INPUT, errno, "cache.open", "open '%s'", path);
	if (fstat(fd, &about) < 0 || !S_ISREG(about.st_mode)) {
		close(fd);
		return err_set(err, ERR_INPUT, 0, "cache.open", "'%s' is not a file", path);
	}
	*ret = fd;
	return 0;
}

static int add_files(struct cli *cli, struct call *call, struct err *err)
{
	for (size_t i = 1; i < cli->args.n_words; i++) {
		const char *path = cli->args.words[i];
		int fd = FD_NONE;

		if (open_file(path, &fd, err) < 0)
			return -1;
		/* It stays open until the process ends, soon after the call. */
		if (call_word(call, path, err) < 0 || call_fd(call, CTL_ROLE_FILE, fd, err) < 0)
			return -1;
	}
	return 0;
}

static int run(void *context)
{
	struct cli *cli = context;
	struct call *call = NULL;
	struct err err = ERR_INIT;

	if (strcmp(cli->args.words[0], "add") != 0) {
		err_set(&err, ERR_INPUT, 0, "usage.words",
			"'cache' has no '%s', only 'cache add FILE...'", cli->args.words[0]);
		return cli_fail(cli, &err);
	}
	if (call_new(cli, CTL_VERB_CACHE_ADD, &call, &err) < 0 || add_files(cli, call, &err) < 0)
		return cli_fail(cli, &err);
	return call_run(cli, call);
}

const struct command cmd_cache = {
	.name = "cache",
	.args = "add FILE...",
	.summary = "Put files into the download cache, found there by their checksums",
	.about = "A profile that names the checksum of such a file builds without the network. "
		 "Files\n"
		 "added here are the operator's and serve every tenant.",
	.examples = "cantle cache add nginx_1.22.1.orig.tar.gz\tno download of it will happen",
	.run = run,
};
