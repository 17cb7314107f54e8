/* SPDX-License-Identifier: Apache-2.0 */
/* slapos.recipe.cmmi: unpack, patch, configure, make, install. */
#include <dirent.h>
#include <sys/stat.h>

#include "base/bug.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/recipe.h"
#include "recipes/cmmi.h"
#include "recipes/option.h"
#include "recipes/output.h"
#include "recipes/source.h"
#include "recipes/table.h"
#include "recipes/words.h"

static int run_shell(struct part *part, const struct cmmi_run *run, const char *text,
	const char *stdin_path, struct err *err)
{
	struct part_command command = {
		.shell = part_printf(part, "set -e;%s", text),
		.cwd = run->cwd,
		.env = run->env,
		.stdin_path = stdin_path,
	};
	struct part_outcome outcome = {0};
	if (!command.shell)
		return option_no_memory(err);
	return part_run(part, &command, &outcome, err);
}

/* An option that is a piece of shell; nothing happens where it is empty. */
static int run_option(
	struct part *part, const struct cmmi_run *run, const char *key, struct err *err)
{
	const char *text;
	if (cmmi_text(part, key, &text, err) < 0)
		return -1;
	if (!text)
		return 0;
	part_step(part, key);
	part_note(part, "Executing %s", key);
	return run_shell(part, run, text, NULL, err) < 0 ? err_wrap(err, "option '%s'", key) : 0;
}

static int run_command(struct part *part, const struct cmmi_run *run, const char *step,
	const char *text, struct err *err)
{
	part_step(part, step);
	return run_shell(part, run, text, NULL, err);
}

static int unpack_source(struct part *part, const struct cmmi *c, struct err *err)
{
	scoped_fd_file file = FD_INIT;
	struct span text;
	bool is_stripped = false;
	if (part_get_or(part, "strip-top-level-dir", "", &text, err) < 0)
		return -1;
	if (span_trim(text).len &&
		part_get_bool(part, "strip-top-level-dir", false, &is_stripped, err) < 0)
		return -1;
	part_step(part, "download");
	if (source_fetch_url(part, &file, err) < 0 || output_mkdirs(c->compile_dir, 0777, err) < 0)
		return -1;
	return source_unpack(part, file, c->compile_dir,
		is_stripped ? UNPACK_STRIP_ALWAYS : UNPACK_STRIP_NEVER, err);
}

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* The compile directory, or the only directory in it where that is all it holds. */
static int find_source(
	struct part *part, const char *compile_dir, const char **ret, struct err *err)
{
	scoped(closedirp) DIR *dir = opendir(compile_dir);
	const char *only = NULL;
	unsigned n = 0;
	struct dirent *d;
	if (!dir)
		return err_set(err, ERR_OS, errno, "cmmi.source", "open source directory '%s'",
			compile_dir);
	while ((d = readdir(dir))) {
		if (span_is(span_str(d->d_name), ".") || span_is(span_str(d->d_name), ".."))
			continue;
		n++;
		only = part_printf(part, "%s/%s", compile_dir, d->d_name);
		if (!only)
			return option_no_memory(err);
		if (n > 1)
			break;
	}
	*ret = n == 1 && output_is_dir(only) ? only : compile_dir;
	return 0;
}

/* The file is copied first: what the broker gave may only be read through its descriptor. */
static int apply_patch(struct part *part, const struct cmmi *c, const struct cmmi_run *run,
	const char *command, struct span token, struct err *err)
{
	const char *copy = part_printf(part, "%s/.patch", c->loc.path);
	scoped_fd_file file = FD_INIT;
	if (!copy)
		return option_no_memory(err);
	part_note(part, "Applying patch %.*s", SPAN_ARG(token));
	if (source_fetch_token(part, "patches", token, &file, err) < 0 ||
		output_copy(file, copy, 0600, err) < 0 ||
		run_shell(part, run, command, copy, err) < 0)
		return err_wrap(err, "patch '%.*s'", SPAN_ARG(token));
	return output_remove(copy, err);
}

