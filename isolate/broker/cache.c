/* SPDX-License-Identifier: Apache-2.0 */
/* A download cache: files named by their checksum, verified whenever they are used. */
#include "isolate/broker/cache.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/bug.h"
#include "base/path.h"

enum { CACHE_TRIES = 100 };

/* "sha512-" and 128 characters, terminated. */
struct cache_name {
	char text[HASH_HEX_MAX + 8];
};

static const enum hash_kind kinds[] = {HASH_MD5, HASH_SHA256, HASH_SHA512};

static struct cache_name name_of(const char *kind, struct span hex)
{
	struct cache_name n;
	snprintf(n.text, sizeof(n.text), "%s-%.*s", kind, SPAN_ARG(hex));
	return n;
}

static struct cache_name name_of_url(struct span url)
{
	struct hash_hex hex = hash_of(HASH_MD5, url);
	return name_of("url", span_str(hex.text));
}

void cache_entry_done(struct cache_entry *entry)
{
	fd_file_close(&entry->file);
}

/* CACHE_ABSENT for a missing file and for one that is not a regular file. */
static int entry_open(struct fd_dir dir, const char *name, struct cache_entry *ret, struct err *err)
{
	scoped_fd_file file = FD_INIT;
	struct stat st;
	file.fd = openat(dir.fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (file.fd < 0)
		return errno == ENOENT || errno == ELOOP
			       ? CACHE_ABSENT
			       : err_set(err, ERR_OS, errno, "cache.open", "open '%s'", name);
	if (fstat(file.fd, &st) < 0)
		return err_set(err, ERR_OS, errno, "cache.open", "stat '%s'", name);
	if (!S_ISREG(st.st_mode))
		return CACHE_ABSENT;
	ret->size_bytes = (uint64_t)st.st_size;
	ret->file = fd_file_take(&file);
	return CACHE_FOUND;
}

int cache_find(struct fd_dir dir, enum hash_kind kind, struct span hex, struct cache_entry *ret,
	struct err *err)
{
	scoped_cache_entry struct cache_entry entry = CACHE_ENTRY_INIT;
	struct cache_name name = name_of(hash_name(kind), hex);
	struct hash_hex got;
	int outcome = entry_open(dir, name.text, &entry, err);
	if (outcome != CACHE_FOUND)
		return outcome;
	if (hash_fd(kind, entry.file, &got, err) < 0)
		return err_wrap(err, "'%s'", name.text);
	if (!span_eq(span_str(got.text), hex))
		return CACHE_CORRUPT;
	if (kind == HASH_SHA256)
		entry.sha256 = got;
	else if (hash_fd(HASH_SHA256, entry.file, &entry.sha256, err) < 0)
		return err_wrap(err, "'%s'", name.text);
	*ret = entry;
	entry.file.fd = FD_NONE;
	return CACHE_FOUND;
}

int cache_find_url(struct fd_dir dir, struct span url, struct cache_entry *ret, struct err *err)
{
	struct cache_name name = name_of_url(url);
	struct cache_name target = {""};
	struct span hex;
	ssize_t n = readlinkat(dir.fd, name.text, target.text, sizeof(target.text) - 1);
	if (n < 0)
		return errno == ENOENT || errno == EINVAL
			       ? CACHE_ABSENT
			       : err_set(err, ERR_OS, errno, "cache.open", "read link '%s'",
					 name.text);
	if (!span_starts(span_str(target.text), "sha256-"))
		return CACHE_CORRUPT;
	hex = span_from(span_str(target.text), strlen("sha256-"));
	if (!hash_hex_valid(HASH_SHA256, hex))
		return CACHE_CORRUPT;
	return cache_find(dir, HASH_SHA256, hex, ret, err);
}

void cache_forget(struct fd_dir dir, enum hash_kind kind, struct span hex)
{
	struct cache_name name = name_of(hash_name(kind), hex);
	unlinkat(dir.fd, name.text, 0);
}

/* Create and lock; a sweep may come between the two, then the file has no name any more. */
static int begin_once(struct cache_tmp *tmp, unsigned n, struct err *err)
{
	struct stat st;
	snprintf(tmp->name, sizeof(tmp->name), "tmp-%d-%u", (int)getpid(), n);
	tmp->file.fd = openat(
		tmp->dir.fd, tmp->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (tmp->file.fd < 0)
		return errno == EEXIST
			       ? CACHE_ABSENT
			       : err_set(err, ERR_OS, errno, "cache.write", "make '%s'", tmp->name);
	if (flock(tmp->file.fd, LOCK_EX) < 0 || fstat(tmp->file.fd, &st) < 0) {
		err_set(err, ERR_OS, errno, "cache.write", "lock '%s'", tmp->name);
		cache_drop(tmp);
		return -1;
	}
	if (st.st_nlink > 0)
		return CACHE_FOUND;
	fd_file_close(&tmp->file);
	return CACHE_ABSENT;
}

int cache_begin(struct fd_dir dir, struct cache_tmp *ret, struct err *err)
{
	cache_drop(ret);
	*ret = CACHE_TMP_INIT;
	ret->dir = dir;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		hash_init(&ret->hashes[i], kinds[i]);
	for (unsigned n = 0; n < CACHE_TRIES; n++) {
		int outcome = begin_once(ret, n, err);
		if (outcome != CACHE_ABSENT)
			return outcome;
	}
	return err_set(err, ERR_LIMIT, EEXIST, "cache.write", "no free name for a download");
}

int cache_write(struct cache_tmp *tmp, struct span bytes, struct err *err)
{
	if (fd_write_all(tmp->file.fd, bytes, err) < 0)
		return err_wrap(err, "store a download");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		hash_add(&tmp->hashes[i], bytes);
	tmp->size_bytes += bytes.len;
	return 0;
}

struct cache_digests cache_digest(struct cache_tmp *tmp)
{
	return (struct cache_digests){.md5 = hash_end(&tmp->hashes[0]),
		.sha256 = hash_end(&tmp->hashes[1]),
		.sha512 = hash_end(&tmp->hashes[2])};
}

/* Another name of the content; an older file of that name may be corrupt and makes way. */
static int alias(struct fd_dir dir, const char *from, const char *to, struct err *err)
{
	unlinkat(dir.fd, to, 0);
	if (linkat(dir.fd, from, dir.fd, to, 0) < 0 && errno != EEXIST)
		return err_set(err, ERR_OS, errno, "cache.commit", "link '%s'", to);
	return 0;
}

static int alias_url(struct fd_dir dir, const char *target, struct span url, struct err *err)
{
	struct cache_name name = name_of_url(url);
	unlinkat(dir.fd, name.text, 0);
	if (symlinkat(target, dir.fd, name.text) < 0 && errno != EEXIST)
		return err_set(err, ERR_OS, errno, "cache.commit", "link '%s'", name.text);
	return 0;
}

int cache_commit(struct cache_tmp *tmp, const struct cache_digests *digests, struct span url,
	struct cache_entry *ret, struct err *err)
{
	struct fd_dir dir = tmp->dir;
	struct cache_name main = name_of("sha256", span_str(digests->sha256.text));
	struct cache_name md5 = name_of("md5", span_str(digests->md5.text));
	struct cache_name sha512 = name_of("sha512", span_str(digests->sha512.text));
	int outcome;
	/* Readable by whoever gets the descriptor; the directory keeps everybody else out. */
	if (fchmod(tmp->file.fd, 0444) < 0 || fsync(tmp->file.fd) < 0)
		return err_set(err, ERR_OS, errno, "cache.commit", "sync a download");
	if (renameat(dir.fd, tmp->name, dir.fd, main.text) < 0)
		return err_set(err, ERR_OS, errno, "cache.commit", "rename to '%s'", main.text);
	fd_file_close(&tmp->file);
	if (alias(dir, main.text, md5.text, err) < 0 || alias(dir, main.text, sha512.text, err) < 0)
		return -1;
	if (url.len && alias_url(dir, main.text, url, err) < 0)
		return -1;
	if (fsync(dir.fd) < 0)
		return err_set(err, ERR_OS, errno, "cache.commit", "sync the cache directory");
	outcome = entry_open(dir, main.text, ret, err);
	if (outcome == CACHE_ABSENT)
		return err_set(err, ERR_OS, ENOENT, "cache.open", "'%s' vanished", main.text);
	ret->sha256 = digests->sha256;
	return outcome;
}

void cache_drop(struct cache_tmp *tmp)
{
	int saved = errno;
	if (!fd_file_is_open(tmp->file))
		return;
	unlinkat(tmp->dir.fd, tmp->name, 0);
	fd_file_close(&tmp->file);
	errno = saved;
}

/* A lock that is free means a holder that is gone. */
static void sweep_one(struct fd_dir dir, const char *name)
{
	scoped_fd_file file = FD_INIT;
	file.fd = openat(dir.fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (file.fd >= 0 && flock(file.fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(dir.fd, name, 0);
}

int cache_sweep(struct fd_dir dir, struct err *err)
{
	const struct dirent *entry;
	DIR *list;
	int fd = openat(dir.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, ERR_OS, errno, "cache.open", "open the cache directory");
	list = fdopendir(fd);
	if (!list) {
		fd_close(&fd);
		return err_set(err, ERR_LIMIT, ENOMEM, "cache.open", "list the cache directory");
	}
	while ((entry = readdir(list)))
		if (strncmp(entry->d_name, "tmp-", 4) == 0)
			sweep_one(dir, entry->d_name);
	closedir(list);
	return 0;
}
