/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-super: keeps the programs of one partition running; inside it, as its user. */
#include <stdio.h>
#include <sys/prctl.h>

#include "base/bug.h"
#include "base/table.h"
#include "isolate/super/super.h"

enum { FD_CONTROL = 3 };

enum { EXIT_OK = 0, EXIT_USAGE = 100, EXIT_SYSTEM = 111 };

static const struct option options[] = {
	{"log-bytes", 0, 0, "BYTES", "longest log file; three older ones are kept"},
};

static const struct program program = {
	.name = "cantle-super",
	.summary = "keep the programs of a partition running",
	.args = "HOME",
	.globals = options,
	.n_globals = ARRAY_LEN(options),
};

static int complain(const struct err *err, int status)
{
	char text[700];
	err_format(err, "cantle-super", text, sizeof(text));
	fprintf(stderr, "%s\n", text);
	return status;
}

int main(int argc, char **argv)
{
	scoped_table_args struct table_args args = TABLE_ARGS_INIT;
	scoped_fd_chan listener = {FD_CONTROL};
	struct super s;
	struct err err = ERR_INIT;
	uint64_t log_bytes = LOG_BYTES_DEFAULT;
	int status = EXIT_OK;
	if (table_parse(&program, argc, argv, &args, &err) < 0 ||
		table_uint(&args, "log-bytes", 4096, 1ULL << 40, LOG_BYTES_DEFAULT, &log_bytes,
			&err) < 0)
		return complain(&err, EXIT_USAGE);
	/* The services are the same user: the control socket and what it answers stay ours. */
	if (prctl(PR_SET_DUMPABLE, 0) < 0) {
		err_set(&err, ERR_OS, errno, "super.home", "close its memory to the services");
		return complain(&err, EXIT_SYSTEM);
	}
	super_init(&s, args.words[0], log_bytes);
	if (super_run(&s, &listener, &err) < 0)
		status = complain(&err, EXIT_SYSTEM);
	super_done(&s);
	return status;
}