static int apply_patches(
	struct part *part, const struct cmmi *c, const struct cmmi_run *run, struct err *err)
{
	scoped_str struct str options = STR_INIT;
	struct span patches;
	struct span binary;
	struct span given;
	struct span token;
	const char *command;
	if (part_get_or(part, "patches", "", &patches, err) < 0 ||
		part_get_or(part, "patch-binary", "patch", &binary, err) < 0 ||
		part_get_or(part, "patch-options", "-p0", &given, err) < 0)
		return -1;
	if (span_trim(patches).len == 0)
		return 0;
	words_fold(&options, given);
	if (str_check(&options, err) < 0)
		return -1;
	command = part_printf(part, "%.*s %s", SPAN_ARG(span_trim(binary)), str_cstr(&options));
	if (!command)
		return option_no_memory(err);
	part_step(part, "patch");
	while (span_word(&patches, &token))
		if (apply_patch(part, c, run, command, token, err) < 0)
			return -1;
	return 0;
}

static int run_steps(struct part *part, const struct cmmi *c, const struct cmmi_run *run,
	const struct cmmi_commands *commands, struct err *err)
{
	if (apply_patches(part, c, run, err) < 0 ||
		run_option(part, run, "pre-configure", err) < 0 ||
		run_command(part, run, "configure", commands->configure, err) < 0 ||
		run_option(part, run, "pre-build", err) < 0 ||
		run_command(part, run, "make", commands->make, err) < 0 ||
		run_option(part, run, "pre-install", err) < 0 ||
		run_command(part, run, "install", commands->install, err) < 0)
		return -1;
	return run_option(part, run, "post-install", err);
}

/* Say where the wreck is; what cannot be written then is not worth a second error. */
static void report_failure(
	struct part *part, const struct cmmi_run *run, const struct cmmi_commands *commands)
{
	ERR_IGNORED(cmmi_write_env(run, commands, part_environment(part), ignored));
	part_warn(part,
		"Compilation error. The package is left as is at %s where you can inspect what "
		"went wrong: slapos.recipe.build.env.sh there sets the environment.",
		run->cwd);
}

static int check_promises(struct part *part, struct err *err)
{
	struct span text;
	struct span line;
	if (part_get_or(part, "promises", "", &text, err) < 0)
		return -1;
	while (span_cut(&text, '\n', &line)) {
		struct stat st;
		struct span path = part_span(part, span_trim(line));
		if (!path.ptr)
			return option_no_memory(err);
		if (path.len && stat(path.ptr, &st) < 0)
			part_warn(part, "could not find promise '%s'", path.ptr);
	}
	return 0;
}

static int remove_build(struct part *part, const struct cmmi *c, struct err *err)
{
	struct span kept;
	bool is_kept;
	if (!c->is_from_url)
		return 0;
	if (!part_has(part, "keep-compile-dir")) {
		if (part_section_find(part, "buildout", "keep-compile-dir", &kept, err) < 0)
			return -1;
		is_kept = span_is(span_trim(kept), "true");
	} else if (part_get_bool(part, "keep-compile-dir", false, &is_kept, err) < 0) {
		return -1;
	}
	return is_kept ? 0 : output_remove(c->compile_dir, err);
}

static int finish(struct part *part, const struct cmmi *c, struct err *err)
{
	if (remove_build(part, c, err) < 0 || check_promises(part, err) < 0 ||
		cmmi_fix_shebangs(part, c->loc.path, err) < 0)
		return -1;
	return location_finish(part, &c->loc, err);
}

int cmmi_install(struct part *part, struct err *err)
{
	const struct cmmi *c = *(struct cmmi **)part_state(part);
	struct cmmi_commands commands = {0};
	struct cmmi_run run = {0};
	int rc = cmmi_commands_make(part, &commands, err);
	if (rc < 0 || environ_make(part, &c->environ, &run.env, err) < 0)
		return -1;
	rc = location_begin(part, &c->loc, LOCATION_KEEP, err);
	if (rc)
		return rc < 0 ? -1 : 0;
	if (c->is_from_url && unpack_source(part, c, err) < 0)
		return -1;
	if (find_source(part, c->compile_dir, &run.cwd, err) < 0)
		return -1;
	if (run_steps(part, c, &run, &commands, err) < 0) {
		report_failure(part, &run, &commands);
		return -1;
	}
	return finish(part, c, err);
}
