/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on what is visible: mounts, procfs, devices, descriptors, environment. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tests/ns/isoprobe.h"

static int try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0600);
	int outcome = attack_result(fd);
	if (fd >= 0)
		close(fd);
	/* Nothing is left behind, whoever runs this where. */
	if (fd >= 0 && flags & O_CREAT)
		unlink(path);
	return outcome;
}

/* Reading must bring something: a masked file is empty. */
static int try_read(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno;
	ssize_t n = read(fd, &byte, 1);
	int outcome = n < 0 ? errno : n == 0 ? ENODATA : ATTACK_ALLOWED;
	close(fd);
	return outcome;
}

#define OPEN_ROW(name, path, flags)                                                                \
	static int name(const char *arg, char *text)                                               \
	{                                                                                          \
		(void)text;                                                                        \
		return try_open(*arg ? arg : (path), flags);                                       \
	}
#define READ_ROW(name, path)                                                                       \
	static int name(const char *arg, char *text)                                               \
	{                                                                                          \
		(void)text;                                                                        \
		return try_read(*arg ? arg : (path));                                              \
	}

OPEN_ROW(write_usr, "/usr/isoprobe", O_CREAT | O_WRONLY)
OPEN_ROW(write_etc, "/etc/isoprobe", O_CREAT | O_WRONLY)
OPEN_ROW(write_passwd, "/etc/passwd", O_WRONLY)
OPEN_ROW(write_root, "/isoprobe", O_CREAT | O_WRONLY)
OPEN_ROW(write_dev, "/dev/isoprobe", O_CREAT | O_WRONLY)
OPEN_ROW(write_opt, "/opt/isoprobe", O_CREAT | O_WRONLY)
OPEN_ROW(write_self, "/proc/self/exe", O_RDWR)
OPEN_ROW(write_init, "/proc/1/exe", O_RDWR)
OPEN_ROW(write_at, "/isoprobe", O_CREAT | O_WRONLY) /* path by argument */
OPEN_ROW(core_pattern, "/proc/sys/kernel/core_pattern", O_WRONLY)
OPEN_ROW(modprobe_path, "/proc/sys/kernel/modprobe", O_WRONLY)
OPEN_ROW(ip_forward, "/proc/sys/net/ipv4/ip_forward", O_WRONLY)
OPEN_ROW(ipv6_forward, "/proc/sys/net/ipv6/conf/all/forwarding", O_WRONLY)
OPEN_ROW(sysrq, "/proc/sysrq-trigger", O_WRONLY)
OPEN_ROW(controlling_tty, "/dev/tty", O_RDWR)
OPEN_ROW(host_shadow, "/etc/shadow", O_RDONLY)
OPEN_ROW(host_root_home, "/root", O_RDONLY | O_DIRECTORY)
OPEN_ROW(host_home, "/home", O_RDONLY | O_DIRECTORY)
OPEN_ROW(host_sys, "/sys", O_RDONLY | O_DIRECTORY)
OPEN_ROW(host_cgroup, "/sys/fs/cgroup/cgroup.procs", O_WRONLY)
OPEN_ROW(init_root, "/proc/1/root/etc/shadow", O_RDONLY)
OPEN_ROW(open_dir, "/home", O_RDONLY | O_DIRECTORY) /* path by argument */
OPEN_ROW(device_open, "/tmp/isoprobe.null", O_RDWR) /* path by argument */
READ_ROW(kcore, "/proc/kcore")
READ_ROW(kmsg, "/proc/kmsg")
READ_ROW(kallsyms, "/proc/kallsyms")
READ_ROW(proc_keys, "/proc/keys")
READ_ROW(proc_modules, "/proc/modules")
READ_ROW(timer_list, "/proc/timer_list")
READ_ROW(sched_debug, "/proc/sched_debug")
READ_ROW(read_file, "/etc/shadow")          /* path by argument */
READ_ROW(landlock_file, "/isoprobe.secret") /* a file that the plan shows and Landlock does not */

static int mknod_as(mode_t mode)
{
	int outcome = attack_result(mknod("/tmp/isoprobe.node", mode | 0600, makedev(1, 3)));
	unlink("/tmp/isoprobe.node");
	return outcome;
}

static int mknod_char(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return mknod_as(S_IFCHR);
}

static int mknod_block(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return mknod_as(S_IFBLK);
}

static int file_caps(const char *arg, char *text)
{
	/* vfs_cap_data of revision 2 with every capability permitted. */
	static const unsigned char caps[20] = {
		1, 0, 0, 2, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff};
	int fd = open("/tmp/isoprobe.caps", O_CREAT | O_RDWR | O_CLOEXEC, 0700);
	int outcome =
		fd < 0 ? errno
		       : attack_result(fsetxattr(fd, "security.capability", caps, sizeof(caps), 0));
	(void)arg;
	(void)text;
	if (fd >= 0)
		close(fd);
	unlink("/tmp/isoprobe.caps");
	return outcome;
}

