/* SPDX-License-Identifier: Apache-2.0 */
/* What an unfinished installation may have left on disk, so that the next run can wipe it. */
#include "engine/journal.h"

#include <sys/stat.h>

#include "base/path.h"
#include "base/str.h"
#include "engine/installed.h"
#include "engine/limit.h"

int remove_path(const char *directory, struct span path, struct err *err)
{
	scoped_str struct str whole = STR_INIT;
	scoped_str struct str normal = STR_INIT;
	scoped_str struct str parent = STR_INIT;
	scoped_str struct str name = STR_INIT;
	scoped_fd_dir dir = FD_INIT;
	struct span home = span_str(directory);
	struct span rest;

	path_join(&whole, home, path);
	path_normalise(&normal, str_span(&whole));
	if (str_check(&normal, err) < 0)
		return -1;
	rest = str_span(&normal);
	if (span_index(rest, '\0') >= 0 || span_is(rest, "/") ||
		(span_eq(span_first(home, rest.len), rest) &&
			(home.len == rest.len || home.ptr[rest.len] == '/')))
		return err_set(err, ERR_INPUT, 0, "journal.remove",
			"refusing to remove '%s': it holds the buildout itself", str_cstr(&normal));
	str_add(&parent, path_dir(rest));
	str_add(&name, path_base(rest));
	if (str_check(&parent, err) < 0 || str_check(&name, err) < 0)
		return -1;
	dir.fd = open(str_cstr(&parent), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir.fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		dir.fd = FD_NONE;
		return 0;
	}
	if (dir.fd < 0)
		return err_set(
			err, ERR_OS, errno, "journal.remove", "open '%s'", str_cstr(&parent));
	return path_remove_tree(dir, str_cstr(&name), err);
}

/* One pass over the journal of an earlier run. */
static int wipe(struct span text, const char *directory, const struct installed *installed,
	size_t *ret_n, struct err *err)
{
	bool is_finished = true;
	struct span line;

	while (span_cut(&text, '\n', &line)) {
		if (span_starts(line, "part "))
			is_finished = installed_find(installed, span_from(line, 5)) != NULL;
		if (is_finished || !span_starts(line, "path "))
			continue;
		if (remove_path(directory, span_from(line, 5), err) < 0)
			return -1;
		(*ret_n)++;
	}
	return 0;
}

int journal_open(struct journal *journal, const char *path, const char *directory,
	const struct installed *installed, size_t *ret_n_removed, struct err *err)
{
	scoped_str struct str text = STR_INIT_LIMIT(LIMIT_INSTALLED_BYTES);

	*ret_n_removed = 0;
	journal->path = path;
	journal->file.fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (journal->file.fd < 0) {
		journal->file.fd = FD_NONE;
		return errno == ENOENT
			       ? 0
			       : err_set(err, ERR_OS, errno, "journal.open", "open '%s'", path);
	}
	if (fd_read_all(journal->file, LIMIT_INSTALLED_BYTES, &text, err) < 0 ||
		wipe(str_span(&text), directory, installed, ret_n_removed, err) < 0)
		return -1;
	return journal_clear(journal, err);
}

static int append(struct journal *journal, const char *word, const char *text, struct err *err)
{
	scoped_str struct str line = STR_INIT;

	if (strchr(text, '\n'))
		return err_set(err, ERR_INPUT, 0, "journal.write", "a path with a newline");
	if (!fd_file_is_open(journal->file)) {
		int fd = open(
			journal->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

		if (fd < 0)
			return err_set(
				err, ERR_OS, errno, "journal.open", "open '%s'", journal->path);
		journal->file.fd = fd;
	}
	str_addf(&line, "%s %s\n", word, text);
	if (str_check(&line, err) < 0)
		return -1;
	return fd_write_all(journal->file.fd, str_span(&line), err);
}

int journal_part(struct journal *journal, const char *name, struct err *err)
{
	return journal->path ? append(journal, "part", name, err) : 0;
}

int journal_path(struct journal *journal, const char *path, struct err *err)
{
	return journal->path ? append(journal, "path", path, err) : 0;
}

int journal_sync(struct journal *journal, struct err *err)
{
	if (fd_file_is_open(journal->file) && fdatasync(journal->file.fd) < 0)
		return err_set(err, ERR_OS, errno, "journal.write", "sync '%s'", journal->path);
	return 0;
}

int journal_clear(struct journal *journal, struct err *err)
{
	if (fd_file_is_open(journal->file) && ftruncate(journal->file.fd, 0) < 0)
		return err_set(err, ERR_OS, errno, "journal.write", "truncate '%s'", journal->path);
	return 0;
}

void journal_done(struct journal *journal)
{
	struct stat status;

	if (fd_file_is_open(journal->file) && fstat(journal->file.fd, &status) == 0 &&
		status.st_size == 0)
		(void)unlink(journal->path);
	fd_file_close(&journal->file);
}
