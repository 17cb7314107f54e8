/* SPDX-License-Identifier: Apache-2.0 */
/* Learn that something about the programs of a partition may have changed. */
#include "isolate/super/watch.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>

#include "base/limits.h"

enum {
	NAMES_EVENTS = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE,
	FILE_EVENTS = IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF,
};

/* The watched place, named so that no path of it can be exchanged under us. */
struct place {
	char path[64 + LIMIT_SUPER_NAME];
};

static struct place place_of(int dir, const char *name)
{
	struct place p;
	snprintf(p.path, sizeof(p.path), "/proc/self/fd/%d/%.*s", dir, LIMIT_SUPER_NAME, name);
	return p;
}

static void add(int inotify, int dir, const char *name, uint32_t events)
{
	struct place p = place_of(dir, name);
	/* What is not there is announced by the directory above. */
	if (inotify_add_watch(inotify, p.path, events) < 0)
		return;
}

static void add_programs(int inotify, struct fd_dir home, enum super_kind kind)
{
	const struct dirent *entry;
	DIR *list;
	int fd;
	add(inotify, home.fd, scan_dir_name(kind), NAMES_EVENTS | FILE_EVENTS | IN_ONLYDIR);
	fd = openat(home.fd, scan_dir_name(kind), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	list = fd >= 0 ? fdopendir(fd) : NULL;
	if (!list) {
		fd_close(&fd);
		return;
	}
	for (int n = 0; n < 2 * LIMIT_SUPER_SERVICES && (entry = readdir(list));)
		if (entry->d_name[0] != '.') {
			add(inotify, fd, entry->d_name, FILE_EVENTS);
			n++;
		}
	closedir(list);
}

int watch_open(struct fd_dir home, struct fd_file *ret, struct err *err)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd < 0)
		return err_set(err, ERR_OS, errno, "super.watch", "make an inotify instance");
	add(fd, home.fd, ".", NAMES_EVENTS | IN_ONLYDIR);
	add(fd, home.fd, "etc", NAMES_EVENTS | IN_ONLYDIR);
	add_programs(fd, home, SUPER_RUN);
	add_programs(fd, home, SUPER_SERVICE);
	fd_file_close(ret);
	ret->fd = fd;
	return 0;
}

/* HOME and HOME/etc see much that is none of ours; all other events come without a name of theirs
   or from the two directories themselves. */
static bool concerns(const struct inotify_event *event)
{
	static const char *const names[] = {"etc", "run", "service", WATCH_RESTART_FILE};
	if (event->len == 0 || event->mask & IN_Q_OVERFLOW)
		return !(event->mask & IN_IGNORED);
	if (event->wd > 2)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(event->name, names[i]) == 0)
			return true;
	return false;
}

bool watch_read(struct fd_file watch)
{
	char buf[8192] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool is_ours = false;
	ssize_t n;
	while ((n = read(watch.fd, buf, sizeof(buf))) > 0)
		for (char *p = buf; p < buf + n;) {
			struct inotify_event event;
			memcpy(&event, p, sizeof(event));
			is_ours |= concerns((const struct inotify_event *)(const void *)p);
			p += sizeof(event) + event.len;
		}
	return is_ours;
}
