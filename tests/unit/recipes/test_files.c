/* SPDX-License-Identifier: Apache-2.0 */
/* Recipes that write files: download, mkdirectory, template, wrapper, links, commands. */
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/recipes/fake_engine.h"

#include "tests/unit/test.h"

static mode_t mode_of(struct fake_engine *e, const char *rel)
{
	struct stat st;
	assert_int_equal(lstat(fake_path(e, rel), &st), 0);
	return st.st_mode & 07777;
}

static ino_t inode_of(struct fake_engine *e, const char *rel)
{
	struct stat st;
	assert_int_equal(lstat(fake_path(e, rel), &st), 0);
	return st.st_ino;
}

static void download_puts_the_file_in_its_part(void **state)
{
	struct fake_engine *e = *state;
	fake_write(e, "f", "text", 0600);
	fake_set(e, "p", "recipe", "slapos.recipe.build:download");
	fake_set(e, "p", "url", fake_path(e, "f"));
	fake_set(e, "p", "md5sum", fake_sum(e, HASH_MD5, "f"));
	fake_set(e, "p", "sha256sum", fake_sum(e, HASH_SHA256, "f"));
	fake_set(e, "p", "filename", "name.in");
	fake_run(e);
	assert_string_equal(fake_read(e, "parts/p/name.in"), "text");
	assert_string_equal(fake_get(e, "target"), fake_path(e, "parts/p/name.in"));
	assert_string_equal(e->installed[0], fake_path(e, "parts/p"));
	/* checked: an update does not look again */
	fake_write(e, "f", "other", 0600);
	assert_done(fake_update(e), &e->err);
	assert_string_equal(fake_read(e, "parts/p/name.in"), "text");
	assert_fails(fake_install(e), &e->err, "url");
	fake_write(e, "f", "text", 0600);
	fake_set(e, "p", "mode", "0775");
	fake_run(e);
	assert_int_equal(mode_of(e, "parts/p/name.in"), 0775);
	fake_set(e, "p", "filename", "../x");
	assert_fails(fake_init(e), &e->err, "filename");
}

static void download_checks_both_sums(void **state)
{
	struct fake_engine *e = *state;
	fake_write(e, "f", "text", 0600);
	fake_set(e, "p", "recipe", "slapos.recipe.build:download");
	fake_set(e, "p", "url", fake_path(e, "f"));
	fake_set(e, "p", "md5sum", "00000000000000000000000000000000");
	fake_set(e, "p", "sha256sum", fake_sum(e, HASH_SHA256, "f"));
	assert_done(fake_init(e), &e->err);
	assert_fails(fake_install(e), &e->err, "md5sum");
	assert_null(fake_read(e, "parts/p/p"));
}

static void download_without_a_sum_looks_again(void **state)
{
	struct fake_engine *e = *state;
	ino_t inode;
	fake_write(e, "f", "text", 0600);
	fake_set(e, "p", "recipe", "slapos.recipe.build:download");
	fake_set(e, "p", "url", fake_path(e, "f"));
	fake_set(e, "p", "destination", "sub/here");
	fake_run(e);
	assert_string_equal(fake_get(e, "target"), fake_path(e, "sub/here"));
	assert_string_equal(e->installed[0], fake_path(e, "sub/here"));
	inode = inode_of(e, "sub/here");
	assert_done(fake_update(e), &e->err);
	assert_true(inode == inode_of(e, "sub/here"));
	fake_write(e, "f", "other", 0600);
	assert_done(fake_update(e), &e->err);
	assert_string_equal(fake_read(e, "sub/here"), "other");
}

static void unpacked_strips_by_the_option(void **state)
{
	struct fake_engine *e = *state;
	fake_shell(e, "mkdir -p s/top; echo x > s/top/f; tar czf a.tgz -C s top");
	fake_set(e, "p", "recipe", "slapos.recipe.build:download-unpacked");
	fake_set(e, "p", "url", fake_path(e, "a.tgz"));
	fake_run(e);
	assert_string_equal(fake_read(e, "parts/p/f"), "x\n");
	fake_set(e, "p", "strip-top-level-dir", "false");
	fake_run(e);
	assert_string_equal(fake_read(e, "parts/p/top/f"), "x\n");
	fake_set(e, "p", "strip-top-level-dir", "maybe");
	assert_fails(fake_init(e), &e->err, "strip-top-level-dir");
}

