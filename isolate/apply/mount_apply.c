/* SPDX-License-Identifier: Apache-2.0 */
/* The file system of a partition: a new root built from the template, the plan and procfs. */
#include "isolate/apply/mount_apply.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "base/bug.h"
#include "base/sys.h"
#include "isolate/apply/host_apply.h"
#include "isolate/apply/template_apply.h"

#define ATTR_TMPFS (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)

int mount_make(const char *type, const struct mount_option *options, size_t n, uint64_t attr,
	struct fd_mount *ret, struct err *err)
{
	scoped_fd fs = sys_fsopen(type, FSOPEN_CLOEXEC);
	if (fs < 0)
		return err_set(err, ERR_OS, errno, "mount.make", "open file system '%s'", type);
	for (size_t i = 0; i < n; i++) {
		unsigned cmd = options[i].value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;
		if (sys_fsconfig(fs, cmd, options[i].key, options[i].value, 0) < 0)
			return err_set(err, ERR_OS, errno, "mount.make", "%s option '%s'", type,
				options[i].key);
	}
	if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return err_set(err, ERR_OS, errno, "mount.make", "create %s", type);
	ret->fd = sys_fsmount(fs, FSMOUNT_CLOEXEC, (unsigned)attr);
	if (ret->fd < 0)
		return err_set(err, ERR_OS, errno, "mount.make", "mount %s", type);
	return 0;
}

int mount_tmpfs_make(uint64_t size_bytes, uint32_t n_inodes, uint32_t mode, uint64_t attr,
	struct fd_mount *ret, struct err *err)
{
	char size[24];
	char inodes[16];
	char perm[8];
	struct mount_option options[] = {
		{"size", size}, {"nr_inodes", inodes}, {"mode", perm}, {"noswap", NULL}};
	snprintf(size, sizeof(size), "%" PRIu64, size_bytes);
	snprintf(inodes, sizeof(inodes), "%u", n_inodes);
	snprintf(perm, sizeof(perm), "%o", mode);
	if (mount_make("tmpfs", options, ARRAY_LEN(options), attr, ret, err) == 0)
		return 0;
	/* noswap came with 6.4; without it memory of the partition's own cgroup may be swapped. */
	if (err->num != EINVAL)
		return -1;
	err_clear(err);
	return mount_make("tmpfs", options, ARRAY_LEN(options) - 1, attr, ret, err);
}

/* --- launcher: sources */

static int source_open(struct launch *launch, const struct plan_mnt_bind *bind, struct err *err)
{
	const char *rel = launch_text(launch, bind->rel);
	const bool is_root = bind->at & PLAN_ROOT_BIT;
	struct fd_dir at = is_root ? launch->host->roots[bind->at & ~PLAN_ROOT_BIT]
				   : (struct fd_dir){launch->fds[bind->at]};
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
	scoped_fd source = FD_NONE;
	struct stat st;
	unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH;
	struct fd_mount *tree = &launch->trees[launch->n_trees];
	source = strcmp(rel, ".") == 0 ? fd_dup(at.fd) : beneath_open(at, rel, O_PATH, is_root);
	if (source < 0 || fstat(source, &st) < 0)
		return err_set(err, ERR_OS, errno, "mount.source", "open '%s'", rel);
	if (bind->flags & PLAN_MNT_IS_FILE ? !S_ISREG(st.st_mode) : !S_ISDIR(st.st_mode))
		return err_set(err, ERR_DENIED, 0, "mount.source", "'%s' is not of its type", rel);
	if (bind->flags & PLAN_MNT_RECURSIVE)
		flags |= AT_RECURSIVE;
	tree->fd = sys_open_tree(source, "", flags);
	if (tree->fd < 0)
		return err_set(err, ERR_OS, errno, "mount.source", "clone '%s'", rel);
	launch->n_trees++;
	attr.attr_set |= bind->flags & PLAN_MNT_RW ? 0 : MOUNT_ATTR_RDONLY;
	attr.attr_set |= bind->flags & PLAN_MNT_NOEXEC ? MOUNT_ATTR_NOEXEC : 0;
	if (launch->weaken & WEAKEN_READONLY)
		attr.attr_set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	if (launch->weaken & WEAKEN_NODEV)
		attr.attr_set &= ~(uint64_t)MOUNT_ATTR_NODEV;
	attr.propagation = MS_PRIVATE;
	if (sys_mount_setattr(tree->fd, "", AT_EMPTY_PATH | (flags & AT_RECURSIVE), &attr) < 0)
		return err_set(err, ERR_OS, errno, "mount.source", "restrict '%s'", rel);
	return 0;
}

