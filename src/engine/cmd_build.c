/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-engine build: a software release in its directory, as slapgrid runs it. */
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/path.h"
#include "engine/args.h"
#include "engine/replace.h"
#include "engine/run.h"

/* buildout.cfg of the directory extends the profile; instances watch it for changes. */
static int write_config(void *context, struct engine *engine, struct err *err)
{
	const struct args *args = context;
	scoped_str struct str path = STR_INIT;
	scoped_str struct str text = STR_INIT;

	(void)engine;
	str_addf(&path, "%s/buildout.cfg", args->directory);
	str_addf(&text, "[buildout]\nextends = %s\n", args->profile);
	if (str_check(&path, err) < 0)
		return -1;
	return replace_changed(str_cstr(&path), str_span(&text), 0644, err);
}

/* The last step: everything that was built reaches the disk before the file that says so. */
static int write_completed(const char *directory, struct err *err)
{
	scoped_str struct str text = STR_INIT;
	scoped_fd_dir dir = FD_INIT;
	time_t now = time(NULL);
	struct tm tm;
	char stamp[64];

	dir.fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir.fd < 0)
		return err_set(err, ERR_OS, errno, "build.completed", "open '%s'", directory);
	if (syncfs(dir.fd) < 0)
		return err_set(err, ERR_OS, errno, "build.completed", "sync '%s'", directory);
	if (!gmtime_r(&now, &tm) ||
		strftime(stamp, sizeof(stamp), "%a %b %e %H:%M:%S %Y", &tm) == 0)
		return err_set(err, ERR_BUG, 0, "build.completed", "format the time");
	str_addf(&text, "%s", stamp);
	return path_write_atomic(dir, ".completed", str_span(&text), 0644, err);
}

int build_main(int argc, char **argv, char **envp)
{
	struct args args;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT(16 << 20);
	struct engine_assignment newest = {
		.section = SPAN("buildout"), .key = SPAN("newest"), .value = SPAN("false")};
	scoped_str struct str root = STR_INIT;
	struct engine_request request = {.broker = FD_INIT};
	struct run run = {.events = FD_INIT, .prepare = write_config, .context = &args};
	struct span profile;
	int status;

	(void)umask(022);
	if (args_parse(argc, argv, &args, &err) < 0 ||
		(!args.profile &&
			err_set(&err, ERR_INPUT, 0, "usage.option", "--profile is needed")) ||
		run_environment(&arena, envp, args.directory, args.jobs, &request.envp, &err) < 0)
		return run_error(&err, RUN_USAGE);
	if (!vec_push(&args.assignments, newest))
		return run_error(&err, RUN_FAILED);
	str_addf(&root, "%s/buildout.cfg", args.directory);
	profile = str_span(&root);
	request.directory = args.directory;
	request.profiles = &profile;
	request.n_profiles = 1;
	request.assignments = args.assignments.items;
	request.n_assignments = args.assignments.n;
	request.broker = run_inherited(3, args.no_broker);
	run.events = run_inherited(4, args.no_broker);
	status = run_engine(&run, &request);
	if (status == RUN_OK && write_completed(args.directory, &err) < 0)
		status = run_error(&err, RUN_FAILED);
	args_done(&args);
	arena_done(&arena);
	return status;
}
