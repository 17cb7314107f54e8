/* SPDX-License-Identifier: Apache-2.0 */
/* Where a profile is and what its build may see. */
#include "cli/profile.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/path.h"

#include "tests/unit/test.h"

struct tree {
	char path[32];
	struct arena arena;
};

static void touch(const struct tree *tree, const char *rel)
{
	scoped_str struct str path = STR_INIT;
	int fd = FD_NONE;

	str_addf(&path, "%s/%s", tree->path, rel);
	fd = open(str_cstr(&path), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	close(fd);
}

static void mkdir_in(const struct tree *tree, const char *rel)
{
	scoped_str struct str path = STR_INIT;

	str_addf(&path, "%s/%s", tree->path, rel);
	assert_int_equal(mkdir(str_cstr(&path), 0755), 0);
}

static int set_up(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	*tree = (struct tree){.path = "/tmp/cantle-profile-XXXXXX", .arena = ARENA_INIT(1 << 20)};
	assert_non_null(mkdtemp(tree->path));
	mkdir_in(tree, "git");
	mkdir_in(tree, "git/.git");
	mkdir_in(tree, "git/a");
	mkdir_in(tree, "git/a/b");
	touch(tree, "git/a/b/software.cfg");
	mkdir_in(tree, "plain");
	touch(tree, "plain/software.cfg");
	*state = tree;
	return 0;
}

static int tear_down(void **state)
{
	struct tree *tree = *state;
	struct fd_dir tmp = {open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC)};
	struct err e = ERR_INIT;

	assert_done(path_remove_tree(tmp, tree->path + strlen("/tmp/"), &e), &e);
	fd_dir_close(&tmp);
	arena_done(&tree->arena);
	free(tree);
	return 0;
}

static int find(struct tree *tree, const char *rel, const char *root_rel, struct profile *ret,
	struct err *err)
{
	scoped_str struct str path = STR_INIT;
	scoped_str struct str root = STR_INIT;

	str_addf(&path, "%s/%s", tree->path, rel);
	str_addf(&root, "%s/%s", tree->path, root_rel ? root_rel : "");
	return profile_find(
		str_cstr(&path), root_rel ? str_cstr(&root) : NULL, &tree->arena, ret, err);
}

static void root_is(void **state, const char *rel, const char *root_rel, const char *wanted)
{
	struct tree *tree = *state;
	scoped(profile_done) struct profile profile = PROFILE_INIT;
	scoped_str struct str root = STR_INIT;
	struct err e = ERR_INIT;

	str_addf(&root, "%s/%s", tree->path, wanted);
	assert_done(find(tree, rel, root_rel, &profile, &e), &e);
	assert_string_equal(profile.root_path, str_cstr(&root));
	assert_true(profile.root.fd >= 0);
}

static void roots(void **state)
{
	root_is(state, "git/a/b/software.cfg", NULL, "git");
	root_is(state, "git/a/../a/b/software.cfg", NULL, "git");
	root_is(state, "plain/software.cfg", NULL, "plain");
	root_is(state, "git/a/b/software.cfg", "git/a", "git/a");
}

static void what_is_refused(void **state)
{
	struct tree *tree = *state;
	scoped(profile_done) struct profile profile = PROFILE_INIT;
	struct err e = ERR_INIT;

	assert_true(find(tree, "plain/sofware.cfg", NULL, &profile, &e) < 0);
	assert_string_equal(e.step, "profile.missing");
	assert_non_null(strstr(e.text, "did you mean 'software.cfg'"));
	err_clear(&e);
	assert_fails(find(tree, "plain", NULL, &profile, &e), &e, "profile.missing");
	assert_fails(find(tree, "nowhere/x.cfg", NULL, &profile, &e), &e, "profile.missing");
	assert_fails(find(tree, "plain/software.cfg", "git", &profile, &e), &e, "profile.root");
	assert_fails(find(tree, "plain/software.cfg", "gone", &profile, &e), &e, "profile.root");
}

static void urls_pass(void **state)
{
	struct tree *tree = *state;
	scoped(profile_done) struct profile profile = PROFILE_INIT;
	struct err e = ERR_INIT;

	assert_done(
		profile_find("https://lab.example/p.cfg", NULL, &tree->arena, &profile, &e), &e);
	assert_string_equal(profile.path, "https://lab.example/p.cfg");
	assert_null(profile.root_path);
}

/* A file's URL names the file; a path that a profile could not name is refused. */
static void words_of_files(void **state)
{
	struct tree *tree = *state;
	scoped(profile_done) struct profile profile = PROFILE_INIT;
	scoped_str struct str url = STR_INIT;
	struct err e = ERR_INIT;

	str_addf(&url, "file://%s/git/a/b/software.cfg", tree->path);
	assert_done(profile_find(str_cstr(&url), NULL, &tree->arena, &profile, &e), &e);
	assert_string_equal(profile.path, str_cstr(&url) + strlen("file://"));
	mkdir_in(tree, "white space");
	touch(tree, "white space/software.cfg");
	assert_fails(
		find(tree, "white space/software.cfg", NULL, &profile, &e), &e, "profile.root");
}

/* What would hide the partition's own files, or lies where it sees none of the host's. */
static void own_places(void **state)
{
	struct tree *tree = *state;
	scoped(profile_done) struct profile profile = PROFILE_INIT;
	struct err e = ERR_INIT;

	assert_fails(
		profile_find("/etc/passwd", NULL, &tree->arena, &profile, &e), &e, "profile.root");
	assert_fails(
		profile_find("/etc/passwd", "/", &tree->arena, &profile, &e), &e, "profile.root");
	assert_fails(find(tree, "plain/software.cfg", "..", &profile, &e), &e, "profile.root");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(roots, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(urls_pass, set_up, tear_down),
		cmocka_unit_test_setup_teardown(words_of_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(own_places, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
