/* SPDX-License-Identifier: Apache-2.0 */
/* Lexical paths, opening beneath a directory, atomic replacement. */
#include "base/path.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/sys.h"

struct span path_base(struct span path)
{
	size_t end = path.len;
	size_t start;
	while (end > 1 && path.ptr[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path.ptr[start - 1] != '/';)
		start--;
	return start == end ? span_make(path.ptr, end) : span_make(path.ptr + start, end - start);
}

struct span path_dir(struct span path)
{
	size_t end = path.len;
	while (end > 1 && path.ptr[end - 1] == '/')
		end--;
	while (end > 0 && path.ptr[end - 1] != '/')
		end--;
	if (end == 0)
		return span_str(".");
	while (end > 1 && path.ptr[end - 1] == '/')
		end--;
	return span_make(path.ptr, end);
}

void path_join(struct str *ret, struct span base, struct span name)
{
	if (!span_starts(name, "/")) {
		str_add(ret, base);
		if (base.len && base.ptr[base.len - 1] != '/')
			str_addc(ret, '/');
	}
	str_add(ret, name);
}

static void normalise_add(struct str *ret, struct span part, size_t root)
{
	struct span done = span_from(str_span(ret), root);
	if (part.len == 0 || span_is(part, "."))
		return;
	if (span_is(part, "..")) {
		if (done.len && !span_is(path_base(done), "..")) {
			struct span up = path_dir(done);
			str_cut(ret, root + (span_is(up, ".") ? 0 : up.len));
			return;
		}
		if (root)
			return; /* the parent of / is / */
	}
	if (ret->len > root)
		str_addc(ret, '/');
	str_add(ret, part);
}

void path_normalise(struct str *ret, struct span path)
{
	struct span rest = path;
	struct span part;
	size_t root = span_starts(path, "/") ? 1 : 0;
	str_cut(ret, 0);
	if (root)
		str_addc(ret, '/');
	while (span_cut(&rest, '/', &part))
		normalise_add(ret, part, root);
	if (ret->len == 0)
		str_addc(ret, '.');
}

bool path_is_plain_rel(struct span path)
{
	struct span part;
	if (path.len == 0 || path.ptr[0] == '/' || path.ptr[path.len - 1] == '/' ||
		path.len > LIMIT_PATH_BYTES || span_index(path, '\0') >= 0)
		return false;
	while (span_cut(&path, '/', &part))
		if (part.len == 0 || span_is(part, ".") || span_is(part, ".."))
			return false;
	return true;
}

int path_open(struct fd_dir at, const char *rel, int flags, mode_t mode, struct fd_file *ret,
	struct err *err)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	int fd = sys_openat2(at.fd, rel, &how);
	if (fd < 0)
		return err_set(err, ERR_OS, errno, "path.open", "open '%s'", rel);
	ret->fd = fd;
	return 0;
}

int path_open_dir(struct fd_dir at, const char *rel, struct fd_dir *ret, struct err *err)
{
	struct fd_file opened = FD_INIT;
	if (path_open(at, rel, O_RDONLY | O_DIRECTORY, 0, &opened, err) < 0)
		return -1;
	ret->fd = opened.fd;
	return 0;
}

int path_mkdirs(struct fd_dir at, const char *rel, mode_t mode, struct err *err)
{
	char buf[LIMIT_PATH_BYTES + 1];
	if (strlen(rel) > LIMIT_PATH_BYTES)
		return err_set(err, ERR_LIMIT, ENAMETOOLONG, "path.mkdir", "make '%.80s...'", rel);
	memcpy(buf, rel, strlen(rel) + 1);
	for (char *p = buf + 1;; p++) {
		char kept = *p;
		if (kept != '/' && kept != '\0')
			continue;
		*p = '\0';
		if (mkdirat(at.fd, buf, mode) < 0 && errno != EEXIST)
			return err_set(
				err, ERR_OS, errno, "path.mkdir", "make directory '%s'", buf);
		*p = kept;
		if (!kept)
			return 0;
	}
}

int fd_read_all(struct fd_file file, size_t limit, struct str *ret, struct err *err)
{
	for (;;) {
		char *room = str_room(ret, 16384);
		ssize_t n;
		if (!room)
			return str_check(ret, err);
		n = read(file.fd, room, 16384);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_OS, errno, "path.read", "read");
		if (n == 0)
			return 0;
		str_grow(ret, (size_t)n);
		if (ret->len > limit)
			return err_set(
				err, ERR_LIMIT, EFBIG, "path.read", "more than %zu bytes", limit);
	}
}

int path_read(struct fd_dir at, const char *rel, size_t limit, struct str *ret, struct err *err)
{
	scoped_fd_file file = FD_INIT;
	if (path_open(at, rel, O_RDONLY, 0, &file, err) < 0)
		return -1;
	if (fd_read_all(file, limit, ret, err) < 0)
		return err_wrap(err, "'%s'", rel);
	return 0;
}

int fd_write_all(int fd, struct span bytes, struct err *err)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_OS, errno, "path.write", "write");
		bytes = span_from(bytes, (size_t)n);
	}
	return 0;
}

static int write_synced(
	struct fd_dir at, const char *tmp, struct span bytes, mode_t mode, struct err *err)
{
	scoped_fd_file file = FD_INIT;
	if (path_open(at, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode, &file, err) < 0)
		return -1;
	if (fchmod(file.fd, mode) < 0)
		return err_set(err, ERR_OS, errno, "path.write", "chmod '%s'", tmp);
	if (fd_write_all(file.fd, bytes, err) < 0)
		return err_wrap(err, "'%s'", tmp);
	if (fsync(file.fd) < 0)
		return err_set(err, ERR_OS, errno, "path.write", "fsync '%s'", tmp);
	return 0;
}

int path_write_atomic(
	struct fd_dir at, const char *rel, struct span bytes, mode_t mode, struct err *err)
{
	scoped_str struct str tmp = STR_INIT_LIMIT(LIMIT_PATH_BYTES);
	scoped_str struct str dir = STR_INIT_LIMIT(LIMIT_PATH_BYTES);
	scoped_fd_dir parent = FD_INIT;
	str_addf(&tmp, "%s.tmp", rel);
	str_add(&dir, path_dir(span_str(rel)));
	if (str_check(&tmp, err) < 0 || str_check(&dir, err) < 0)
		return -1;
	if (write_synced(at, tmp.ptr, bytes, mode, err) < 0) {
		unlinkat(at.fd, tmp.ptr, 0);
		return -1;
	}
	if (renameat(at.fd, tmp.ptr, at.fd, rel) < 0) {
		err_set(err, ERR_OS, errno, "path.write", "rename to '%s'", rel);
		unlinkat(at.fd, tmp.ptr, 0);
		return -1;
	}
	if (path_open_dir(at, dir.ptr, &parent, err) < 0)
		return -1;
	if (fsync(parent.fd) < 0)
		return err_set(err, ERR_OS, errno, "path.write", "fsync '%s'", dir.ptr);
	return 0;
}
