/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded removal of a tree that somebody else wrote: by descriptor, no links, no mounts. */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/sys.h"

/* One removal: what is too deep is moved to the top, and its turn comes again. */
struct removal {
	dev_t dev;
	int top;
	unsigned n_moved;
};

static int remove_at(struct removal *r, int at, const char *name, int depth, struct err *err);

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

/* In *ret, to be read and emptied. */
static int open_to_empty(int at, const char *name, int *ret, struct err *err)
{
	scoped_fd fd = open_no_follow(at, name);
	if (fd < 0 && errno == EACCES && fchmodat(at, name, 0700, 0) == 0)
		fd = open_no_follow(at, name);
	if (fd < 0)
		return err_set(err, ERR_OS, errno, "path.remove", "open directory '%s'", name);
	if (fchmod(fd, 0700) < 0 && errno != EROFS && errno != EPERM)
		return err_set(err, ERR_OS, errno, "path.remove", "chmod '%s'", name);
	*ret = fd_take(&fd);
	return 0;
}

static int remove_children(struct removal *r, int fd, const char *name, int depth, struct err *err)
{
	scoped(closedirp) DIR *dir = fdopendir(fd_dup(fd));
	if (!dir)
		return err_set(err, ERR_OS, errno, "path.remove", "read directory '%s'", name);
	rewinddir(dir); /* the descriptor may have been read before */
	for (;;) {
		struct dirent *e;
		errno = 0;
		e = readdir(dir);
		if (!e)
			break;
		if (e->d_name[0] == '.' &&
			(!e->d_name[1] || (e->d_name[1] == '.' && !e->d_name[2])))
			continue;
		if (remove_at(r, fd, e->d_name, depth + 1, err) < 0)
			return -1;
	}
	return errno ? err_set(err, ERR_OS, errno, "path.remove", "read directory '%s'", name) : 0;
}

/* A name that is taken by a file, or by a directory with something in it, makes us try the next. */
static int move_to_top(struct removal *r, int at, const char *name, struct err *err)
{
	char free_name[32];
	for (bool is_writable = false;;) {
		snprintf(free_name, sizeof(free_name), "too-deep-%u", ++r->n_moved);
		if (renameat(at, name, r->top, free_name) == 0)
			return 0;
		if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
			continue;
		/* Moving a directory writes its "..". */
		if (errno != EACCES || is_writable || fchmodat(at, name, 0700, 0) < 0)
			return err_set(err, ERR_OS, errno, "path.remove", "move '%s' up", name);
		is_writable = true;
	}
}

static int remove_at(struct removal *r, int at, const char *name, int depth, struct err *err)
{
	scoped_fd fd = FD_NONE;
	struct stat st;
	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT
			       ? 0
			       : err_set(err, ERR_OS, errno, "path.remove", "stat '%s'", name);
	if (!S_ISDIR(st.st_mode)) {
		if (unlinkat(at, name, 0) < 0 && errno != ENOENT)
			return err_set(err, ERR_OS, errno, "path.remove", "remove '%s'", name);
		return 0;
	}
	if (st.st_dev != r->dev)
		return err_set(err, ERR_DENIED, EXDEV, "path.remove", "'%s' is a mount", name);
	if (depth == PATH_DEPTH_MAX)
		return move_to_top(r, at, name, err);
	if (open_to_empty(at, name, &fd, err) < 0 || remove_children(r, fd, name, depth, err) < 0)
		return -1;
	if (unlinkat(at, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return err_set(err, ERR_OS, errno, "path.remove", "remove directory '%s'", name);
	return 0;
}

/* As long as something was moved up meanwhile, the top is not empty yet. */
static int remove_top(int at, const char *name, dev_t dev, struct err *err)
{
	scoped_fd top = FD_NONE;
	struct removal r = {.dev = dev};
	struct stat st;
	unsigned n_moved;
	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode) ||
		st.st_dev != dev)
		return remove_at(&r, at, name, 0, err);
	if (open_to_empty(at, name, &top, err) < 0)
		return -1;
	r.top = top;
	do {
		n_moved = r.n_moved;
		if (remove_children(&r, top, name, 0, err) < 0)
			return -1;
	} while (r.n_moved != n_moved);
	return remove_at(&r, at, name, 0, err);
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
	return remove_top(parent.fd, base.ptr, st.st_dev, err);
}