int mount_sources_apply(struct launch *launch, struct err *err)
{
	bool has_binds = plan_find(&launch->view, PLAN_MNT_BIND);
	int done = 0;
	if (!has_binds)
		return 0;
	if (setns(launch->host->own[HOST_MNT].fd, CLONE_NEWNS) < 0)
		return err_set(
			err, ERR_OS, errno, "mount.source", "enter the host's mount namespace");
	for (uint32_t i = 0; i < launch->view.n_ops && done == 0; i++)
		if (launch->view.ops[i].kind == PLAN_MNT_BIND && launch->n_trees < LIMIT_PLAN_FDS)
			done = source_open(launch, &launch->view.ops[i].mnt_bind, err);
	/* Going on from the host's root would show it to the next partition: never. */
	BUG_IF(setns(launch->host->template.fd, CLONE_NEWNS) < 0,
		"the launcher lives in its template");
	return done;
}

/* --- child: mount points, all in file systems that we just made */

static int point_open(const struct launch *launch, const char *path)
{
	return beneath_open(launch->root, path[1] ? path + 1 : ".", O_PATH, false);
}

/* One component after the other: a link on the way would lead somewhere else. */
static int dirs_make(const struct launch *launch, struct span rel)
{
	scoped_fd dir = fd_dup(launch->root.fd);
	struct span part;
	while (dir >= 0 && span_cut(&rel, '/', &part)) {
		char name[NAME_MAX + 1];
		int next;
		memcpy(name, part.ptr, part.len); /* the verifier bounds a component */
		name[part.len] = '\0';
		if (mkdirat(dir, name, 0755) < 0 && errno != EEXIST)
			return -1;
		next = beneath_open((struct fd_dir){dir}, name, O_PATH | O_DIRECTORY, false);
		fd_close(&dir);
		dir = next;
	}
	return fd_take(&dir);
}

/* The directory that is to hold the last component of path; made where missing. */
static int parent_open(const struct launch *launch, const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	*ret_name = slash + 1;
	if (slash == path)
		return fd_dup(launch->root.fd);
	return dirs_make(launch, span_make(path + 1, (size_t)(slash - path) - 1));
}

static int dir_child(const struct launch *launch, const char *path, uint32_t mode, struct err *err)
{
	const char *name;
	scoped_fd parent = parent_open(launch, path, &name);
	if (parent < 0 || (mkdirat(parent, name, mode) < 0 && errno != EEXIST))
		return err_set(err, ERR_OS, errno, "mount.dir", "make '%s'", path);
	return 0;
}

static int file_child(const struct launch *launch, const struct plan_mnt_file *op, struct err *err)
{
	const char *path = launch_text(launch, op->path);
	const char *name;
	scoped_fd parent = parent_open(launch, path, &name);
	scoped_fd file = parent < 0 ? -1
				    : openat(parent, name,
					      O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW,
					      op->mode);
	if (file < 0 ||
		write(file, launch_text(launch, op->text), op->text.len) != (ssize_t)op->text.len)
		return err_set(err, ERR_OS, errno, "mount.file", "write '%s'", path);
	return 0;
}

static int link_child(const struct launch *launch, const struct plan_mnt_link *op, struct err *err)
{
	const char *path = launch_text(launch, op->path);
	const char *name;
	scoped_fd parent = parent_open(launch, path, &name);
	if (parent < 0 || symlinkat(launch_text(launch, op->target), parent, name) < 0)
		return err_set(err, ERR_OS, errno, "mount.link", "make '%s'", path);
	return 0;
}

static int attach(const struct launch *launch, int from, const char *from_path, const char *path,
	const char *step, struct err *err)
{
	unsigned flags = MOVE_MOUNT_T_EMPTY_PATH | (from_path[0] ? 0 : MOVE_MOUNT_F_EMPTY_PATH);
	scoped_fd point = point_open(launch, path);
	if (point < 0 || sys_move_mount(from, from_path, point, "", flags) < 0)
		return err_set(err, ERR_OS, errno, step, "attach '%s'", path);
	return 0;
}

