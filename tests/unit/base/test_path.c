/* SPDX-License-Identifier: Apache-2.0 */
/* Paths, atomic replacement, tree removal, processes. */
#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/proc.h"

#include "tests/unit/test.h"

struct fixture {
	char path[64];
	struct fd_dir dir;
};

static int make_dir(void **state)
{
	static struct fixture f;
	snprintf(f.path, sizeof(f.path), "/tmp/cantle-test-path-XXXXXX");
	if (!mkdtemp(f.path))
		return -1;
	f.dir.fd = open(f.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = &f;
	return f.dir.fd < 0 ? -1 : 0;
}

static int drop_dir(void **state)
{
	struct fixture *f = *state;
	struct fd_dir root = {open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)};
	struct err e = ERR_INIT;
	int failed = path_remove_tree(root, f->path + 1, &e);
	fd_dir_close(&root);
	fd_dir_close(&f->dir);
	return failed;
}

static void normalises_like_python(void **state)
{
	static const char *const rows[][2] = {{"a/./b//c/..", "a/b"}, {"../a", "../a"},
		{"/..", "/"}, {"/a/../../b", "/b"}, {"a/..", "."}, {"", "."},
		{"../../x/..", "../.."}, {"/", "/"}};
	scoped_str struct str s = STR_INIT;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		path_normalise(&s, span_str(rows[i][0]));
		assert_string_equal(str_cstr(&s), rows[i][1]);
	}
	assert_span(path_base(span_str("/a/b/")), "b");
	assert_span(path_dir(span_str("/a/b/")), "/a");
	assert_span(path_dir(span_str("/a")), "/");
	assert_span(path_dir(span_str("a")), ".");
	assert_true(path_is_plain_rel(span_str("a/b.c")));
	assert_false(path_is_plain_rel(span_str("a/../b")));
	assert_false(path_is_plain_rel(span_str("/a")));
}

static void opens_only_beneath(void **state)
{
	struct fixture *f = *state;
	struct fd_file file = FD_INIT;
	struct err e = ERR_INIT;
	assert_int_equal(symlinkat("/etc/passwd", f->dir.fd, "out"), 0);
	assert_fails(path_open(f->dir, "out", O_RDONLY, 0, &file, &e), &e, "path.open");
	assert_fails(path_open(f->dir, "../x", O_RDONLY, 0, &file, &e), &e, "path.open");
}

static void replaces_whole_files(void **state)
{
	struct fixture *f = *state;
	scoped_str struct str got = STR_INIT;
	struct err e = ERR_INIT;
	assert_done(path_mkdirs(f->dir, "d/e", 0755, &e), &e);
	assert_done(path_write_atomic(f->dir, "d/e/f", span_str("one"), 0600, &e), &e);
	assert_done(path_write_atomic(f->dir, "d/e/f", span_str("two"), 0640, &e), &e);
	assert_done(path_read(f->dir, "d/e/f", 3, &got, &e), &e);
	assert_string_equal(str_cstr(&got), "two");
	str_cut(&got, 0);
	assert_fails(path_read(f->dir, "d/e/f", 2, &got, &e), &e, "path.read");
	assert_int_equal(faccessat(f->dir.fd, "d/e/f.tmp", F_OK, 0), -1);
}

static void removes_trees_without_following(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	assert_done(path_mkdirs(f->dir, "keep", 0755, &e), &e);
	assert_done(path_write_atomic(f->dir, "keep/me", span_str("x"), 0600, &e), &e);
	assert_done(path_mkdirs(f->dir, "t/a/b", 0755, &e), &e);
	assert_int_equal(symlinkat("../../keep", f->dir.fd, "t/a/link"), 0);
	assert_int_equal(fchmodat(f->dir.fd, "t/a", 0500, 0), 0);
	assert_done(path_remove_tree(f->dir, "t", &e), &e);
	assert_int_equal(faccessat(f->dir.fd, "t", F_OK, 0), -1);
	assert_int_equal(faccessat(f->dir.fd, "keep/me", F_OK, 0), 0);
	assert_done(path_remove_tree(f->dir, "t/not/there", &e), &e);
}

/* Deeper than the descriptors of a process would reach, with the names that we move it to taken. */
static void removes_deep_trees(void **state)
{
	struct fixture *f = *state;
	struct err e = ERR_INIT;
	int at;
	assert_done(path_mkdirs(f->dir, "t/too-deep-2/full", 0755, &e), &e);
	assert_done(path_write_atomic(f->dir, "t/too-deep-1", span_str("x"), 0600, &e), &e);
	at = openat(f->dir.fd, "t", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < 10 * PATH_DEPTH_MAX; i++) {
		int next;
		assert_int_equal(mkdirat(at, i % 2 ? "two" : "other", 0700), 0);
		assert_int_equal(mkdirat(at, "d", 0700), 0);
		next = openat(at, "d", O_PATH | O_DIRECTORY | O_CLOEXEC);
		assert_int_equal(fchmodat(at, i % 2 ? "two" : "other", 0, 0), 0);
		close(at);
		at = next;
	}
	close(at);
	assert_done(path_remove_tree(f->dir, "t", &e), &e);
	assert_int_equal(faccessat(f->dir.fd, "t", F_OK, 0), -1);
}

static void spawns_with_listed_descriptors_only(void **state)
{
	struct fixture *f = *state;
	const char *argv[] = {
		"sh", "-c", "echo env=$CANTLE_X >&3; ls /proc/self/fd | wc -l >&3; exit 7", NULL};
	const char *envp[] = {"PATH=/usr/bin:/bin", "CANTLE_X=y", NULL};
	scoped_fd_file out = FD_INIT;
	scoped_fd_pid pid = FD_INIT;
	scoped_str struct str got = STR_INIT;
	struct proc_spec spec = PROC_SPEC_INIT;
	struct err e = ERR_INIT;
	int status = 0;
	assert_done(path_open(f->dir, "out.txt", O_RDWR | O_CREAT, 0600, &out, &e), &e);
	spec.path = "/bin/sh";
	spec.argv = argv;
	spec.envp = envp;
	spec.fds = &out.fd;
	spec.n_fds = 1;
	assert_done(proc_spawn(&spec, &pid, NULL, &e), &e);
	assert_done(proc_wait(pid, &status, &e), &e);
	assert_int_equal(status, 7);
	assert_done(path_read(f->dir, "out.txt", 100, &got, &e), &e);
	assert_string_equal(str_cstr(&got), "env=y\n5\n"); /* 0 1 2 3 and ls's own */
	fd_pid_close(&pid);
	spec.path = "/nonexistent";
	assert_int_equal(proc_spawn(&spec, &pid, NULL, &e), -1);
	assert_int_equal(e.num, ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normalises_like_python),
		cmocka_unit_test_setup_teardown(opens_only_beneath, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(replaces_whole_files, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(
			removes_trees_without_following, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(removes_deep_trees, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(
			spawns_with_listed_descriptors_only, make_dir, drop_dir),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
