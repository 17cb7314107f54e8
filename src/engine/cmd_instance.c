/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-engine instance: process a partition from its software's instance profile. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/path.h"
#include "engine/args.h"
#include "engine/limit.h"
#include "engine/params.h"
#include "engine/replace.h"
#include "engine/run.h"

/* The instance profile: instance.cfg, or the older name. */
static int read_template(const struct args *args, struct str *ret_text, struct err *err)
{
	static const char *const names[] = {"instance.cfg", "template.cfg"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		scoped_str struct str path = STR_INIT;
		scoped_fd_file file = FD_INIT;

		str_addf(&path, "%s/%s", args->software, names[i]);
		file.fd = open(str_cstr(&path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (file.fd >= 0)
			return fd_read_all(file, LIMIT_FILE_BYTES, ret_text, err);
		if (errno != ENOENT)
			return err_set(err, ERR_OS, errno, "instance.template", "open '%s'",
				str_cstr(&path));
	}
	return err_set(err, ERR_INPUT, 0, "instance.template",
		"the software has no instance profile: '%s/instance.cfg'", args->software);
}

/* `software_release` in the partition leads to the software; what is not a link is kept. */
static int link_software(const struct args *args, struct err *err)
{
	scoped_str struct str path = STR_INIT;
	scoped_str struct str temporary = STR_INIT;
	char target[4096];
	ssize_t n;

	str_addf(&path, "%s/software_release", args->directory);
	str_addf(&temporary, "%s/.software_release.tmp", args->directory);
	n = readlink(str_cstr(&path), target, sizeof(target));
	if (n < 0 && errno == EINVAL)
		return 0;
	if (n >= 0 && span_is(span_make(target, (size_t)n), args->software))
		return 0;
	if (unlink(str_cstr(&temporary)) < 0 && errno != ENOENT)
		return err_set(
			err, ERR_OS, errno, "instance.link", "remove '%s'", str_cstr(&temporary));
	if (symlink(args->software, str_cstr(&temporary)) < 0 ||
		rename(str_cstr(&temporary), str_cstr(&path)) < 0)
		return err_set(err, ERR_OS, errno, "instance.link", "link '%s'", str_cstr(&path));
	return 0;
}

/* A value on one line, so that it cannot add options. */
static void add_row(struct str *out, const char *key, struct span value)
{
	str_addf(out, "%s = ", key);
	for (size_t i = 0; i < value.len; i++)
		str_addc(out, value.ptr[i] == '\n' ? ' ' : value.ptr[i]);
	str_addc(out, '\n');
}

/* What slapgrid appends to the instance profile: its second [buildout] wins. */
static void add_tail(struct str *out, const struct part_params *params)
{
	static const struct {
		const char *key;
		const char *legacy;
		const char *from;
	} rows[] = {
		{"computer-id", "computer_id", "slap-computer-id"},
		{"partition-id", "partition_id", "slap-computer-partition-id"},
		{"server-url", "server_url", NULL},
		{"software-release-url", "software_release_url", "slap-software-release-url"},
		{"key-file", "key_file", NULL},
		{"cert-file", "cert_file", NULL},
	};

	str_adds(out, "\n\n[buildout]\nbin-directory = ${buildout:directory}/sbin\n"
		      "offline = true\n\n[slap-connection]\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		add_row(out, rows[i].key,
			rows[i].from ? params_instance(params, rows[i].from) : SPAN_EMPTY);
	str_adds(out, "shared-part-list =\nbuild-time-part-list =\nrequested-state = started\n"
		      "\n[slap_connection]\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		add_row(out, rows[i].legacy,
			rows[i].from ? params_instance(params, rows[i].from) : SPAN_EMPTY);
	str_adds(out, "\n[storage-configuration]\nstorage-home =\n"
		      "\n[network-information]\nglobal-ipv4-network =\n");
}

static int prepare(void *context, struct engine *engine, struct err *err)
{
	const struct args *args = context;
	const struct part_params none = {0};
	const struct part_params *params = &none;
	scoped_str struct str text = STR_INIT_LIMIT(LIMIT_FILE_BYTES + (1 << 16));
	scoped_str struct str path = STR_INIT;

	if (fd_chan_is_open(engine->request->broker) && params_get(engine, &params, err) < 0)
		return -1;
	if (link_software(args, err) < 0 || read_template(args, &text, err) < 0)
		return -1;
	add_tail(&text, params);
	str_addf(&path, "%s/buildout.cfg", args->directory);
	if (str_check(&text, err) < 0 || str_check(&path, err) < 0)
		return -1;
	return replace_changed(str_cstr(&path), str_span(&text), 0640, err);
}

int instance_main(int argc, char **argv, char **envp)
{
	struct args args;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT(16 << 20);
	scoped_str struct str root = STR_INIT;
	struct engine_request request = {.broker = FD_INIT};
	struct run run = {.events = FD_INIT, .prepare = prepare, .context = &args};
	struct span profile;
	int status;

	(void)umask(027);
	if (args_parse(argc, argv, &args, &err) < 0 ||
		(!args.software &&
			err_set(&err, ERR_INPUT, 0, "usage.option", "--software is needed")) ||
		run_environment(&arena, envp, args.directory, 0, &request.envp, &err) < 0)
		return run_error(&err, RUN_USAGE);
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
	args_done(&args);
	arena_done(&arena);
	return status;
}
