/* SPDX-License-Identifier: Apache-2.0 */
/* The template: the mount namespace that the launcher lives in and every partition starts from. */
#include "isolate/apply/template_apply.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/bug.h"
#include "base/sys.h"
#include "isolate/apply/host_apply.h"
#include "isolate/apply/mount_apply.h"

enum { TEMPLATE_BYTES = 256 << 10, TEMPLATE_INODES = 64 };

static const struct {
	uint32_t part;
	const char *path;
	bool is_file;
} parts[] = {
	{PLAN_BASE_USR, "/usr", false},
	{PLAN_BASE_ALTERNATIVES, "/etc/alternatives", false},
	{PLAN_BASE_LD_CACHE, "/etc/ld.so.cache", true},
	{PLAN_BASE_CERTS, "/etc/ssl/certs", false},
};

static const struct {
	const char *name;
	unsigned int major, minor;
} nodes[] = {{"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9},
	{"tty", 5, 0}};

static const char *const dev_links[][2] = {{"fd", "/proc/self/fd"}, {"stdin", "/proc/self/fd/0"},
	{"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"}, {"ptmx", "pts/ptmx"}};

static int fail(struct err *err, const char *what)
{
	return err_set(err, ERR_OS, errno, "template", "%s", what);
}

static int attach(int from, int to, const char *name, struct err *err)
{
	if (sys_move_mount(from, "", to, name, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return fail(err, name);
	return 0;
}

static int read_only(int tree, uint64_t more, struct err *err)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | more};
	if (sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr) < 0)
		return fail(err, "make a tree read-only");
	return 0;
}

static int dev_make(int root, struct err *err)
{
	scoped_fd_mount dev = FD_INIT;
	if (mount_tmpfs_make(TEMPLATE_BYTES, TEMPLATE_INODES, 0755,
		    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, &dev, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++)
		if (mknodat(dev.fd, nodes[i].name, S_IFCHR | 0666,
			    makedev(nodes[i].major, nodes[i].minor)) < 0)
			return fail(err, nodes[i].name);
	for (size_t i = 0; i < ARRAY_LEN(dev_links); i++)
		if (symlinkat(dev_links[i][1], dev.fd, dev_links[i][0]) < 0)
			return fail(err, dev_links[i][0]);
	if (mkdirat(dev.fd, "pts", 0755) < 0 || mkdirat(dev.fd, "shm", 0755) < 0)
		return fail(err, "make /dev/pts and /dev/shm");
	if (read_only(dev.fd, MOUNT_ATTR_NOEXEC, err) < 0 || mkdirat(root, "dev", 0755) < 0)
		return err_is_set(err) ? -1 : fail(err, "make /dev");
	return attach(dev.fd, root, "dev", err);
}

/* What an operator installed by hand is nobody's base system. */
static int mask_local(int usr, struct err *err)
{
	scoped_fd_mount mask = FD_INIT;
	scoped_fd local = beneath_open((struct fd_dir){usr}, "local", O_PATH | O_DIRECTORY, false);
	if (local < 0)
		return 0;
	if (mount_tmpfs_make(TEMPLATE_BYTES, TEMPLATE_INODES, 0755, MOUNT_ATTR_NODEV, &mask, err) <
			0 ||
		read_only(mask.fd, MOUNT_ATTR_NODEV, err) < 0)
		return -1;
	if (sys_move_mount(
		    mask.fd, "", local, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return fail(err, "mask /usr/local");
	return 0;
}

static int base_make(struct host *host, int root, size_t i, struct err *err)
{
	const unsigned int recursive = parts[i].is_file ? 0 : AT_RECURSIVE;
	scoped_fd tree = sys_open_tree(
		AT_FDCWD, parts[i].path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive);
	char name[16];
	snprintf(name, sizeof(name), "base/%u", parts[i].part);
	if (tree < 0 && errno == ENOENT && parts[i].part != PLAN_BASE_USR)
		return 0;
	if (tree < 0)
		return fail(err, parts[i].path);
	if (parts[i].is_file) {
		scoped_fd file = openat(root, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0444);
		if (file < 0)
			return fail(err, name);
	} else if (mkdirat(root, name, 0755) < 0) {
		return fail(err, name);
	}
	if (read_only(tree, MOUNT_ATTR_NODEV, err) < 0 || attach(tree, root, name, err) < 0)
		return -1;
	host->has_base |= 1u << parts[i].part;
	return parts[i].part == PLAN_BASE_USR ? mask_local(tree, err) : 0;
}

static int fill(struct host *host, int root, struct err *err)
{
	scoped_fd none = FD_NONE;
	if (mkdirat(root, "mnt", 0755) < 0 || mkdirat(root, "base", 0755) < 0 ||
		mkdirat(root, "void", 0555) < 0)
		return fail(err, "make directories");
	none = openat(root, "none", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0444);
	if (none < 0)
		return fail(err, "make an empty file");
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (base_make(host, root, i, err) < 0)
			return -1;
	return dev_make(root, err);
}

int template_apply(struct host *host, struct err *err)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
	scoped_fd_mount root = FD_INIT;
	umask(0);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail(err, "make a mount namespace");
	if (mount_tmpfs_make(TEMPLATE_BYTES, TEMPLATE_INODES, 0755,
		    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, &root, err) < 0)
		return -1;
	/* Onto the root first: trees are attached only below what is attached (until Linux 6.15). */
	if (attach(root.fd, AT_FDCWD, "/", err) < 0 || fill(host, root.fd, err) < 0)
		return -1;
	if (sys_mount_setattr(root.fd, "", AT_EMPTY_PATH, &attr) < 0)
		return fail(err, "make the template read-only");
	/* The old root is stacked on the new one, then taken off (pivot_root(2), "."). */
	if (fchdir(root.fd) < 0 || sys_pivot_root(".", ".") < 0 || umount2(".", MNT_DETACH) < 0 ||
		chdir("/") < 0)
		return fail(err, "leave the host's root");
	host->template = fd_ns_wrap(openat(host->proc.fd, "self/ns/mnt", O_RDONLY | O_CLOEXEC));
	if (!fd_ns_is_open(host->template))
		return fail(err, "open the template's namespace");
	return 0;
}