static int hardlink_host(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	int outcome = attack_result(link("/usr/bin/env", "/tmp/isoprobe.link"));
	unlink("/tmp/isoprobe.link");
	return outcome;
}

static int above_root(const char *arg, char *text)
{
	struct stat root;
	struct stat above;
	(void)arg;
	(void)text;
	if (stat("/", &root) < 0 || stat("/../../..", &above) < 0)
		return errno;
	return root.st_ino == above.st_ino && root.st_dev == above.st_dev ? ENOENT : ATTACK_ALLOWED;
}

/* Names of a directory, sorted, with commas. */
static int list(const char *path, bool (*wanted)(const char *name), char *text)
{
	struct dirent **entries = NULL;
	int n = scandir(path, &entries, NULL, alphasort);
	size_t used = 0;
	if (n < 0)
		return errno;
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		if (name[0] != '.' && wanted(name))
			used += (size_t)snprintf(
				text + used, ATTACK_TEXT - used, "%s%s", used ? "," : "", name);
		if (used >= ATTACK_TEXT)
			used = ATTACK_TEXT - 1;
		free(entries[i]);
	}
	free(entries);
	return ATTACK_VALUE;
}

static bool any(const char *name)
{
	(void)name;
	return true;
}

static bool no_number(const char *name)
{
	return !isdigit((unsigned char)name[0]);
}

static bool number(const char *name)
{
	return !no_number(name);
}

static int dev_list(const char *arg, char *text)
{
	(void)arg;
	return list("/dev", any, text);
}

static int proc_pids(const char *arg, char *text)
{
	(void)arg;
	return list("/proc", number, text);
}

static int proc_names(const char *arg, char *text)
{
	(void)arg;
	return list("/proc", no_number, text);
}

static int root_list(const char *arg, char *text)
{
	(void)arg;
	return list("/", any, text);
}

/* Above 2 there is only what this row opened: the directory itself. */
static int fd_list(const char *arg, char *text)
{
	char extra[ATTACK_TEXT] = "";
	size_t used = 0;
	(void)arg;
	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			used += (size_t)snprintf(extra + used,
				used < sizeof(extra) ? sizeof(extra) - used : 0, "%s%d",
				used ? "," : "", fd);
	snprintf(text, ATTACK_TEXT, "%s", extra);
	return ATTACK_VALUE;
}