static int tmpfs_child(
	const struct launch *launch, const struct plan_mnt_tmpfs *op, struct err *err)
{
	const char *path = launch_text(launch, op->path);
	scoped_fd_mount mount = FD_INIT;
	uint64_t attr = ATTR_TMPFS | (op->flags & PLAN_MNT_NOEXEC ? MOUNT_ATTR_NOEXEC : 0);
	if (launch->weaken & WEAKEN_NODEV)
		attr &= ~(uint64_t)MOUNT_ATTR_NODEV;
	/* A test switches the limits off by asking for half of all memory, tmpfs's own default. */
	bool is_weak = launch->weaken & WEAKEN_TMPFS;
	if (dir_child(launch, path, 0755, err) < 0)
		return -1;
	if (mount_tmpfs_make(is_weak ? (uint64_t)1 << 40 : op->size_bytes,
		    is_weak ? INT32_MAX : op->n_inodes, op->mode, attr, &mount, err) < 0)
		return err_wrap(err, "'%s'", path);
	return attach(launch, mount.fd, "", path, "mount.tmpfs", err);
}

/* --- child: what is attached */

static int base_child(const struct launch *launch, const struct plan_mnt_base *op, struct err *err)
{
	char from[24];
	snprintf(from, sizeof(from), TEMPLATE_BASE, op->part);
	if (!(launch->host->has_base & 1u << op->part))
		return 0; /* this host has no such file */
	if (launch->weaken & WEAKEN_READONLY) {
		struct mount_attr attr = {.attr_clr = MOUNT_ATTR_RDONLY};
		if (sys_mount_setattr(AT_FDCWD, from, AT_RECURSIVE, &attr) < 0)
			return err_set(err, ERR_OS, errno, "mount.base", "weaken '%s'", from);
	}
	return attach(launch, AT_FDCWD, from, launch_text(launch, op->path), "mount.base", err);
}

static int dev_child(const struct launch *launch, const struct plan_mnt_dev *op, struct err *err)
{
	static const struct mount_option pts_options[] = {{"ptmxmode", "0666"}, {"mode", "0620"}};
	scoped_fd_mount pts = FD_INIT;
	scoped_fd_mount shm = FD_INIT;
	struct mount_attr writable = {.attr_clr = MOUNT_ATTR_RDONLY};
	if (launch->weaken & WEAKEN_DEV &&
		sys_mount_setattr(AT_FDCWD, TEMPLATE_DEV, 0, &writable) < 0)
		return err_set(err, ERR_OS, errno, "mount.dev", "weaken '/dev'");
	if (attach(launch, AT_FDCWD, TEMPLATE_DEV, "/dev", "mount.dev", err) < 0)
		return -1;
	if (mount_make("devpts", pts_options, ARRAY_LEN(pts_options),
		    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, &pts, err) < 0 ||
		attach(launch, pts.fd, "", "/dev/pts", "mount.dev", err) < 0)
		return -1;
	if (mount_tmpfs_make(op->shm_bytes, op->shm_inodes, 01777, ATTR_TMPFS | MOUNT_ATTR_NOEXEC,
		    &shm, err) < 0)
		return -1;
	return attach(launch, shm.fd, "", "/dev/shm", "mount.dev", err);
}

static int tree_op(
	struct launch *launch, const struct plan_op *op, uint32_t *n_bound, struct err *err)
{
	if (op->kind == PLAN_MNT_DIR)
		return dir_child(
			launch, launch_text(launch, op->mnt_dir.path), op->mnt_dir.mode, err);
	if (op->kind == PLAN_MNT_FILE)
		return file_child(launch, &op->mnt_file, err);
	if (op->kind == PLAN_MNT_LINK)
		return link_child(launch, &op->mnt_link, err);
	if (op->kind == PLAN_MNT_TMPFS)
		return tmpfs_child(launch, &op->mnt_tmpfs, err);
	if (op->kind == PLAN_MNT_BASE)
		return base_child(launch, &op->mnt_base, err);
	if (op->kind == PLAN_MNT_DEV)
		return dev_child(launch, &op->mnt_dev, err);
	if (op->kind == PLAN_MNT_BIND)
		return attach(launch, launch->trees[(*n_bound)++].fd, "",
			launch_text(launch, op->mnt_bind.path), "mount.bind", err);
	return 0;
}

