/* SPDX-License-Identifier: Apache-2.0 */
/* Network namespaces and their sysctls. */
#include "net/ns_apply.h"

#include <linux/magic.h>
#include <sched.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/bug.h"
#include "base/span.h"

static int open_proc(const char *path, struct fd_dir *ret, struct err *err)
{
	struct statfs fs;
	scoped_fd_dir dir = {open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)};
	if (dir.fd < 0)
		return err_set(err, ERR_OS, errno, "net.netns", "open '%s'", path);
	if (fstatfs(dir.fd, &fs) < 0)
		return err_set(err, ERR_OS, errno, "net.netns", "statfs '%s'", path);
	if (fs.f_type != PROC_SUPER_MAGIC)
		return err_set(err, ERR_DENIED, 0, "net.netns", "'%s' is not procfs", path);
	*ret = fd_dir_take(&dir);
	return 0;
}

static int open_current(const struct ns_home *home, struct fd_ns *ret, struct err *err)
{
	scoped_fd_ns ns = {openat(home->self_ns.fd, "net", O_RDONLY | O_CLOEXEC)};
	if (ns.fd < 0)
		return err_set(err, ERR_OS, errno, "net.netns", "open the network namespace");
	*ret = fd_ns_take(&ns);
	return 0;
}

int ns_home_open(struct ns_home *ret, struct err *err)
{
	if (open_proc("/proc/self/ns", &ret->self_ns, err) < 0 ||
		open_proc("/proc/sys", &ret->sysctls, err) < 0)
		return -1;
	return open_current(ret, &ret->home, err);
}

void ns_home_done(struct ns_home *home)
{
	fd_ns_close(&home->home);
	fd_dir_close(&home->self_ns);
	fd_dir_close(&home->sysctls);
}

void ns_leave(const struct ns_home *home)
{
	BUG_IF(setns(home->home.fd, CLONE_NEWNET) < 0, "the way home is open");
}

int ns_enter(struct fd_ns ns, struct err *err)
{
	if (setns(ns.fd, CLONE_NEWNET) < 0)
		return err_set(err, ERR_OS, errno, "net.netns", "enter a network namespace");
	return 0;
}

int ns_make(const struct ns_home *home, struct fd_ns *ret, struct err *err)
{
	if (unshare(CLONE_NEWNET) < 0)
		return err_set(err, ERR_OS, errno, "net.netns", "make a network namespace");
	int result = open_current(home, ret, err);
	ns_leave(home);
	return result;
}

int ns_sysctl(const struct ns_home *home, const char *rel, const char *value, struct err *err)
{
	scoped_fd_file file = {openat(home->sysctls.fd, rel, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)};
	if (file.fd < 0)
		return err_set(err, ERR_OS, errno, "net.sysctl", "open '%s'", rel);
	if (write(file.fd, value, strlen(value)) < 0)
		return err_set(err, ERR_OS, errno, "net.sysctl", "write '%s' to '%s'", value, rel);
	return 0;
}

bool ns_sysctl_is(const struct ns_home *home, const char *rel, char digit)
{
	char first = '\0';
	scoped_fd_file file = {openat(home->sysctls.fd, rel, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
	return file.fd >= 0 && read(file.fd, &first, 1) == 1 && first == digit;
}
