/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded removal of a tree that somebody else wrote: by descriptor, no links, no mounts. */
#include <dirent.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/sys.h"

static int remove_at(int at, const char *name, dev_t dev, int depth, struct err *err);

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int open_no_follow(int at, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
	};
	return sys_openat2(at, name, &how);
}

static int remove_children(int at, const char *name, dev_t dev, int depth, struct err *err)
{
	scoped_fd fd = open_no_follow(at, name);
	scoped(closedirp) DIR *dir = NULL;
	if (fd < 0 && errno == EACCES && fchmodat(at, name, 0700, 0) == 0)
		fd = open_no_follow(at, name);
	if (fd < 0)
		return err_set(err, ERR_OS, errno, "path.remove", "open directory '%s'", name);
	if (fchmod(fd, 0700) < 0 && errno != EROFS && errno != EPERM)
		return err_set(err, ERR_OS, errno, "path.remove", "chmod '%s'", name);
	dir = fdopendir(fd_dup(fd));
	if (!dir)
		return err_set(err, ERR_OS, errno, "path.remove", "read directory '%s'", name);
	for (;;) {
		struct dirent *e;
		errno = 0;
		e = readdir(dir);
		if (!e)
			break;
		if (e->d_name[0] == '.' &&
			(!e->d_name[1] || (e->d_name[1] == '.' && !e->d_name[2])))
			continue;
		if (remove_at(fd, e->d_name, dev, depth + 1, err) < 0)
			return -1;
	}
	return errno ? err_set(err, ERR_OS, errno, "path.remove", "read directory '%s'", name) : 0;
}

static int remove_at(int at, const char *name, dev_t dev, int depth, struct err *err)
{
	struct stat st;
	if (depth > PATH_DEPTH_MAX)
		return err_set(err, ERR_LIMIT, ELOOP, "path.remove",
			"'%s' is deeper than %d levels", name, PATH_DEPTH_MAX);
	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT
			       ? 0
			       : err_set(err, ERR_OS, errno, "path.remove", "stat '%s'", name);
	if (!S_ISDIR(st.st_mode)) {
		if (unlinkat(at, name, 0) < 0 && errno != ENOENT)
			return err_set(err, ERR_OS, errno, "path.remove", "remove '%s'", name);
		return 0;
	}
	if (st.st_dev != dev)
		return err_set(err, ERR_DENIED, EXDEV, "path.remove", "'%s' is a mount", name);
	if (remove_children(at, name, dev, depth, err) < 0)
		return -1;
	if (unlinkat(at, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return err_set(err, ERR_OS, errno, "path.remove", "remove directory '%s'", name);
	return 0;
}

int path_remove_tree(struct fd_dir at, const char *rel, struct err *err)
{
	scoped_str struct str dir = STR_INIT;
	scoped_str struct str base = STR_INIT;
	scoped_fd_dir parent = FD_INIT;
	struct stat st;
	str_add(&dir, path_dir(span_str(rel)));
	str_add(&base, path_base(span_str(rel)));
	if (str_check(&dir, err) < 0 || str_check(&base, err) < 0)
		return -1;
	if (path_open_dir(at, dir.ptr, &parent, err) < 0) {
		if (err->num != ENOENT)
			return -1;
		err_clear(err);
		return 0;
	}
	if (fstat(parent.fd, &st) < 0)
		return err_set(err, ERR_OS, errno, "path.remove", "stat '%s'", dir.ptr);
	return remove_at(parent.fd, base.ptr, st.st_dev, 0, err);
}