static int fd_leak(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	for (int fd = 3; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return ATTACK_ALLOWED;
	return EBADF;
}

/* A descriptor that leads out of the root. */
static int fd_escape(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	for (int fd = 0; fd < 1024; fd++) {
		int up = openat(fd, "../../../../etc/shadow", O_PATH | O_CLOEXEC);
		if (up >= 0)
			return ATTACK_ALLOWED;
	}
	return ENOENT;
}

static int fd_paths(const char *arg, char *text)
{
	char link[32];
	size_t used = 0;
	(void)arg;
	for (int fd = 0; fd < 3; fd++) {
		char to[128];
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		ssize_t n = readlink(link, to, sizeof(to) - 1);
		to[n < 0 ? 0 : n] = '\0';
		used += (size_t)snprintf(
			text + used, ATTACK_TEXT - used, "%s%s", used ? "," : "", to);
	}
	return ATTACK_VALUE;
}

static int cwd(const char *arg, char *text)
{
	(void)arg;
	return getcwd(text, ATTACK_TEXT) ? ATTACK_VALUE : errno;
}

/* Every mount nosuid; and nodev, but for the one that holds the device nodes. */
static int mount_flags(const char *arg, char *text)
{
	char line[4096];
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	size_t bad = 0;
	(void)arg;
	if (!mounts)
		return errno;
	while (fgets(line, sizeof(line), mounts)) {
		char point[256];
		char options[256];
		if (sscanf(line, "%*d %*d %*s %*s %255s %255s", point, options) != 2)
			continue;
		bool is_dev = strncmp(point, "/dev", 4) == 0;
		if (strstr(options, "nosuid") && (strstr(options, "nodev") || is_dev))
			continue;
		snprintf(text, ATTACK_TEXT, "%.200s %.200s", point, options);
		bad++;
	}
	fclose(mounts);
	return bad ? ATTACK_VALUE : EPERM;
}

/* The host's directories show as roots of bind mounts; only /usr and what was asked for may. */
static int mount_list(const char *arg, char *text)
{
	char line[4096];
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	size_t used = 0;
	(void)arg;
	if (!mounts)
		return errno;
	while (fgets(line, sizeof(line), mounts)) {
		char point[256];
		if (sscanf(line, "%*d %*d %*s %*s %255s", point) == 1 && used < ATTACK_TEXT - 1)
			used += (size_t)snprintf(
				text + used, ATTACK_TEXT - used, "%s%s", used ? "," : "", point);
	}
	fclose(mounts);
	return ATTACK_VALUE;
}

static int hidepid(const char *arg, char *text)
{
	char line[4096];
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	int outcome = ATTACK_ALLOWED;
	(void)arg;
	(void)text;
	if (!mounts)
		return errno;
	while (fgets(line, sizeof(line), mounts))
		if (strstr(line, " /proc ") && strstr(line, "hidepid="))
			outcome = EPERM;
	fclose(mounts);
	return outcome;
}

static int read_only(const char *arg, char *text)
{
	struct statvfs fs;
	(void)text;
	if (statvfs(*arg ? arg : "/usr", &fs) < 0)
		return errno;
	return fs.f_flag & ST_RDONLY ? EROFS : ATTACK_ALLOWED;
}

static int environment(const char *arg, char *text)
{
	size_t used = 0;
	(void)arg;
	for (char **e = environ; *e && used < ATTACK_TEXT - 1; e++)
		used += (size_t)snprintf(
			text + used, ATTACK_TEXT - used, "%s%s", used ? "," : "", *e);
	return ATTACK_VALUE;
}

/* A variable of the host by name. */
static int environment_leak(const char *arg, char *text)
{
	(void)text;
	for (char **e = environ; *e; e++)
		if (strncmp(*e, arg, strlen(arg)) == 0)
			return ATTACK_ALLOWED;
	return ENOENT;
}

static int fill(const char *path, size_t limit_mb)
{
	static char block[1 << 16];
	int outcome = ATTACK_ALLOWED;
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	for (size_t i = 0; i < limit_mb * 16 && outcome == ATTACK_ALLOWED; i++)
		if (write(fd, block, sizeof(block)) < 0)
			outcome = errno;
	close(fd);
	unlink(path);
	return outcome;
}

static int fill_tmp(const char *arg, char *text)
{
	(void)text;
	return fill("/tmp/isoprobe.fill", strtoul(arg, NULL, 10));
}

static int inode_bomb(const char *arg, char *text)
{
	size_t n = strtoul(arg, NULL, 10);
	int outcome = ATTACK_ALLOWED;
	char path[64];
	size_t made = 0;
	(void)text;
	for (; made < n && outcome == ATTACK_ALLOWED; made++) {
		snprintf(path, sizeof(path), "/tmp/isoprobe.i%zu", made);
		int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		outcome = attack_result(fd);
		if (fd >= 0)
			close(fd);
	}
	for (size_t i = 0; i < made; i++) {
		snprintf(path, sizeof(path), "/tmp/isoprobe.i%zu", i);
		unlink(path);
	}
	return outcome;
}

#define ROW(fn)                                                                                    \
	{                                                                                          \
#fn, fn, false                                                                     \
	}

static const struct attack rows[] = {
	ROW(write_usr),
	ROW(write_etc),
	ROW(write_passwd),
	ROW(write_root),
	ROW(write_dev),
	ROW(write_opt),
	ROW(write_self),
	ROW(write_init),
	ROW(core_pattern),
	ROW(modprobe_path),
	ROW(ip_forward),
	ROW(ipv6_forward),
	ROW(sysrq),
	ROW(controlling_tty),
	ROW(host_shadow),
	ROW(host_root_home),
	ROW(host_home),
	ROW(host_sys),
	ROW(host_cgroup),
	ROW(init_root),
	ROW(kcore),
	ROW(kmsg),
	ROW(kallsyms),
	ROW(proc_keys),
	ROW(proc_modules),
	ROW(timer_list),
	ROW(sched_debug),
	ROW(mknod_char),
	ROW(mknod_block),
	ROW(file_caps),
	ROW(hardlink_host),
	ROW(above_root),
	ROW(dev_list),
	ROW(proc_pids),
	ROW(proc_names),
	ROW(root_list),
	ROW(fd_list),
	ROW(fd_leak),
	ROW(fd_escape),
	ROW(fd_paths),
	ROW(cwd),
	ROW(mount_flags),
	ROW(mount_list),
	ROW(hidepid),
	ROW(read_only),
	ROW(environment),
	{"write_at", write_at, true},
	{"device_open", device_open, true},
	{"landlock_file", landlock_file, true},
	{"read_file", read_file, true},
	{"open_dir", open_dir, true},
	{"environment_leak", environment_leak, true},
	{"fill_tmp", fill_tmp, true},
	{"inode_bomb", inode_bomb, true},
};

const struct attack_table attack_files = {rows, sizeof(rows) / sizeof(rows[0])};
