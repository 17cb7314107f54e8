/* SPDX-License-Identifier: Apache-2.0 */
/* slapos.recipe.cmmi: launchers for long interpreter lines, and the notes on a failed build. */
#include <dirent.h>
#include <sys/stat.h>

#include "base/bug.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "engine/recipe.h"
#include "recipes/cmmi.h"
#include "recipes/option.h"
#include "recipes/output.h"
#include "recipes/words.h"

/* The kernel reads this much of a file to find its interpreter (BINPRM_BUF_SIZE was 128 when the
   recipe was written; today's 256 only helps hosts that have it). */
enum { SHEBANG_BYTES = 128 };

/*
 * Runs what the renamed file's first line names, with that file and the arguments. Where the line
 * is a bare "#!", the second line counts. Interpreter and its one argument are split as the kernel
 * does: at the first blank.
 */
static const char launcher[] =
	"#!/bin/sh -e\n"
	"script=$0.shebang\n"
	"{ read -r line; [ \"$line\" != '#!' ] || read -r line; } < \"$script\"\n"
	"line=${line#'#!'}\n"
	"line=${line#\"${line%%[! ]*}\"}\n"
	"interpreter=${line%% *}\n"
	"argument=${line#\"$interpreter\"}\n"
	"argument=${argument#\"${argument%%[! ]*}\"}\n"
	"exec \"$interpreter\" ${argument:+\"$argument\"} \"$script\" \"$@\"\n";

static bool is_long_script(int dir, const char *name, mode_t *ret_mode)
{
	char head[SHEBANG_BYTES];
	struct stat st;
	scoped_fd_file file =
		fd_file_wrap(openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
	ssize_t n;
	if (!fd_file_is_open(file) || fstat(file.fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	n = pread(file.fd, head, sizeof(head), 0);
	*ret_mode = st.st_mode & 07777;
	return n == sizeof(head) && head[0] == '#' && head[1] == '!' &&
	       !memchr(head, '\n', sizeof(head));
}

static int fix_one(int dir, const char *path, const char *name, mode_t mode, struct err *err)
{
	scoped_str struct str moved = STR_INIT;
	scoped_str struct str whole = STR_INIT;
	str_addf(&moved, "%s.shebang", name);
	str_addf(&whole, "%s/%s", path, name);
	if (str_check(&moved, err) < 0 || str_check(&whole, err) < 0)
		return -1;
	if (renameat(dir, name, dir, moved.ptr) < 0)
		return err_set(err, ERR_OS, errno, "cmmi.shebang", "rename '%s'", whole.ptr);
	return output_write(whole.ptr, span_str(launcher), (int)mode, err);
}

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int fix_dir(struct part *part, const char *path, struct err *err)
{
	scoped(closedirp) DIR *dir = opendir(path);
	struct dirent *d;
	if (!dir)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : err_set(err, ERR_OS, errno, "cmmi.shebang", "open '%s'", path);
	while ((d = readdir(dir))) {
		mode_t mode;
		/* A renamed script is met again; it keeps its line. */
		if (span_ends(span_str(d->d_name), ".shebang") ||
			!is_long_script(dirfd(dir), d->d_name, &mode))
			continue;
		part_note(part, "shebang of %s/%s is too long: adding a launcher", path, d->d_name);
		if (fix_one(dirfd(dir), path, d->d_name, mode, err) < 0)
			return -1;
	}
	return 0;
}

int cmmi_fix_shebangs(struct part *part, const char *location, struct err *err)
{
	static const char *const dirs[] = {"bin", "sbin"};
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		const char *path = part_printf(part, "%s/%s", location, dirs[i]);
		if (!path)
			return option_no_memory(err);
		if (fix_dir(part, path, err) < 0)
			return -1;
	}
	return 0;
}

static bool is_inherited(const char *line, const char *const *base)
{
	for (; *base; base++)
		if (span_eq(span_str(line), span_str(*base)))
			return true;
	return false;
}

static void add_export(struct str *ret, const char *line)
{
	static const char *const temporary[] = {"TEMP", "TMP", "TMPDIR"};
	struct span rest = span_str(line);
	struct span key;
	if (!span_cut(&rest, '=', &key))
		return;
	for (size_t i = 0; i < ARRAY_LEN(temporary); i++)
		if (span_is(key, temporary[i]))
			str_addc(ret, '#');
	str_addf(ret, "export %.*s=", SPAN_ARG(key));
	words_quote(ret, rest);
	str_addc(ret, '\n');
}

static void add_echo(struct str *ret, const char *command)
{
	str_adds(ret, "echo ");
	words_quote(ret, span_str(command));
	str_addc(ret, '\n');
}

int cmmi_write_env(const struct cmmi_run *run, const struct cmmi_commands *commands,
	const char *const *base, struct err *err)
{
	scoped_str struct str path = STR_INIT;
	scoped_str struct str text = STR_INIT;
	str_addf(&path, "%s/slapos.recipe.build.env.sh", run->cwd);
	for (const char *const *line = run->env; *line; line++)
		if (!is_inherited(*line, base))
			add_export(&text, *line);
	add_echo(&text, commands->configure);
	add_echo(&text, commands->make);
	add_echo(&text, commands->install);
	if (str_check(&path, err) < 0 || str_check(&text, err) < 0)
		return -1;
	return output_write(path.ptr, str_span(&text), 0644, err);
}
