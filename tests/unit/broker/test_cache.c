/* SPDX-License-Identifier: Apache-2.0 */
/* The download cache: names, verification, unfinished files. */
#include "isolate/broker/cache.h"

#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/path.h"
#include "tests/unit/test.h"

static const char url[] = "http://example.com/x";

struct box {
	char path[64];
	struct fd_dir dir;
};

static int open_box(void **state)
{
	struct box *box = calloc(1, sizeof(*box));
	strcpy(box->path, "/tmp/cantle-cache.XXXXXX");
	assert_non_null(mkdtemp(box->path));
	box->dir.fd = open(box->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = box;
	return 0;
}

static int close_box(void **state)
{
	struct box *box = *state;
	struct fd_dir tmp = {open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	struct err e = ERR_INIT;
	assert_done(path_remove_tree(tmp, box->path + strlen("/tmp/"), &e), &e);
	fd_dir_close(&tmp);
	fd_dir_close(&box->dir);
	free(box);
	return 0;
}

static bool has(const struct box *box, const char *name)
{
	struct stat st;
	return fstatat(box->dir.fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static struct cache_digests store(struct box *box, const char *content, const char *from)
{
	scoped_cache_tmp struct cache_tmp tmp = CACHE_TMP_INIT;
	scoped_cache_entry struct cache_entry entry = CACHE_ENTRY_INIT;
	struct cache_digests digests;
	struct err e = ERR_INIT;
	assert_done(cache_begin(box->dir, &tmp, &e), &e);
	assert_done(cache_write(&tmp, span_str(content), &e), &e);
	digests = cache_digest(&tmp);
	assert_done(cache_commit(&tmp, &digests, span_str(from), &entry, &e), &e);
	assert_int_equal(entry.size_bytes, strlen(content));
	assert_int_equal(fcntl(entry.file.fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	return digests;
}

static void found_by_each_name(void **state)
{
	struct box *box = *state;
	struct cache_digests d = store(box, "content", url);
	struct err e = ERR_INIT;
	const struct {
		enum hash_kind kind;
		const char *hex;
	} names[] = {
		{HASH_MD5, d.md5.text}, {HASH_SHA256, d.sha256.text}, {HASH_SHA512, d.sha512.text}};
	for (size_t i = 0; i < 3; i++) {
		scoped_cache_entry struct cache_entry entry = CACHE_ENTRY_INIT;
		assert_int_equal(
			cache_find(box->dir, names[i].kind, span_str(names[i].hex), &entry, &e), 0);
		assert_string_equal(entry.sha256.text, d.sha256.text);
		assert_int_equal(entry.size_bytes, 7);
	}
	scoped_cache_entry struct cache_entry entry = CACHE_ENTRY_INIT;
	assert_int_equal(cache_find_url(box->dir, span_str(url), &entry, &e), CACHE_FOUND);
	assert_int_equal(
		cache_find_url(box->dir, span_str("http://other/"), &entry, &e), CACHE_ABSENT);
	assert_int_equal(cache_find(box->dir, HASH_MD5, span_str("00"), &entry, &e), CACHE_ABSENT);
}

static void corrupt_is_found_out_and_replaced(void **state)
{
	struct box *box = *state;
	struct cache_digests d = store(box, "content", "");
	scoped_cache_entry struct cache_entry entry = CACHE_ENTRY_INIT;
	struct err e = ERR_INIT;
	char name[200];
	int fd;
	snprintf(name, sizeof(name), "sha256-%s", d.sha256.text);
	assert_int_equal(fchmodat(box->dir.fd, name, 0644, 0), 0);
	fd = openat(box->dir.fd, name, O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_true(fd >= 0 && write(fd, "contenX", 7) == 7);
	close(fd);
	assert_int_equal(
		cache_find(box->dir, HASH_MD5, span_str(d.md5.text), &entry, &e), CACHE_CORRUPT);
	cache_forget(box->dir, HASH_MD5, span_str(d.md5.text));
	assert_int_equal(
		cache_find(box->dir, HASH_MD5, span_str(d.md5.text), &entry, &e), CACHE_ABSENT);
	store(box, "content", "");
	assert_int_equal(cache_find(box->dir, HASH_SHA512, span_str(d.sha512.text), &entry, &e),
		CACHE_FOUND);
}

static void only_regular_files(void **state)
{
	struct box *box = *state;
	scoped_cache_entry struct cache_entry entry = CACHE_ENTRY_INIT;
	struct err e = ERR_INIT;
	char name[200];
	struct hash_hex hex = hash_of(HASH_MD5, span_str(url));
	assert_int_equal(symlinkat("/etc/passwd", box->dir.fd, "md5-aa"), 0);
	assert_int_equal(mkfifoat(box->dir.fd, "md5-bb", 0600), 0);
	assert_int_equal(cache_find(box->dir, HASH_MD5, span_str("aa"), &entry, &e), CACHE_ABSENT);
	assert_int_equal(cache_find(box->dir, HASH_MD5, span_str("bb"), &entry, &e), CACHE_ABSENT);
	snprintf(name, sizeof(name), "url-%s", hex.text);
	assert_int_equal(symlinkat("/etc/passwd", box->dir.fd, name), 0);
	assert_int_equal(cache_find_url(box->dir, span_str(url), &entry, &e), CACHE_CORRUPT);
}

static void dropped_and_swept(void **state)
{
	struct box *box = *state;
	scoped_cache_tmp struct cache_tmp held = CACHE_TMP_INIT;
	struct cache_tmp tmp = CACHE_TMP_INIT;
	struct err e = ERR_INIT;
	int fd;
	assert_done(cache_begin(box->dir, &held, &e), &e);
	assert_done(cache_begin(box->dir, &tmp, &e), &e);
	assert_string_not_equal(held.name, tmp.name);
	assert_true(has(box, tmp.name));
	cache_drop(&tmp);
	assert_false(has(box, tmp.name));
	fd = openat(box->dir.fd, "tmp-1-1", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_done(cache_sweep(box->dir, &e), &e);
	assert_false(has(box, "tmp-1-1"));
	assert_true(has(box, held.name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(found_by_each_name, open_box, close_box),
		cmocka_unit_test_setup_teardown(
			corrupt_is_found_out_and_replaced, open_box, close_box),
		cmocka_unit_test_setup_teardown(only_regular_files, open_box, close_box),
		cmocka_unit_test_setup_teardown(dropped_and_swept, open_box, close_box),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
