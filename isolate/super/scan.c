/* SPDX-License-Identifier: Apache-2.0 */
/* Which programs etc/run and etc/service hold now, and what each of them is. */
#include "isolate/super/scan.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/span.h"

/* FNV-1a: nothing here defends against anybody, the partition may restart its own services. */
#define FNV_START 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL

static uint64_t fnv(uint64_t h, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * FNV_PRIME;
	return h;
}

const char *scan_dir_name(enum super_kind kind)
{
	return kind == SUPER_RUN ? "etc/run" : "etc/service";
}

static uint64_t print_content(uint64_t h, int fd)
{
	char buf[16384];
	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return h;
		h = fnv(h, buf, (size_t)n);
	}
}

static uint64_t print_identity(uint64_t h, const struct stat *st)
{
	h = fnv(h, &st->st_dev, sizeof(st->st_dev));
	h = fnv(h, &st->st_ino, sizeof(st->st_ino));
	h = fnv(h, &st->st_size, sizeof(st->st_size));
	return fnv(h, &st->st_mtim, sizeof(st->st_mtim));
}

static uint64_t print_of(int dir, const char *name, const struct stat *st)
{
	char target[LIMIT_PATH_BYTES + 1];
	uint64_t h = FNV_START;
	ssize_t n = readlinkat(dir, name, target, sizeof(target));
	scoped_fd fd = FD_NONE;
	if (n > 0)
		h = fnv(h, target, (size_t)n);
	if (st->st_size <= SCAN_CONTENT_BYTES)
		fd = openat(dir, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return fd >= 0 ? print_content(h, fd) : print_identity(h, st);
}

static bool name_is_fine(const char *name)
{
	size_t n = strlen(name);
	if (n == 0 || n > LIMIT_SUPER_NAME || name[0] == '.')
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return false;
	return true;
}

/* Sorted by name behind `first`; where the scan is full, the last names are left out. */
static void add_entry(
	struct scan *scan, size_t first, int dir, const char *name, enum super_kind kind)
{
	size_t at = scan->n;
	struct stat st;
	if (!name_is_fine(name) || fstatat(dir, name, &st, 0) < 0 || !S_ISREG(st.st_mode) ||
		faccessat(dir, name, X_OK, 0) < 0)
		return;
	while (at > first && strcmp(scan->entries[at - 1].name, name) > 0)
		at--;
	if (scan->n == LIMIT_SUPER_SERVICES)
		scan->n_left_out++;
	else
		scan->n++;
	if (at == LIMIT_SUPER_SERVICES)
		return;
	memmove(&scan->entries[at + 1], &scan->entries[at],
		(scan->n - at - 1) * sizeof(scan->entries[0]));
	memcpy(scan->entries[at].name, name, strlen(name) + 1);
	scan->entries[at].kind = kind;
	scan->entries[at].print = print_of(dir, name, &st);
}

int scan_add(struct scan *scan, struct fd_dir home, enum super_kind kind, struct err *err)
{
	const char *where = scan_dir_name(kind);
	const struct dirent *entry;
	size_t first = scan->n;
	DIR *list;
	int fd = openat(home.fd, where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : err_set(err, ERR_OS, errno, "super.scan", "open '%s'", where);
	list = fdopendir(fd);
	if (!list) {
		fd_close(&fd);
		return err_set(err, ERR_LIMIT, ENOMEM, "super.scan", "list '%s'", where);
	}
	while ((entry = readdir(list)))
		add_entry(scan, first, fd, entry->d_name, kind);
	closedir(list);
	return 0;
}
