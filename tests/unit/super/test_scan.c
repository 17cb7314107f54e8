/* SPDX-License-Identifier: Apache-2.0 */
/* What counts as a program, when it counts as changed; watches; bounded log files. */
#include "isolate/super/scan.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "isolate/super/logs.h"
#include "isolate/super/watch.h"
#include "tests/unit/test.h"

struct box {
	char path[64];
	struct fd_dir home;
};

static int open_box(void **state)
{
	struct box *box = calloc(1, sizeof(*box));
	struct err e = ERR_INIT;
	strcpy(box->path, "/tmp/cantle-scan.XXXXXX");
	assert_non_null(mkdtemp(box->path));
	box->home.fd = open(box->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_done(path_mkdirs(box->home, "etc/service", 0755, &e), &e);
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
	fd_dir_close(&box->home);
	free(box);
	return 0;
}

static void put(struct box *box, const char *name, const char *content, mode_t mode)
{
	struct err e = ERR_INIT;
	assert_done(path_write_atomic(box->home, name, span_str(content), mode, &e), &e);
}

static struct scan look(struct box *box)
{
	struct scan scan = {.n = 0};
	struct err e = ERR_INIT;
	assert_done(scan_add(&scan, box->home, SUPER_RUN, &e), &e);
	assert_done(scan_add(&scan, box->home, SUPER_SERVICE, &e), &e);
	return scan;
}

static void programs_by_name(void **state)
{
	struct box *box = *state;
	struct scan scan;
	put(box, "etc/service/b", "x", 0755);
	put(box, "etc/service/a", "x", 0755);
	put(box, "etc/service/.c", "x", 0755);
	put(box, "etc/service/d", "x", 0644);
	put(box, "etc/service/e\n", "x", 0755);
	assert_int_equal(mkdirat(box->home.fd, "etc/service/f", 0755), 0);
	assert_int_equal(mkfifoat(box->home.fd, "etc/service/g", 0755), 0);
	assert_int_equal(symlinkat("nowhere", box->home.fd, "etc/service/h"), 0);
	assert_int_equal(symlinkat("b", box->home.fd, "etc/service/i"), 0);
	scan = look(box);
	assert_int_equal(scan.n, 3);
	assert_string_equal(scan.entries[0].name, "a");
	assert_string_equal(scan.entries[1].name, "b");
	assert_string_equal(scan.entries[2].name, "i");
	assert_int_equal(scan.entries[2].kind, SUPER_SERVICE);
}

static void print_follows_content(void **state)
{
	struct box *box = *state;
	uint64_t first;
	put(box, "etc/service/a", "x", 0755);
	put(box, "one", "y", 0755);
	put(box, "two", "y", 0755);
	first = look(box).entries[0].print;
	put(box, "etc/service/a", "x", 0755); /* another inode, the same content */
	assert_true(look(box).entries[0].print == first);
	put(box, "etc/service/a", "z", 0755);
	assert_true(look(box).entries[0].print != first);
	assert_int_equal(symlinkat("../../one", box->home.fd, "etc/service/b"), 0);
	first = look(box).entries[1].print;
	unlinkat(box->home.fd, "etc/service/b", 0);
	assert_int_equal(symlinkat("../../two", box->home.fd, "etc/service/b"), 0);
	assert_true(look(box).entries[1].print != first); /* another target, the same content */
}

static void names_at_their_limits(void **state)
{
	struct box *box = *state;
	char name[LIMIT_SUPER_NAME + 20] = "etc/service/";
	struct scan scan;
	size_t n = strlen(name);
	memset(name + n, 'n', LIMIT_SUPER_NAME + 1);
	put(box, name, "x", 0755);
	assert_int_equal(look(box).n, 0);
	name[n + LIMIT_SUPER_NAME] = '\0';
	put(box, name, "x", 0755);
	assert_int_equal(look(box).n, 1);
	for (int i = 0; i < LIMIT_SUPER_SERVICES; i++) {
		snprintf(name + n, sizeof(name) - n, "s%03d", (i * 7) % LIMIT_SUPER_SERVICES);
		put(box, name, "x", 0755);
	}
	scan = look(box);
	assert_int_equal(scan.n, LIMIT_SUPER_SERVICES);
	assert_int_equal(scan.n_left_out, 1);
	assert_int_equal(scan.entries[0].name[0], 'n');
	assert_string_equal(scan.entries[LIMIT_SUPER_SERVICES - 1].name, "s118");
}

static void watch_tells_ours_from_others(void **state)
{
	struct box *box = *state;
	scoped_fd_file watch = FD_INIT;
	struct err e = ERR_INIT;
	assert_done(watch_open(box->home, &watch, &e), &e);
	assert_false(watch_read(watch));
	put(box, "unrelated", "x", 0644);
	put(box, "etc/unrelated", "x", 0644);
	assert_false(watch_read(watch));
	put(box, "etc/service/a", "x", 0755);
	assert_true(watch_read(watch));
	assert_false(watch_read(watch));
	assert_int_equal(mkdirat(box->home.fd, "etc/run", 0755), 0);
	assert_true(watch_read(watch));
	put(box, WATCH_RESTART_FILE, "", 0644);
	assert_true(watch_read(watch));
}

static off_t size_of(struct fd_dir dir, const char *name)
{
	struct stat st;
	return fstatat(dir.fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_size : -1;
}

static void logs_rotate(void **state)
{
	struct box *box = *state;
	struct log_file log;
	scoped_fd_dir dir = FD_INIT;
	struct err e = ERR_INIT;
	assert_done(log_open_dir(box->home, &dir, &e), &e);
	log_init(&log, dir, span_str("web"), 10);
	log_write(&log, span_str("0123456789")); /* at the limit */
	assert_int_equal(size_of(dir, "web.log"), 10);
	assert_int_equal(size_of(dir, "web.log.1"), -1);
	for (int i = 0; i < 2 * LOG_KEPT; i++)
		log_write(&log, span_str("abc456")); /* past it */
	assert_int_equal(size_of(dir, "web.log"), 6);
	assert_int_equal(size_of(dir, "web.log.3"), 6);
	assert_int_equal(size_of(dir, "web.log.4"), -1);
	log_write(&log, span_str("0123456789a")); /* longer than a whole file: in two */
	assert_int_equal(size_of(dir, "web.log.1"), 10);
	assert_int_equal(size_of(dir, "web.log"), 1);
	assert_int_equal(log.dropped_bytes, 0);
	log_done(&log);
	unlinkat(dir.fd, "web.log", 0);
	assert_int_equal(symlinkat("elsewhere", dir.fd, "web.log"), 0);
	log_write(&log, span_str("x"));
	assert_int_equal(log.dropped_bytes, 1);
	assert_int_equal(size_of(dir, "elsewhere"), -1);
	log_done(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(programs_by_name, open_box, close_box),
		cmocka_unit_test_setup_teardown(print_follows_content, open_box, close_box),
		cmocka_unit_test_setup_teardown(names_at_their_limits, open_box, close_box),
		cmocka_unit_test_setup_teardown(watch_tells_ours_from_others, open_box, close_box),
		cmocka_unit_test_setup_teardown(logs_rotate, open_box, close_box),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
