/* SPDX-License-Identifier: Apache-2.0 */
/* Unpack source archives of strangers beneath one directory. */
#include "recipes/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "base/sys.h"

enum { BLOCK_BYTES = 128 << 10, DIR_MODE = 0755 };

struct unpack {
	struct archive *archive;
	struct fd_dir into;
	const struct unpack_limits *limits;
	struct unpack_report report;
	uint64_t size_bytes; /* written so far */
};

/* Where an entry goes: the directory that holds it and its name there. */
struct place {
	struct fd_dir parent;
	const char *name; /* points into the cleaned path */
};

static void archive_freep(struct archive **a)
{
	archive_read_free(*a);
}

static int fail_read(struct unpack *u, struct err *err)
{
	const char *why = archive_error_string(u->archive);
	/* EILSEQ is libarchive's word for "no format knows this" where there is no EFTYPE. */
	if (archive_errno(u->archive) == EILSEQ && u->report.n_entries == 0)
		return err_set(err, ERR_INPUT, 0, "unpack.format",
			"not a compressed or uncompressed tar file, nor a zip file");
	return err_set(err, ERR_INPUT, 0, "unpack.read", "broken archive: %s",
		why ? why : "unknown reason");
}

/* "./a//b/" -> "a/b". False for what must not be unpacked: absolute, "..", empty, too long. */
static bool clean_name(struct str *ret, const char *name)
{
	struct span rest = span_str(name);
	struct span part;
	str_cut(ret, 0);
	if (rest.len == 0 || name[0] == '/')
		return false;
	while (span_cut(&rest, '/', &part)) {
		if (part.len == 0 || span_is(part, "."))
			continue;
		if (span_is(part, ".."))
			return false;
		if (ret->len)
			str_addc(ret, '/');
		str_add(ret, part);
	}
	return !ret->failed && ret->len > 0;
}

/* The locale is "C": names that are not ASCII come as they are, or as UTF-8 from a pax header. */
static const char *entry_name(struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	return name ? name : archive_entry_pathname_utf8(entry);
}

static const char *entry_hardlink(struct archive_entry *entry)
{
	const char *name = archive_entry_hardlink(entry);
	return name ? name : archive_entry_hardlink_utf8(entry);
}

static const char *entry_symlink(struct archive_entry *entry)
{
	const char *name = archive_entry_symlink(entry);
	return name ? name : archive_entry_symlink_utf8(entry);
}

static int open_beneath(struct fd_dir at, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	return sys_openat2(at.fd, path, &how);
}

static int fail_open(const char *path, int error, struct err *err)
{
	if (error == EXDEV)
		return err_set(err, ERR_INPUT, 0, "unpack.escape",
			"the archive leads out of its directory through the link '%s'", path);
	return err_set(err, ERR_OS, error, "unpack.write", "open directory '%s'", path);
}

/* Open the directory, making it and its parents where missing; the path is changed and restored. */
static int open_parents(struct fd_dir into, char *path, struct fd_dir *ret, struct err *err)
{
	scoped_fd_dir at = fd_dir_wrap(fd_dup(into.fd));
	char *start = path;
	for (char *p = path;; p++) {
		char kept = *p;
		int fd;
		int error;
		if (kept != '/' && kept != '\0')
			continue;
		*p = '\0';
		if (mkdirat(at.fd, start, DIR_MODE) < 0 && errno != EEXIST)
			return err_set(
				err, ERR_OS, errno, "unpack.write", "make directory '%s'", path);
		fd = open_beneath(into, path);
		error = errno;
		if (fd < 0)
			return fail_open(path, error, err);
		fd_dir_close(&at);
		at.fd = fd;
		*p = kept;
		start = p + 1;
		if (!kept)
			break;
	}
	*ret = fd_dir_take(&at);
	return 0;
}

static int find_place(struct unpack *u, struct str *path, struct place *ret, struct err *err)
{
	char *slash = strrchr(path->ptr, '/');
	int fd;
	int error;
	if (!slash) {
		ret->name = path->ptr;
		ret->parent.fd = fd_dup(u->into.fd);
		return ret->parent.fd < 0
			       ? err_set(err, ERR_OS, errno, "unpack.write", "open directory")
			       : 0;
	}
	*slash = '\0';
	ret->name = slash + 1;
	fd = open_beneath(u->into, path->ptr);
	error = errno;
	if (fd >= 0) {
		ret->parent.fd = fd;
		return 0;
	}
	return error == ENOENT ? open_parents(u->into, path->ptr, &ret->parent, err)
			       : fail_open(path->ptr, error, err);
}

