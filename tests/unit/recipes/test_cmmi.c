/* SPDX-License-Identifier: Apache-2.0 */
/* slapos.recipe.cmmi with small sources of shell and make. */
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/recipes/fake_engine.h"

#include "tests/unit/test.h"

/* A source in src.tar.gz: configure writes the Makefile, make install what configure was told. */
static void make_source(struct fake_engine *e)
{
	fake_shell(e, "mkdir -p s/pkg-1; cd s/pkg-1; echo old > hello.txt; "
		      "printf '#!/bin/sh\\necho \"$*\" > args\\nenv > configure-env\\n' > "
		      "configure; chmod +x configure; "
		      "printf 'all:\\n\\tcp hello.txt built\\ninstall:\\n\\tmkdir -p $(D)\\n"
		      "\\tcp built args configure-env $(D)/\\n' > Makefile; "
		      "cd ..; tar czf ../src.tar.gz pkg-1");
	fake_set(e, "p", "recipe", "slapos.recipe.cmmi");
	fake_set(e, "p", "url", fake_path(e, "src.tar.gz"));
	fake_set(e, "p", "md5sum", fake_sum(e, HASH_MD5, "src.tar.gz"));
}

static void cmmi_configures_makes_and_installs(void **state)
{
	struct fake_engine *e = *state;
	make_source(e);
	fake_set(e, "p", "make-options", "D=%(location)s");
	fake_set(e, "p", "configure-options", "\n  --one\n  --two=@@LOCATION@@/x");
	fake_set(e, "p", "environment", "A=1\nPATH=/nowhere:%(PATH)s");
	fake_set(e, "p", "post-install", "test -f built && echo done > %(location)s/post");
	fake_run(e);
	assert_string_equal(fake_get(e, "location"), fake_path(e, "parts/p"));
	assert_string_equal(fake_get(e, "prefix"), fake_path(e, "parts/p"));
	assert_string_equal(fake_read(e, "parts/p/args"),
		part_printf((struct part *)e, "--prefix=%s/parts/p --one --two=%s/parts/p/x\n",
			e->dir, e->dir));
	assert_non_null(strstr(fake_read(e, "parts/p/configure-env"), "A=1\n"));
	assert_non_null(
		strstr(fake_read(e, "parts/p/configure-env"), "PATH=/nowhere:/usr/bin:/bin\n"));
	assert_string_equal(fake_read(e, "parts/p/post"), "done\n");
	assert_int_not_equal(access(fake_path(e, "parts/p/.build"), F_OK), 0);
	assert_int_equal(e->n_installed, 1);
	assert_string_equal(e->installed[0], fake_path(e, "parts/p"));
}

static void cmmi_applies_patches(void **state)
{
	struct fake_engine *e = *state;
	make_source(e);
	fake_write(
		e, "1.patch", "--- a/hello.txt\n+++ b/hello.txt\n@@ -1 +1 @@\n-old\n+new\n", 0600);
	fake_set(e, "p", "patches",
		part_printf((struct part *)e, "\n  %s#%s\n", fake_path(e, "1.patch"),
			fake_sum(e, HASH_MD5, "1.patch")));
	fake_set(e, "p", "patch-options", "-p1");
	fake_set(e, "p", "make-options", "D=%(location)s");
	fake_run(e);
	assert_string_equal(fake_read(e, "parts/p/built"), "new\n");
	fake_set(e, "p", "patches",
		part_printf((struct part *)e, "%s#sha256=%s", fake_path(e, "1.patch"),
			fake_sum(e, HASH_SHA256, "1.patch")));
	fake_run(e);
	fake_set(e, "p", "patches",
		part_printf((struct part *)e, "%s#00000000000000000000000000000000",
			fake_path(e, "1.patch")));
	assert_done(fake_init(e), &e->err);
	assert_fails(fake_install(e), &e->err, "patches");
	fake_set(e, "p", "patches", "x.patch#zz");
	assert_fails(fake_install(e), &e->err, "patches");
}

static void cmmi_adds_prefix_only_to_plain_make(void **state)
{
	struct fake_engine *e = *state;
	make_source(e);
	fake_shell(e,
		"cd s/pkg-1; printf 'all:\\ninstall:\\n\\tmkdir -p $(prefix)\\n\\techo $(prefix) "
		"> $(prefix)/f\\n' > Makefile; cd ..; tar czf ../src.tar.gz pkg-1");
	fake_set(e, "p", "md5sum", "");
	fake_set(e, "p", "sha256sum", fake_sum(e, HASH_SHA256, "src.tar.gz"));
	fake_set(e, "p", "configure-command", "true");
	fake_run(e);
	assert_string_equal(
		fake_read(e, "parts/p/f"), part_printf((struct part *)e, "%s/parts/p\n", e->dir));
	/* make of another name, or other targets: no prefix */
	fake_set(e, "p", "make-binary", "make -s");
	assert_done(fake_init(e), &e->err);
	assert_true(fake_install(e) < 0);
	err_clear(&e->err);
}