int mount_root_child(struct launch *launch, struct err *err)
{
	const struct plan_mnt_root *op = &plan_find(&launch->view, PLAN_MNT_ROOT)->mnt_root;
	struct fd_mount root = FD_INIT;
	if (mount_tmpfs_make(op->size_bytes, op->n_inodes, 0755, ATTR_TMPFS, &root, err) < 0)
		return -1;
	if (sys_move_mount(root.fd, "", AT_FDCWD, TEMPLATE_BUILD, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return err_set(err, ERR_OS, errno, "mount.root", "attach the new root");
	launch->root.fd = root.fd;
	return 0;
}

int mount_tree_child(struct launch *launch, struct err *err)
{
	uint32_t n_bound = 0;
	for (uint32_t i = 0; i < launch->view.n_ops; i++)
		if (tree_op(launch, &launch->view.ops[i], &n_bound, err) < 0)
			return -1;
	return 0;
}

int mount_proc_child(struct launch *launch, struct err *err)
{
	const struct plan_mnt_proc *op = &plan_find(&launch->view, PLAN_MNT_PROC)->mnt_proc;
	scoped_fd_mount proc = FD_INIT;
	struct mount_option options[3];
	struct statfs fs;
	char gid[16];
	size_t n = 0;
	snprintf(gid, sizeof(gid), "%u", op->gid);
	options[n++] = (struct mount_option){"gid", gid};
	if (!(launch->weaken & WEAKEN_HIDEPID))
		options[n++] = (struct mount_option){"hidepid", "invisible"};
	if (op->flags & PLAN_PROC_SUBSET)
		options[n++] = (struct mount_option){"subset", "pid"};
	if (mount_make("proc", options, n, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
		    &proc, err) < 0)
		return -1;
	if (fstatfs(proc.fd, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC)
		return err_set(err, ERR_BUG, errno, "mount.proc", "what was mounted is not procfs");
	return attach(launch, proc.fd, "", "/proc", "mount.proc", err);
}

static int mask_child(const struct launch *launch, const struct plan_proc_mask *op, struct err *err)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
					      MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC};
	const char *rel = launch_text(launch, op->rel);
	char path[PATH_MAX];
	scoped_fd point = FD_NONE;
	scoped_fd mask = FD_NONE;
	snprintf(path, sizeof(path), "/proc/%s", rel);
	point = point_open(launch, path);
	if (point < 0 && errno == ENOENT)
		return 0;
	if (op->how == PLAN_MASK_READONLY)
		mask = sys_open_tree(
			point, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	else
		mask = sys_open_tree(AT_FDCWD,
			op->how == PLAN_MASK_FILE ? TEMPLATE_NONE : TEMPLATE_VOID,
			OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (mask < 0 || sys_mount_setattr(mask, "", AT_EMPTY_PATH, &attr) < 0 ||
		sys_move_mount(
			mask, "", point, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return err_set(err, ERR_OS, errno, "mount.mask", "mask '%s'", path);
	return 0;
}

int mount_mask_child(struct launch *launch, struct err *err)
{
	for (uint32_t i = 0; i < launch->view.n_ops; i++)
		if (launch->view.ops[i].kind == PLAN_PROC_MASK &&
			mask_child(launch, &launch->view.ops[i].proc_mask, err) < 0)
			return -1;
	return 0;
}

int mount_enter_child(struct launch *launch, struct err *err)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
	struct stat built;
	struct stat seen;
	if (!(launch->weaken & WEAKEN_READONLY) &&
		sys_mount_setattr(launch->root.fd, "", AT_EMPTY_PATH, &attr) < 0)
		return err_set(err, ERR_OS, errno, "mount.enter", "make the root read-only");
	/* It covers the template's root; from here on no path leads below it. */
	if (sys_move_mount(launch->root.fd, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return err_set(err, ERR_OS, errno, "mount.enter", "cover the template");
	if (fchdir(launch->root.fd) < 0 || chroot(".") < 0 || chdir("/") < 0)
		return err_set(err, ERR_OS, errno, "mount.enter", "enter the new root");
	if (fstat(launch->root.fd, &built) < 0 || stat("/..", &seen) < 0 ||
		built.st_dev != seen.st_dev)
		return err_set(
			err, ERR_BUG, 0, "mount.enter", "the root is not the one that was built");
	return 0;
}