static int count_bytes(struct unpack *u, uint64_t n, struct err *err)
{
	if (n > u->limits->size_bytes - u->size_bytes)
		return err_set(err, ERR_LIMIT, EFBIG, "unpack.limit",
			"the archive unpacks to more than %llu bytes (LIMIT_UNPACK_BYTES)",
			(unsigned long long)u->limits->size_bytes);
	u->size_bytes += n;
	return 0;
}

static int write_at(int fd, const char *bytes, size_t n, int64_t offset, struct err *err)
{
	while (n) {
		ssize_t done = pwrite(fd, bytes, n, offset);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return err_set(err, ERR_OS, errno, "unpack.write", "write");
		bytes += done;
		offset += done;
		n -= (size_t)done;
	}
	return 0;
}

/* A sparse file's holes count too: later copies of it may not be sparse. */
static int write_content(struct unpack *u, struct fd_file file, struct err *err)
{
	int64_t end = 0;
	for (;;) {
		const void *bytes;
		size_t n;
		int64_t offset;
		int rc = archive_read_data_block(u->archive, &bytes, &n, &offset);
		if (rc == ARCHIVE_EOF)
			break;
		if (rc < ARCHIVE_WARN)
			return fail_read(u, err);
		if (offset < end || offset > INT64_MAX - (int64_t)n)
			return err_set(err, ERR_INPUT, 0, "unpack.read", "blocks out of order");
		if (count_bytes(u, (uint64_t)(offset - end) + n, err) < 0 ||
			write_at(file.fd, bytes, n, offset, err) < 0)
			return -1;
		end = offset + (int64_t)n;
	}
	if (ftruncate(file.fd, end) < 0)
		return err_set(err, ERR_OS, errno, "unpack.write", "set size");
	return 0;
}

static int make_file(
	struct unpack *u, const struct place *p, struct archive_entry *entry, struct err *err)
{
	mode_t mode = (archive_entry_perm(entry) & 0755) | 0400;
	scoped_fd_file file = FD_INIT;
	if (unlinkat(p->parent.fd, p->name, 0) < 0 && errno != ENOENT)
		return err_set(err, ERR_OS, errno, "unpack.write", "replace '%s'", p->name);
	file.fd = openat(
		p->parent.fd, p->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file.fd < 0)
		return err_set(err, ERR_OS, errno, "unpack.write", "create '%s'", p->name);
	if (write_content(u, file, err) < 0)
		return -1;
	if (fchmod(file.fd, mode) < 0)
		return err_set(err, ERR_OS, errno, "unpack.write", "chmod '%s'", p->name);
	/* make(1) compares the times of shipped generated files with those of their sources. */
	if (archive_entry_mtime_is_set(entry)) {
		struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
			{.tv_sec = archive_entry_mtime(entry),
				.tv_nsec = archive_entry_mtime_nsec(entry)}};
		if (futimens(file.fd, times) < 0)
			return err_set(
				err, ERR_OS, errno, "unpack.write", "set time of '%s'", p->name);
	}
	return 0;
}

static int make_dir(const struct place *p, struct archive_entry *entry, struct err *err)
{
	mode_t mode = (archive_entry_perm(entry) & 0755) | 0700;
	scoped_fd_dir dir = FD_INIT;
	if (mkdirat(p->parent.fd, p->name, mode) == 0)
		return 0;
	if (errno != EEXIST)
		return err_set(err, ERR_OS, errno, "unpack.write", "make directory '%s'", p->name);
	dir.fd = openat(p->parent.fd, p->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir.fd < 0)
		return err_set(err, ERR_INPUT, errno, "unpack.write",
			"'%s' is a directory and something else in one archive", p->name);
	if (fchmod(dir.fd, mode) < 0)
		return err_set(err, ERR_OS, errno, "unpack.write", "chmod '%s'", p->name);
	return 0;
}

static int make_symlink(const struct place *p, struct archive_entry *entry, struct err *err)
{
	const char *target = entry_symlink(entry);
	if (!target || !*target)
		return err_set(
			err, ERR_INPUT, 0, "unpack.read", "link '%s' has no target", p->name);
	if (unlinkat(p->parent.fd, p->name, 0) < 0 && errno != ENOENT)
		return err_set(err, ERR_OS, errno, "unpack.write", "replace '%s'", p->name);
	if (symlinkat(target, p->parent.fd, p->name) < 0)
		return err_set(err, ERR_OS, errno, "unpack.write", "link '%s'", p->name);
	return 0;
}

