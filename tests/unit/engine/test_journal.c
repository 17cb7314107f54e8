/* SPDX-License-Identifier: Apache-2.0 */
/* What an interrupted run leaves is wiped, what is recorded is kept, the buildout itself is safe. */
#include <sys/stat.h>

#include "base/path.h"
#include "engine/installed.h"
#include "engine/journal.h"
#include "tests/unit/test.h"

struct place {
	char directory[64];
	char journal[96];
	char path[128];
};

static void place_open(struct place *place)
{
	(void)snprintf(place->directory, sizeof(place->directory), "/tmp/cantle-journal-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	(void)snprintf(place->journal, sizeof(place->journal), "%s/j", place->directory);
	(void)snprintf(place->path, sizeof(place->path), "%s/parts", place->directory);
	assert_int_equal(mkdir(place->path, 0777), 0);
}

static void place_close(struct place *place)
{
	struct err err = ERR_INIT;
	scoped_fd_dir tmp = {open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC)};

	assert_done(path_remove_tree(tmp, place->directory + 5, &err), &err);
}

/* Journal one part that makes parts/<name>, then die. */
static void leave(struct place *place, const char *name)
{
	struct journal journal = JOURNAL_INIT;
	struct installed none;
	struct err err = ERR_INIT;
	size_t n;

	installed_init(&none);
	(void)snprintf(place->path, sizeof(place->path), "%s/parts/%s", place->directory, name);
	assert_done(
		journal_open(&journal, place->journal, place->directory, &none, &n, &err), &err);
	assert_done(journal_part(&journal, name, &err), &err);
	assert_done(journal_path(&journal, place->path, &err), &err);
	assert_int_equal(mkdir(place->path, 0555), 0);
	fd_file_close(&journal.file);
	installed_done(&none);
}

static void an_unfinished_part_is_wiped(void **state)
{
	struct journal journal = JOURNAL_INIT;
	struct installed none;
	struct err err = ERR_INIT;
	struct place place;
	size_t n;

	(void)state;
	installed_init(&none);
	place_open(&place);
	leave(&place, "a");
	assert_done(journal_open(&journal, place.journal, place.directory, &none, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_int_equal(access(place.path, F_OK), -1);
	journal_done(&journal);
	assert_int_equal(access(place.journal, F_OK), -1);
	place_close(&place);
	installed_done(&none);
}

static void a_recorded_part_is_kept(void **state)
{
	struct journal journal = JOURNAL_INIT;
	struct installed installed;
	struct err err = ERR_INIT;
	struct place place;
	size_t n;

	(void)state;
	installed_init(&installed);
	assert_done(installed_put(&installed, span_str("a"), NULL, 0, &err), &err);
	place_open(&place);
	leave(&place, "a");
	assert_done(
		journal_open(&journal, place.journal, place.directory, &installed, &n, &err), &err);
	assert_int_equal(n, 0);
	assert_int_equal(access(place.path, F_OK), 0);
	journal_done(&journal);
	place_close(&place);
	installed_done(&installed);
}

static void the_buildout_itself_is_never_removed(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(remove_path("/a/b", span_str("/a/b"), &err), -1);
	err_clear(&err);
	assert_int_equal(remove_path("/a/b", span_str("/a"), &err), -1);
	err_clear(&err);
	assert_int_equal(remove_path("/a/b", span_str("/"), &err), -1);
	err_clear(&err);
	assert_int_equal(remove_path("/a/b", span_str("../b/."), &err), -1);
	err_clear(&err);
	assert_done(remove_path("/a/b", span_str("/a/bc/nothing"), &err), &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unfinished_part_is_wiped),
		cmocka_unit_test(a_recorded_part_is_kept),
		cmocka_unit_test(the_buildout_itself_is_never_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