static void mkdirectory_makes_every_option(void **state)
{
	struct fake_engine *e = *state;
	fake_set(e, "p", "recipe", "slapos.cookbook:mkdirectory");
	fake_set(e, "p", "mode", "0700");
	fake_set(e, "p", "etc", fake_path(e, "etc"));
	fake_set(e, "p", "run", "etc/run");
	fake_set(e, "p", "empty", "");
	fake_run(e);
	assert_int_equal(mode_of(e, "etc"), 0700);
	assert_int_equal(mode_of(e, "etc/run"), 0700);
	assert_int_equal(e->n_installed, 0);
	assert_done(fake_update(e), &e->err);
	fake_write(e, "file", "", 0600);
	fake_set(e, "p", "run", "file");
	assert_fails(fake_install(e), &e->err, "output.dir");
	fake_set(e, "p", "mode", "0999");
	assert_fails(fake_init(e), &e->err, "mode");
	fake_set(e, "p", "recipe", "slapos.recipe.build:mkdirectory");
	fake_set(e, "p", "mode", "a/b");
	fake_set(e, "p", "run", "");
	fake_run(e);
	assert_int_equal(mode_of(e, "a/b") & 0700, 0700);
}

static void template_resolves_a_file(void **state)
{
	struct fake_engine *e = *state;
	ino_t inode;
	fake_write(e, "t", "#!/bin/sh\necho ${s:x} ${:own} $${s:x} $HOME\n", 0600);
	fake_set(e, "s", "x", "1");
	fake_set(e, "p", "recipe", "slapos.recipe.template");
	fake_set(e, "p", "url", fake_path(e, "t"));
	fake_set(e, "p", "own", "2");
	fake_set(e, "p", "output", "new/dir/out");
	fake_run(e);
	assert_string_equal(fake_read(e, "new/dir/out"), "#!/bin/sh\necho 1 2 ${s:x} $HOME\n");
	assert_int_equal(mode_of(e, "new/dir/out") & 0700, 0700);
	assert_string_equal(e->installed[0], fake_path(e, "new/dir/out"));
	/* The same content: the file stays, its mode is set. */
	inode = inode_of(e, "new/dir/out");
	fake_set(e, "p", "mode", "0640");
	assert_done(fake_init(e), &e->err);
	assert_done(fake_update(e), &e->err);
	assert_true(inode == inode_of(e, "new/dir/out"));
	assert_int_equal(mode_of(e, "new/dir/out"), 0640);
	fake_write(e, "t", "plain\n", 0600);
	assert_done(fake_init(e), &e->err);
	assert_done(fake_update(e), &e->err);
	assert_string_equal(fake_read(e, "new/dir/out"), "plain\n");
	assert_int_equal(mode_of(e, "new/dir/out"), 0640);
}

static void template_takes_one_text(void **state)
{
	struct fake_engine *e = *state;
	fake_set(e, "p", "recipe", "slapos.recipe.template");
	fake_set(e, "p", "output", "out");
	assert_fails(fake_init(e), &e->err, "section");
	fake_set(e, "p", "inline", "\n\nline ${kept:as-is}\n");
	fake_run(e);
	assert_string_equal(fake_read(e, "out"), "line ${kept:as-is}\n");
	fake_set(e, "p", "url", "x");
	assert_fails(fake_init(e), &e->err, "inline");
}

static void collective_template_reads_input(void **state)
{
	struct fake_engine *e = *state;
	fake_write(e, "t", "${:own}\n", 0600);
	fake_set(e, "p", "recipe", "collective.recipe.template");
	fake_set(e, "p", "input", fake_path(e, "t"));
	fake_set(e, "p", "own", "2");
	fake_set(e, "p", "output", "out");
	fake_run(e);
	assert_string_equal(fake_read(e, "out"), "2\n");
	fake_set(e, "p", "input", "inline:\nx\n");
	fake_run(e);
	assert_string_equal(fake_read(e, "out"), "x\n");
}

static void wrapper_executes_the_command(void **state)
{
	struct fake_engine *e = *state;
	fake_set(e, "p", "recipe", "slapos.cookbook:wrapper");
	fake_set(e, "p", "command-line",
		"\n  /bin/sh -c 'echo \"$A\" \"$@\"' sh\n  'one two' $3 --option-that-is-long");
	fake_set(e, "p", "environment", "B = x\nA = it's = so");
	fake_set(e, "p", "wrapper-path", "etc/service/w");
	fake_run(e);
	assert_string_equal(fake_read(e, "etc/service/w"),
		"#!/bin/sh -e\n"
		"export A='it'\"'\"'s = so'\n"
		"export B=x\n"
		"exec /bin/sh -c 'echo \"$A\" \"$@\"' sh 'one two' \\\n"
		"\t'$3' --option-that-is-long \"$@\"\n");
	assert_int_equal(mode_of(e, "etc/service/w"), 0700);
	fake_shell(e, "etc/service/w four > out");
	assert_string_equal(
		fake_read(e, "out"), "it's = so one two $3 --option-that-is-long four\n");
	assert_string_equal(e->installed[0], fake_path(e, "etc/service/w"));
}

