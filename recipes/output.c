/* SPDX-License-Identifier: Apache-2.0 */
/* Files and directories that recipes make and own. */
#include "recipes/output.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "engine/recipe.h"

/* The directory and the name of a file to write. */
struct target {
	struct str dir;
	struct str tmp;
	struct str name;
};

static void target_done(struct target *t)
{
	str_done(&t->dir);
	str_done(&t->tmp);
	str_done(&t->name);
}

static int target_init(struct target *t, const char *path, struct err *err)
{
	struct span name = path_base(span_str(path));
	*t = (struct target){
		.dir = STR_INIT_LIMIT(LIMIT_PATH_BYTES),
		.tmp = STR_INIT_LIMIT(LIMIT_PATH_BYTES),
		.name = STR_INIT_LIMIT(LIMIT_PATH_BYTES),
	};
	str_add(&t->dir, path_dir(span_str(path)));
	str_add(&t->name, name);
	str_addf(&t->tmp, ".%.*s.tmp", SPAN_ARG(name));
	if (str_check(&t->dir, err) < 0 || str_check(&t->name, err) < 0)
		return -1;
	return str_check(&t->tmp, err);
}

/* There is no way to read the umask but to set it; this process has one thread. */
static mode_t default_mode(struct span content)
{
	mode_t mask = umask(022);
	umask(mask);
	return (span_starts(content, "#!") ? 0777 : 0666) & ~mask;
}

static bool has_content(int fd, struct span content)
{
	scoped_str struct str now = STR_INIT_LIMIT(content.len + 32768);
	struct stat st;
	struct err ignored = ERR_INIT;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (uint64_t)st.st_size != content.len)
		return false;
	/* What cannot be read is written anew, which reports why it fails. */
	return fd_read_all((struct fd_file){fd}, content.len, &now, &ignored) == 0 &&
	       span_eq(str_span(&now), content);
}

/* 1: the file is there with this content and now has the mode. */
static int keep_same(int dir, const char *name, struct span content, mode_t mode, struct err *err)
{
	struct stat st;
	scoped_fd_file file = fd_file_wrap(openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
	if (!fd_file_is_open(file) || !has_content(file.fd, content))
		return 0;
	if (fstat(file.fd, &st) == 0 && (st.st_mode & 07777) == mode)
		return 1;
	if (fchmod(file.fd, mode) < 0)
		return err_set(err, ERR_OS, errno, "output.write", "chmod '%s'", name);
	return 1;
}

static int write_new(
	int dir, const struct target *t, struct span content, mode_t mode, struct err *err)
{
	scoped_fd_file file = FD_INIT;
	unlinkat(dir, t->tmp.ptr, 0);
	file.fd = openat(dir, t->tmp.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file.fd < 0)
		return err_set(err, ERR_OS, errno, "output.write", "create");
	if (fd_write_all(file.fd, content, err) < 0)
		return -1;
	if (fchmod(file.fd, mode) < 0)
		return err_set(err, ERR_OS, errno, "output.write", "chmod");
	if (renameat(dir, t->tmp.ptr, dir, t->name.ptr) < 0)
		return err_set(err, ERR_OS, errno, "output.write", "rename");
	return 0;
}

int output_write(const char *path, struct span content, int mode, struct err *err)
{
	scoped(target_done) struct target t = {.dir = STR_INIT};
	mode_t bits = mode < 0 ? default_mode(content) : (mode_t)mode;
	scoped_fd_dir dir = FD_INIT;
	int rc;
	if (target_init(&t, path, err) < 0)
		return -1;
	dir.fd = open(t.dir.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir.fd < 0)
		return err_set(err, ERR_OS, errno, "output.write", "open directory '%s' of '%s'",
			t.dir.ptr, path);
	rc = keep_same(dir.fd, t.name.ptr, content, bits, err);
	if (rc == 0) {
		rc = write_new(dir.fd, &t, content, bits, err);
		if (rc < 0)
			unlinkat(dir.fd, t.tmp.ptr, 0);
	}
	return rc < 0 ? err_wrap(err, "'%s'", path) : 0;
}

int output_install(
	struct part *part, const char *path, struct span content, int mode, struct err *err)
{
	if (part_created(part, path, err) < 0)
		return -1;
	if (output_write(path, content, mode, err) < 0)
		return -1;
	return part_installed(part, path, err);
}

bool output_is_dir(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int output_mkdirs(const char *path, unsigned mode, struct err *err)
{
	if (output_is_dir(path))
		return 0;
	if (path_mkdirs((struct fd_dir){AT_FDCWD}, path, (mode_t)mode, err) < 0)
		return -1;
	return output_is_dir(path) ? 0
				   : err_set(err, ERR_INPUT, 0, "output.dir",
					     "'%s' exists but is not a directory", path);
}

int output_mkdirs_of(const char *path, struct err *err)
{
	scoped_str struct str dir = STR_INIT_LIMIT(LIMIT_PATH_BYTES);
	str_add(&dir, path_dir(span_str(path)));
	if (str_check(&dir, err) < 0)
		return -1;
	return output_mkdirs(dir.ptr, 0777, err);
}

int output_remove(const char *path, struct err *err)
{
	scoped(target_done) struct target t = {.dir = STR_INIT};
	scoped_fd_dir dir = FD_INIT;
	if (target_init(&t, path, err) < 0)
		return -1;
	dir.fd = open(t.dir.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir.fd < 0)
		return errno == ENOENT ? 0
				       : err_set(err, ERR_OS, errno, "output.remove",
						 "open directory '%s'", t.dir.ptr);
	return path_remove_tree(dir, t.name.ptr, err);
}

static int copy_bytes(int from, int to, struct err *err)
{
	char block[65536];
	off_t offset = 0;
	for (;;) {
		ssize_t n = pread(from, block, sizeof(block), offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_OS, errno, "output.write", "read");
		if (n == 0)
			return 0;
		if (fd_write_all(to, span_make(block, (size_t)n), err) < 0)
			return -1;
		offset += n;
	}
}

static int copy_new(int dir, const struct target *t, struct fd_file from, int mode, struct err *err)
{
	scoped_fd_file file = FD_INIT;
	unlinkat(dir, t->tmp.ptr, 0);
	file.fd = openat(dir, t->tmp.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (file.fd < 0)
		return err_set(err, ERR_OS, errno, "output.write", "create");
	if (copy_bytes(from.fd, file.fd, err) < 0)
		return -1;
	if (mode >= 0 && fchmod(file.fd, (mode_t)mode) < 0)
		return err_set(err, ERR_OS, errno, "output.write", "chmod");
	if (renameat(dir, t->tmp.ptr, dir, t->name.ptr) < 0)
		return err_set(err, ERR_OS, errno, "output.write", "rename");
	return 0;
}

int output_copy(struct fd_file from, const char *path, int mode, struct err *err)
{
	scoped(target_done) struct target t = {.dir = STR_INIT};
	scoped_fd_dir dir = FD_INIT;
	if (target_init(&t, path, err) < 0)
		return -1;
	dir.fd = open(t.dir.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir.fd < 0)
		return err_set(err, ERR_OS, errno, "output.write", "open directory '%s' of '%s'",
			t.dir.ptr, path);
	if (copy_new(dir.fd, &t, from, mode, err) < 0) {
		unlinkat(dir.fd, t.tmp.ptr, 0);
		return err_wrap(err, "'%s'", path);
	}
	return 0;
}
