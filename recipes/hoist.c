/* SPDX-License-Identifier: Apache-2.0 */
/* Take away the single top-level directory of an unpacked archive. */
#include <dirent.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"
#include "recipes/unpack.h"

static void closedirp(DIR **d)
{
	if (*d)
		closedir(*d);
}

static DIR *open_listing(struct fd_dir at)
{
	int fd = openat(at.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		fd_close(&fd);
	return dir;
}

/* The next name besides "." and ".."; NULL at the end. */
static const char *next_name(DIR *dir)
{
	struct dirent *d;
	while ((d = readdir(dir)))
		if (!span_is(span_str(d->d_name), ".") && !span_is(span_str(d->d_name), ".."))
			return d->d_name;
	return NULL;
}

/* The name of the only entry into ret; empty where there are more, or none. */
static int only_entry(struct fd_dir at, struct str *ret, struct err *err)
{
	scoped(closedirp) DIR *dir = open_listing(at);
	const char *name;
	if (!dir)
		return err_set(err, ERR_OS, errno, "unpack.strip", "list the unpacked archive");
	name = next_name(dir);
	if (name)
		str_adds(ret, name);
	if (name && next_name(dir))
		str_cut(ret, 0);
	return str_check(ret, err);
}

static int move_up(struct fd_dir from, struct fd_dir to, struct err *err)
{
	scoped(closedirp) DIR *dir = open_listing(from);
	const char *name;
	if (!dir)
		return err_set(err, ERR_OS, errno, "unpack.strip", "list the top directory");
	while ((name = next_name(dir)))
		if (renameat(from.fd, name, to.fd, name) < 0)
			return err_set(err, ERR_OS, errno, "unpack.strip", "move '%s' up", name);
	return 0;
}

/* A name that nothing inside the top directory has: the top directory waits under it. */
static int aside_name(struct fd_dir top, struct str *ret, struct err *err)
{
	for (unsigned i = 0; i < 1000; i++) {
		str_cut(ret, 0);
		str_addf(ret, ".cantle-top%u", i);
		if (faccessat(top.fd, str_cstr(ret), F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
			errno == ENOENT)
			return str_check(ret, err);
	}
	return err_set(err, ERR_INPUT, 0, "unpack.strip", "no free name for the top directory");
}

int unpack_hoist(struct fd_dir into, enum unpack_strip strip, struct err *err)
{
	scoped_str struct str name = STR_INIT_LIMIT(NAME_MAX);
	scoped_str struct str aside = STR_INIT_LIMIT(NAME_MAX);
	scoped_fd_dir top = FD_INIT;
	if (strip == UNPACK_STRIP_NEVER)
		return 0;
	if (only_entry(into, &name, err) < 0)
		return -1;
	if (name.len)
		top.fd = openat(into.fd, name.ptr, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (!fd_dir_is_open(top))
		return strip == UNPACK_STRIP_AUTO
			       ? 0
			       : err_set(err, ERR_INPUT, 0, "unpack.strip",
					 "the archive does not hold exactly one directory");
	if (aside_name(top, &aside, err) < 0)
		return -1;
	if (renameat(into.fd, name.ptr, into.fd, aside.ptr) < 0)
		return err_set(err, ERR_OS, errno, "unpack.strip", "move '%s' aside", name.ptr);
	if (move_up(top, into, err) < 0)
		return -1;
	if (unlinkat(into.fd, aside.ptr, AT_REMOVEDIR) < 0)
		return err_set(err, ERR_OS, errno, "unpack.strip", "remove '%s'", aside.ptr);
	return 0;
}