static void cmmi_keeps_a_failed_build_with_its_environment(void **state)
{
	struct fake_engine *e = *state;
	const char *text;
	make_source(e);
	fake_set(e, "p", "pre-build", "echo wrong\nfalse\ntrue");
	fake_set(e, "p", "environment", "A=it's\nTMPDIR=/x");
	assert_done(fake_init(e), &e->err);
	assert_fails(fake_install(e), &e->err, "recipe.run");
	assert_int_equal(e->n_installed, 0);
	text = fake_read(e, "parts/p/.build/pkg-1/slapos.recipe.build.env.sh");
	assert_non_null(text);
	assert_non_null(strstr(text, "export A='it'\"'\"'s'\n#export TMPDIR=/x\n"));
	assert_null(strstr(text, "export HOME"));
	assert_non_null(strstr(text, "echo './configure --prefix="));
	assert_non_null(strstr(str_cstr(&e->log), "Compilation error."));
	/* The next run starts from nothing. */
	fake_set(e, "p", "pre-build", "");
	fake_set(e, "p", "make-options", "D=%(location)s");
	fake_run(e);
	assert_null(fake_read(e, "parts/p/.build/pkg-1/slapos.recipe.build.env.sh"));
}

static void cmmi_refuses_wrong_options(void **state)
{
	static const struct {
		const char *key;
		const char *value;
		const char *step;
	} rows[] = {
		{"post-make-hook", "x.py#0:f", "post-make-hook"},
		{"location", "/elsewhere", "location"},
		{"path", "/src", "path"},
		{"keep-compile-dir", "yes", "keep-compile-dir"},
		{"md5sum", "123", "md5sum"},
		{"environment", "A=1\nB", "environment"},
		{"environment", "A=1\nA=2", "environment"},
		{"environment", "nosection", "environment"},
	};
	struct fake_engine *e = *state;
	make_source(e);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *old = fake_get(e, rows[i].key);
		fake_set(e, "p", rows[i].key, rows[i].value);
		assert_fails(fake_init(e), &e->err, rows[i].step);
		e->n_options--;
		if (old) {
			e->n_options++;
			fake_set(e, "p", rows[i].key, old);
		}
	}
}

static void cmmi_refuses_stray_percent_signs(void **state)
{
	struct fake_engine *e = *state;
	make_source(e);
	fake_set(e, "p", "configure-options", "--at=100%");
	assert_done(fake_init(e), &e->err);
	assert_fails(fake_install(e), &e->err, "configure-options");
	fake_set(e, "p", "configure-options", "--at=%(nothing)s");
	assert_fails(fake_install(e), &e->err, "configure-options");
	fake_set(e, "p", "configure-options", "");
	fake_set(e, "p", "environment", "X=%(UNSET)s");
	assert_done(fake_init(e), &e->err);
	assert_fails(fake_install(e), &e->err, "environment");
}

static void cmmi_takes_its_environment_from_a_section(void **state)
{
	struct fake_engine *e = *state;
	make_source(e);
	fake_set(e, "env", "B", "2");
	fake_set(e, "p", "environment", "env");
	fake_set(e, "p", "make-options", "D=%(location)s");
	fake_run(e);
	assert_non_null(strstr(fake_read(e, "parts/p/configure-env"), "B=2\n"));
}

static void cmmi_shares_by_the_options(void **state)
{
	struct fake_engine *e = *state;
	char *first;
	struct stat st;
	make_source(e);
	fake_set(e, "p", "shared", "true");
	fake_set(e, "p", "make-options", "D=%(location)s");
	fake_set(e, "buildout", "shared-part-list", fake_path(e, "shared"));
	/* No root that can be written: local. */
	fake_run(e);
	assert_string_equal(fake_get(e, "location"), fake_path(e, "parts/p"));
	e->n_options = 0;
	fake_shell(e, "mkdir shared; rm -r s");
	make_source(e);
	fake_set(e, "p", "shared", "true");
	fake_set(e, "p", "make-options", "D=%(location)s");
	fake_set(e, "buildout", "shared-part-list", fake_path(e, "shared"));
	fake_run(e);
	first = strdup(fake_get(e, "location"));
	assert_true(span_starts(span_str(first), fake_path(e, "shared/p/")));
	assert_int_equal(e->n_installed, 0);
	assert_int_equal(stat(first, &st), 0);
	assert_int_equal(st.st_mode & 0222, 0);
	/* Built already: nothing is run. */
	str_cut(&e->log, 0);
	assert_done(fake_install(e), &e->err);
	assert_non_null(strstr(str_cstr(&e->log), "already installed"));
	assert_null(strstr(str_cstr(&e->log), "step make"));
	free(first);
}

static void cmmi_shortens_shebangs(void **state)
{
	struct fake_engine *e = *state;
	make_source(e);
	fake_shell(e, "mkdir -p deep/$(printf '%0150d' 0 | tr 0 d); "
		      "cp /bin/sh deep/mysh; mv deep/mysh deep/d*/");
	fake_set(e, "p", "make-targets", "");
	fake_set(e, "p", "post-install",
		part_printf((struct part *)e,
			"mkdir -p %%(location)s/bin; cd %%(location)s/bin; "
			"(printf '#!'; echo %s/deep/*/mysh -e; echo 'echo ran \"$@\"') > long; "
			"printf '#!/bin/sh\\n' > short; chmod 755 long short",
			e->dir));
	fake_run(e);
	assert_non_null(fake_read(e, "parts/p/bin/long.shebang"));
	assert_null(fake_read(e, "parts/p/bin/short.shebang"));
	fake_shell(e, "parts/p/bin/long a 'b c' > out");
	assert_string_equal(fake_read(e, "out"), "ran a b c\n");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cmmi_configures_makes_and_installs),
		TEST(cmmi_applies_patches),
		TEST(cmmi_adds_prefix_only_to_plain_make),
		TEST(cmmi_keeps_a_failed_build_with_its_environment),
		TEST(cmmi_refuses_wrong_options),
		TEST(cmmi_refuses_stray_percent_signs),
		TEST(cmmi_takes_its_environment_from_a_section),
		TEST(cmmi_shares_by_the_options),
		TEST(cmmi_shortens_shebangs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
