/* SPDX-License-Identifier: Apache-2.0 */
/* Where a profile is, and which directory its build may see. */
#include "cli/profile.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bug.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "base/suggest.h"

static bool is_url(struct span word)
{
	return span_starts(word, "http://") || span_starts(word, "https://");
}

/* Name the nearest file of the same directory, where there is one. */
static int fail_missing(const char *word, int error, struct err *err)
{
	scoped_str struct str directory = STR_INIT;
	struct suggest suggest = SUGGEST_INIT(path_base(span_str(word)));
	scoped_str struct str nearest = STR_INIT;
	DIR *dir = NULL;

	str_add(&directory, path_dir(span_str(word)));
	dir = error == ENOENT ? opendir(str_cstr(&directory)) : NULL;
	for (const struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
		const char *before = suggest.best;

		suggest_offer(&suggest, entry->d_name);
		if (suggest.best == before)
			continue;
		str_cut(&nearest, 0);
		str_adds(&nearest, entry->d_name);
		suggest.best = ""; /* the entry does not last */
	}
	if (dir)
		closedir(dir);
	if (nearest.len)
		return err_set(err, ERR_INPUT, error, "profile.missing",
			"open '%s' (did you mean '%s'?)", word, str_cstr(&nearest));
	return err_set(err, ERR_INPUT, error, "profile.missing", "open '%s'", word);
}

static bool is_git_top(const char *directory)
{
	scoped_str struct str dot_git = STR_INIT;
	struct stat about;

	str_addf(&dot_git, "%s/.git", directory);
	return !dot_git.failed && lstat(str_cstr(&dot_git), &about) == 0;
}

/* The nearest directory upwards that is the top of a git tree, else the file's own. */
static int find_root(const char *path, struct str *ret, struct err *err)
{
	scoped_str struct str up = STR_INIT;

	str_add(ret, path_dir(span_str(path)));
	if (str_check(ret, err) < 0)
		return -1;
	str_add(&up, str_span(ret));
	while (up.len > 1) {
		if (is_git_top(str_cstr(&up))) {
			str_cut(ret, 0);
			str_add(ret, str_span(&up));
			break;
		}
		str_cut(&up, path_dir(str_span(&up)).len);
	}
	return str_check(ret, err);
}

static bool is_beneath(const char *path, const char *root)
{
	const size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);

	return strncmp(path, root, length) == 0 && path[length] == '/';
}

/*
 * Where a partition has files of its own: bound there, the build's view of the host would hide them.
 * Below the last ones nothing of the host is to be seen.
 */
static int check_root(const char *path, const char *root, struct err *err)
{
	static const char *const own[] = {"/", "/bin", "/etc", "/lib", "/opt", "/run", "/sbin",
		"/srv", "/tmp", "/usr", "/var", "/var/tmp", "/opt/slapgrid", "/srv/slapgrid"};
	static const char *const hidden[] = {"/dev", "/proc", "/usr/local"};

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (strcmp(root, own[i]) == 0)
			return err_set(err, ERR_INPUT, 0, "profile.root",
				"'%s' would need all of '%s' in the build, which has one of its "
				"own: "
				"put it in a directory of its own, or name one with --root",
				path, root);
	for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
		if (strcmp(root, hidden[i]) == 0 || is_beneath(root, hidden[i]))
			return err_set(err, ERR_INPUT, 0, "profile.root",
				"'%s' is below '%s', of which a build sees nothing: move it "
				"elsewhere",
				path, hidden[i]);
	return 0;
}

static int open_root(const char *path, const char *named, struct arena *arena, struct profile *ret,
	struct err *err)
{
	scoped_str struct str found = STR_INIT;
	scoped_free char *real = named ? realpath(named, NULL) : NULL;

	if (named && !real)
		return err_set(err, ERR_INPUT, errno, "profile.root", "open --root '%s'", named);
	if (named && !is_beneath(path, real))
		return err_set(err, ERR_INPUT, 0, "profile.root", "'%s' is not below --root '%s'",
			path, real);
	if (!named && find_root(path, &found, err) < 0)
		return -1;
	ret->path = arena_cstr(arena, span_str(path));
	ret->root_path = arena_cstr(arena, named ? span_str(real) : str_span(&found));
	if (!ret->path || !ret->root_path)
		return err_set(err, ERR_LIMIT, 0, "profile.limit", "no memory for a path");
	if (check_root(path, ret->root_path, err) < 0)
		return -1;
	ret->root.fd = open(ret->root_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (ret->root.fd < 0)
		return err_set(err, ERR_INPUT, errno, "profile.root", "open '%s'", ret->root_path);
	return 0;
}

int profile_find(const char *word, const char *root_path, struct arena *arena, struct profile *ret,
	struct err *err)
{
	scoped_free char *path = NULL;
	struct stat about;

	if (is_url(span_str(word))) {
		ret->path = word;
		return 0;
	}
	/* What the build may see of the host goes by the path. */
	if (span_starts(span_str(word), "file:///"))
		word += strlen("file://");
	path = realpath(word, NULL);
	if (!path)
		return fail_missing(word, errno, err);
	if (stat(path, &about) < 0)
		return err_set(err, ERR_INPUT, errno, "profile.missing", "open '%s'", path);
	if (!S_ISREG(about.st_mode))
		return err_set(err, ERR_INPUT, 0, "profile.missing", "'%s' is not a file%s", path,
			S_ISDIR(about.st_mode) ? ", but a directory: name the .cfg in it" : "");
	for (const char *p = path; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return err_set(err, ERR_INPUT, 0, "profile.root",
				"'%s' has white space in its path, which profiles cannot name: "
				"move it elsewhere",
				path);
	return open_root(path, root_path, arena, ret, err);
}

int profile_add(
	struct cli *cli, struct call *call, const char *word, struct profile *ret, struct err *err)
{
	const char *root_path = table_value(&cli->args, "root", NULL);

	if (profile_find(word, root_path, &cli->arena, ret, err) < 0 ||
		call_word(call, ret->path, err) < 0)
		return -1;
	if (!ret->root_path)
		return 0;
	if (call_option(call, "root", ret->root_path, err) < 0)
		return -1;
	return call_fd(call, CTL_ROLE_PROFILE_ROOT, ret->root.fd, err);
}

void profile_done(struct profile *profile)
{
	fd_dir_close(&profile->root);
}