static void wrapper_names_itself_by_what_it_runs(void **state)
{
	struct fake_engine *e = *state;
	char *first;
	fake_write(e, "conf", "1", 0600);
	fake_write(e, "old", "2", 0600);
	fake_set(e, "p", "recipe", "slapos.cookbook:wrapper");
	fake_set(e, "p", "command-line", "/bin/true");
	fake_set(e, "p", "wrapper-path", "w");
	fake_set(e, "p", "hash-files", "conf");
	fake_set(e, "p", "hash-existing-files", "old");
	fake_run(e);
	first = strdup(e->installed[0]);
	/* md5 of "1\n" "1" "1\n" "2", by another program */
	fake_shell(e, "printf '1\\n11\\n2' | md5sum | cut -c1-32 | tr -d '\\n' > sum");
	assert_string_equal(
		first, part_printf((struct part *)e, "%s/w-%s", e->dir, fake_read(e, "sum")));
	fake_shell(e, "printf '1\\n2' | md5sum | cut -c1-32 | tr -d '\\n' > sum");
	assert_string_equal(fake_get(e, "__hash_files__"), fake_read(e, "sum"));
	assert_done(fake_update(e), &e->err);
	fake_write(e, "conf", "3", 0600);
	assert_fails(fake_update(e), &e->err, "wrapper-path");
	fake_run(e);
	assert_string_not_equal(first, e->installed[0]);
	fake_set(e, "p", "hash-files", "/etc/passwd");
	assert_fails(fake_init(e), &e->err, "hash-files");
	fake_set(e, "p", "hash-files", "");
	fake_set(e, "p", "hash-existing-files", "missing");
	assert_fails(fake_init(e), &e->err, "hash-existing-files");
	free(first);
}

static void wrapper_refuses_what_it_cannot_do(void **state)
{
	struct fake_engine *e = *state;
	fake_set(e, "p", "recipe", "slapos.cookbook:wrapper");
	fake_set(e, "p", "command-line", "/bin/true 'x");
	fake_set(e, "p", "wrapper-path", "w");
	assert_done(fake_init(e), &e->err);
	assert_fails(fake_install(e), &e->err, "command-line");
	fake_set(e, "p", "sig-ign", "USR1; rm");
	assert_fails(fake_init(e), &e->err, "sig-ign");
	fake_set(e, "p", "sig-ign", "USR1");
	fake_set(e, "p", "command-line", "/bin/true");
	fake_run(e);
	assert_non_null(strstr(fake_read(e, "w"), "trap '' USR1\n"));
	fake_set(e, "p", "pidfile", "x");
	assert_fails(fake_init(e), &e->err, "pidfile");
}

static void symlink_replaces_links_only(void **state)
{
	struct fake_engine *e = *state;
	fake_shell(e, "mkdir bin; ln -s old bin/tool; echo x > bin/file");
	fake_set(e, "p", "recipe", "slapos.cookbook:symbolic.link");
	fake_set(e, "p", "link-binary", "/usr/bin/tool\n  /usr/bin/other");
	fake_set(e, "p", "target-directory", "bin");
	fake_run(e);
	fake_shell(e, "test \"$(readlink bin/tool) $(readlink bin/other)\" = "
		      "'/usr/bin/tool /usr/bin/other'");
	assert_int_equal(e->n_installed, 2);
	fake_set(e, "p", "link-binary", "/usr/bin/file");
	assert_fails(fake_install(e), &e->err, "link-binary");
}

static void command_counts_the_last_status(void **state)
{
	struct fake_engine *e = *state;
	fake_set(e, "p", "recipe", "plone.recipe.command");
	fake_set(e, "p", "command", "false\necho one >> out");
	fake_set(e, "p", "location", "out x");
	fake_set(e, "p", "stop-on-error", "true");
	fake_run(e);
	assert_string_equal(fake_read(e, "out"), "one\n");
	assert_int_equal(e->n_installed, 2);
	assert_done(fake_update(e), &e->err);
	assert_string_equal(fake_read(e, "out"), "one\n");
	fake_set(e, "p", "update-command", "echo two >> out; exit 3");
	assert_fails(fake_update(e), &e->err, "update-command");
	assert_string_equal(fake_read(e, "out"), "one\ntwo\n");
	fake_set(e, "p", "stop-on-error", "off");
	assert_done(fake_update(e), &e->err);
	fake_set(e, "p", "stop-on-error", "perhaps");
	assert_fails(fake_init(e), &e->err, "stop-on-error");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(download_puts_the_file_in_its_part),
		TEST(download_checks_both_sums),
		TEST(download_without_a_sum_looks_again),
		TEST(unpacked_strips_by_the_option),
		TEST(mkdirectory_makes_every_option),
		TEST(template_resolves_a_file),
		TEST(template_takes_one_text),
		TEST(collective_template_reads_input),
		TEST(wrapper_executes_the_command),
		TEST(wrapper_names_itself_by_what_it_runs),
		TEST(wrapper_refuses_what_it_cannot_do),
		TEST(symlink_replaces_links_only),
		TEST(command_counts_the_last_status),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
