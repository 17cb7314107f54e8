/* SPDX-License-Identifier: Apache-2.0 */
/* Directories and files of the state directory: made, removed, opened beneath its descriptor. */
#include "isolate/apply/host_apply.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/sys.h"

int beneath_open(struct fd_dir at, const char *rel, int flags, bool is_one_mount)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	if (is_one_mount)
		how.resolve |= RESOLVE_NO_XDEV;
	return sys_openat2(at.fd, rel, &how);
}

/* The directory that holds the last component, and that component. */
static int open_parent(struct fd_dir at, const char *rel, const char **ret_name, struct fd_dir *ret,
	struct err *err)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(rel, '/');
	size_t n = slash ? (size_t)(slash - rel) : 1;
	memcpy(parent, slash ? rel : ".", n);
	parent[n] = '\0';
	*ret_name = slash ? slash + 1 : rel;
	*ret = fd_dir_wrap(beneath_open(at, parent, O_PATH | O_DIRECTORY, true));
	if (!fd_dir_is_open(*ret))
		return err_set(err, ERR_OS, errno, "dir.make", "open '%s'", parent);
	return 0;
}

int dir_make_apply(const struct launch *launch, const struct plan_op *op, struct err *err)
{
	const struct plan_dir_make *want = &op->dir_make;
	const char *rel = launch_text(launch, want->rel);
	scoped_fd_dir parent = FD_INIT;
	scoped_fd_dir dir = FD_INIT;
	const char *name;
	struct stat st;
	if (open_parent(launch->host->roots[want->at], rel, &name, &parent, err) < 0)
		return -1;
	if (mkdirat(parent.fd, name, 0700) < 0 && errno != EEXIST)
		return err_set(err, ERR_OS, errno, "dir.make", "make '%s'", rel);
	dir = fd_dir_wrap(beneath_open(parent, name, O_RDONLY | O_DIRECTORY, true));
	if (!fd_dir_is_open(dir) || fstat(dir.fd, &st) < 0)
		return err_set(err, ERR_OS, errno, "dir.make", "open '%s'", rel);
	/* A crash between making and giving away leaves it root's; anything else is somebody's. */
	if (st.st_uid != 0 && st.st_uid != want->uid)
		return err_set(err, ERR_DENIED, EEXIST, "dir.make", "'%s' belongs to user %u", rel,
			st.st_uid);
	if (fchown(dir.fd, want->uid, want->gid) < 0 || fchmod(dir.fd, want->mode) < 0)
		return err_set(err, ERR_OS, errno, "dir.make", "give away '%s'", rel);
	return 0;
}

int tree_remove_apply(const struct launch *launch, const struct plan_op *op, struct err *err)
{
	const char *rel = launch_text(launch, op->tree_remove.rel);
	scoped_fd_dir parent = FD_INIT;
	const char *name;
	if (strcmp(rel, ".") == 0)
		return err_set(err, ERR_DENIED, 0, "tree.remove", "the state directory itself");
	if (open_parent(launch->host->roots[op->tree_remove.at], rel, &name, &parent, err) < 0) {
		if (err->num != ENOENT)
			return -1;
		err_clear(err);
		return 0;
	}
	return path_remove_tree(parent, name, err);
}

int file_open_apply(
	const struct launch *launch, const struct plan_op *op, struct fd_file *ret, struct err *err)
{
	const char *rel = launch_text(launch, op->file_open.rel);
	/* A tenant owns what lies here: a FIFO must not block us, a device must not be opened. */
	scoped_fd_file file = {beneath_open(launch->host->roots[op->file_open.at], rel,
		O_RDONLY | O_NONBLOCK | O_NOCTTY, true)};
	struct stat st;
	if (file.fd < 0 || fstat(file.fd, &st) < 0)
		return err_set(err, ERR_OS, errno, "file.open", "open '%s'", rel);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_DENIED, 0, "file.open", "'%s' is not a regular file", rel);
	*ret = fd_file_take(&file);
	return 0;
}