static int make_hardlink(
	struct unpack *u, const struct place *p, const char *target, struct err *err)
{
	scoped_str struct str path = STR_INIT_LIMIT(LIMIT_UNPACK_NAME_BYTES);
	struct place from = {.parent = FD_INIT};
	int rc = 0;
	if (!clean_name(&path, target)) {
		u->report.n_skipped++;
		return 0;
	}
	if (find_place(u, &path, &from, err) < 0)
		return -1;
	if (unlinkat(p->parent.fd, p->name, 0) < 0 && errno != ENOENT)
		rc = err_set(err, ERR_OS, errno, "unpack.write", "replace '%s'", p->name);
	/* Flag 0: a symbolic link is linked, not followed. */
	else if (linkat(from.parent.fd, from.name, p->parent.fd, p->name, 0) < 0)
		rc = err_set(err, ERR_OS, errno, "unpack.write", "hard link '%s' to '%s'", p->name,
			target);
	fd_dir_close(&from.parent);
	return rc;
}

static int make_entry(
	struct unpack *u, const struct place *p, struct archive_entry *entry, struct err *err)
{
	const char *hardlink = entry_hardlink(entry);
	if (hardlink)
		return make_hardlink(u, p, hardlink, err);
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
		return make_file(u, p, entry, err);
	case AE_IFDIR:
		return make_dir(p, entry, err);
	case AE_IFLNK:
		return make_symlink(p, entry, err);
	default: /* devices, pipes, sockets */
		u->report.n_skipped++;
		return 0;
	}
}

static int unpack_entry(struct unpack *u, struct archive_entry *entry, struct err *err)
{
	scoped_str struct str path = STR_INIT_LIMIT(LIMIT_UNPACK_NAME_BYTES);
	struct place place = {.parent = FD_INIT};
	const char *name = entry_name(entry);
	int rc;
	if (++u->report.n_entries > u->limits->n_entries)
		return err_set(err, ERR_LIMIT, 0, "unpack.limit",
			"the archive has more than %llu entries (LIMIT_UNPACK_ENTRIES)",
			(unsigned long long)u->limits->n_entries);
	if (name && (span_is(span_str(name), ".") || span_is(span_str(name), "./")))
		return 0; /* the directory itself */
	if (!name || !clean_name(&path, name)) {
		u->report.n_skipped++;
		return 0;
	}
	rc = find_place(u, &path, &place, err);
	if (rc == 0)
		rc = make_entry(u, &place, entry, err);
	fd_dir_close(&place.parent);
	return rc < 0 ? err_wrap(err, "entry '%.200s'", name) : 0;
}

/* Only the formats that need no further library; each call registers one reader. */
static bool support(struct archive *a)
{
	return archive_read_support_filter_gzip(a) >= ARCHIVE_WARN &&
	       archive_read_support_filter_bzip2(a) >= ARCHIVE_WARN &&
	       archive_read_support_filter_xz(a) >= ARCHIVE_WARN &&
	       archive_read_support_filter_lzma(a) >= ARCHIVE_WARN &&
	       archive_read_support_filter_lzip(a) >= ARCHIVE_WARN &&
	       archive_read_support_filter_zstd(a) >= ARCHIVE_WARN &&
	       archive_read_support_format_tar(a) >= ARCHIVE_WARN &&
	       archive_read_support_format_zip(a) >= ARCHIVE_WARN;
}

int unpack_archive(struct fd_file archive, struct fd_dir into, const struct unpack_limits *limits,
	struct unpack_report *ret, struct err *err)
{
	scoped(archive_freep) struct archive *a = archive_read_new();
	struct unpack u = {.archive = a, .into = into, .limits = limits};
	if (!a || !support(a))
		return err_set(err, ERR_LIMIT, ENOMEM, "unpack.read", "open the archive");
	if (archive_read_open_fd(a, archive.fd, BLOCK_BYTES) != ARCHIVE_OK)
		return fail_read(&u, err);
	for (;;) {
		struct archive_entry *entry;
		int rc = archive_read_next_header(a, &entry);
		if (rc == ARCHIVE_EOF)
			break;
		/* A warning is about a name or attribute that could not be converted. */
		if (rc < ARCHIVE_WARN)
			return fail_read(&u, err);
		if (unpack_entry(&u, entry, err) < 0)
			return -1;
	}
	if (u.report.n_entries == 0)
		return err_set(err, ERR_INPUT, 0, "unpack.format", "the archive is empty");
	*ret = u.report;
	return 0;
}
