/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacking: friendly archives of every kind, and hostile ones. */
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipes/unpack.h"
#include "tests/unit/recipes/fake_engine.h"

#include "tests/unit/test.h"

/* One entry of an archive to write. */
struct item {
	const char *name;
	unsigned type; /* AE_IF... */
	unsigned mode;
	const char *text; /* content, or the target of a link */
	bool is_hardlink;
};

static void add_item(struct archive *a, const struct item *item)
{
	struct archive_entry *entry = archive_entry_new();
	archive_entry_set_pathname(entry, item->name);
	archive_entry_set_filetype(entry, item->type);
	archive_entry_set_perm(entry, (mode_t)item->mode);
	archive_entry_set_mtime(entry, 1000000000, 0);
	if (item->is_hardlink)
		archive_entry_set_hardlink(entry, item->text);
	else if (item->type == AE_IFLNK)
		archive_entry_set_symlink(entry, item->text);
	else if (item->text)
		archive_entry_set_size(entry, (int64_t)strlen(item->text));
	if (item->type == AE_IFCHR) {
		archive_entry_set_rdevmajor(entry, 1);
		archive_entry_set_rdevminor(entry, 3);
	}
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	if (item->text && item->type == AE_IFREG && !item->is_hardlink)
		archive_write_data(a, item->text, strlen(item->text));
	archive_entry_free(entry);
}

static void write_kind(struct fake_engine *e, const char *format, const char *filter,
	const struct item *items, size_t n)
{
	struct archive *a = archive_write_new();
	assert_int_equal(archive_write_set_format_by_name(a, format), ARCHIVE_OK);
	if (filter)
		assert_int_equal(archive_write_add_filter_by_name(a, filter), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(a, fake_path(e, "a.tar")), ARCHIVE_OK);
	for (size_t i = 0; i < n; i++)
		add_item(a, &items[i]);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
}

static void write_archive(struct fake_engine *e, const struct item *items, size_t n)
{
	write_kind(e, "pax", NULL, items, n);
}

/* Unpack dir/<name> into dir/out. */
static int unpack(struct fake_engine *e, const char *name, const struct unpack_limits *limits,
	struct unpack_report *ret)
{
	static const struct unpack_limits wide = {1000, 1 << 20};
	struct fd_file file = {open(fake_path(e, name), O_RDONLY | O_CLOEXEC)};
	struct fd_dir out = FD_INIT;
	int rc;
	mkdir(fake_path(e, "out"), 0755);
	out.fd = open(fake_path(e, "out"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = unpack_archive(file, out, limits ? limits : &wide, ret, &e->err);
	fd_file_close(&file);
	fd_dir_close(&out);
	return rc;
}

static void unpack_reads_every_kind(void **state)
{
	static const char *const kinds[][2] = {{"ustar", NULL}, {"pax", "gzip"},
		{"gnutar", "bzip2"}, {"pax", "xz"}, {"pax", "lzma"}, {"pax", "lzip"},
		{"pax", "zstd"}, {"zip", NULL}};
	static const struct item items[] = {
		{"top", AE_IFDIR, 0755, NULL, false},
		{"top/sub/f", AE_IFREG, 0755, "hello", false},
	};
	struct fake_engine *e = *state;
	struct unpack_report report;
	struct stat st;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		write_kind(e, kinds[i][0], kinds[i][1], items, 2);
		assert_done(unpack(e, "a.tar", NULL, &report), &e->err);
		assert_int_equal(report.n_skipped, 0);
		assert_string_equal(fake_read(e, "out/top/sub/f"), "hello");
		assert_int_equal(stat(fake_path(e, "out/top/sub/f"), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0755);
		fake_shell(e, "rm -r out a.tar");
	}
}

static void unpack_skips_names_that_lead_out(void **state)
{
	struct fake_engine *e = *state;
	const struct item items[] = {
		{"../evil", AE_IFREG, 0644, "x", false},
		{"a/../../evil", AE_IFREG, 0644, "x", false},
		{fake_path(e, "evil"), AE_IFREG, 0644, "x", false},
		{"hard", AE_IFREG, 0644, "../secret", true},
		{"./good", AE_IFREG, 0644, "x", false},
	};
	struct unpack_report report;
	fake_write(e, "secret", "s", 0600);
	write_archive(e, items, 5);
	assert_done(unpack(e, "a.tar", NULL, &report), &e->err);
	assert_int_equal(report.n_skipped, 4);
	assert_null(fake_read(e, "evil"));
	assert_null(fake_read(e, "out/hard"));
	assert_string_equal(fake_read(e, "out/good"), "x");
}

static void unpack_never_writes_through_a_link(void **state)
{
	struct fake_engine *e = *state;
	const struct item absolute[] = {
		{"d", AE_IFLNK, 0777, e->dir, false},
		{"d/evil", AE_IFREG, 0644, "x", false},
	};
	const struct item relative[] = {
		{"d", AE_IFLNK, 0777, "..", false},
		{"d/evil", AE_IFREG, 0644, "x", false},
	};
	const struct item replaced[] = {
		{"f", AE_IFLNK, 0777, "../victim", false},
		{"f", AE_IFREG, 0644, "new", false},
	};
	const struct item deeper[] = {
		{"d", AE_IFLNK, 0777, "..", false},
		{"d/new/evil", AE_IFREG, 0644, "x", false},
	};
	struct unpack_report report;
	fake_write(e, "victim", "old", 0600);
	write_archive(e, absolute, 2);
	assert_fails(unpack(e, "a.tar", NULL, &report), &e->err, "unpack.escape");
	fake_shell(e, "rm -r out");
	write_archive(e, relative, 2);
	assert_fails(unpack(e, "a.tar", NULL, &report), &e->err, "unpack.escape");
	fake_shell(e, "rm -r out");
	write_archive(e, deeper, 2);
	assert_fails(unpack(e, "a.tar", NULL, &report), &e->err, "unpack.escape");
	assert_null(fake_read(e, "evil"));
	assert_int_not_equal(access(fake_path(e, "new"), F_OK), 0);
	fake_shell(e, "rm -r out");
	write_archive(e, replaced, 2);
	assert_done(unpack(e, "a.tar", NULL, &report), &e->err);
	assert_string_equal(fake_read(e, "victim"), "old");
	assert_string_equal(fake_read(e, "out/f"), "new");
}

static void unpack_makes_no_device_and_no_setuid(void **state)
{
	struct fake_engine *e = *state;
	const struct item items[] = {
		{"null", AE_IFCHR, 0666, NULL, false},
		{"pipe", AE_IFIFO, 0666, NULL, false},
		{"su", AE_IFREG, 06777, "x", false},
		{"d", AE_IFDIR, 01777, NULL, false},
		{"d/link", AE_IFREG, 0644, "su", true},
	};
	struct unpack_report report;
	struct stat st;
	write_archive(e, items, 5);
	assert_done(unpack(e, "a.tar", NULL, &report), &e->err);
	assert_int_equal(report.n_skipped, 2);
	assert_int_not_equal(access(fake_path(e, "out/null"), F_OK), 0);
	assert_int_equal(stat(fake_path(e, "out/su"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(st.st_mtime, 1000000000);
	assert_int_equal(st.st_nlink, 2);
	assert_int_equal(stat(fake_path(e, "out/d"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
}

static void unpack_stops_at_its_limits(void **state)
{
	struct fake_engine *e = *state;
	const struct item items[] = {
		{"a", AE_IFREG, 0644, "12345", false},
		{"b", AE_IFREG, 0644, "12345", false},
	};
	const struct unpack_limits exact = {2, 10};
	const struct unpack_limits few = {1, 10};
	const struct unpack_limits small = {2, 9};
	struct unpack_report report;
	write_archive(e, items, 2);
	assert_done(unpack(e, "a.tar", &exact, &report), &e->err);
	assert_fails(unpack(e, "a.tar", &few, &report), &e->err, "unpack.limit");
	assert_fails(unpack(e, "a.tar", &small, &report), &e->err, "unpack.limit");
	/* A bomb: 8 MiB of zeros in a few kilobytes; 1 MiB is allowed. */
	fake_shell(e, "mkdir z; head -c 8388608 /dev/zero > z/0; tar czf bomb -C z .");
	assert_fails(unpack(e, "bomb", NULL, &report), &e->err, "unpack.limit");
}

static void unpack_refuses_what_is_no_archive(void **state)
{
	struct fake_engine *e = *state;
	struct unpack_report report;
	fake_write(e, "text", "just a text, longer than nothing\n", 0644);
	assert_fails(unpack(e, "text", NULL, &report), &e->err, "unpack.format");
	fake_write(e, "empty", "", 0644);
	assert_fails(unpack(e, "empty", NULL, &report), &e->err, "unpack.format");
	fake_shell(e, "mkdir z; head -c 100000 /dev/urandom > z/r; tar czf whole -C z .; "
		      "head -c 50000 whole > cut");
	assert_fails(unpack(e, "cut", NULL, &report), &e->err, "unpack.read");
}

static void unpack_keeps_names_that_are_not_ascii(void **state)
{
	struct fake_engine *e = *state;
	struct unpack_report report;
	fake_shell(e, "mkdir z; echo x > z/caf\303\251; tar --format=pax -cf a -C z .");
	assert_done(unpack(e, "a", NULL, &report), &e->err);
	assert_string_equal(fake_read(e, "out/caf\303\251"), "x\n");
}

static int hoist(struct fake_engine *e, enum unpack_strip strip)
{
	struct fd_dir out = {open(fake_path(e, "out"), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	int rc = unpack_hoist(out, strip, &e->err);
	fd_dir_close(&out);
	return rc;
}

static void hoist_moves_the_only_directory_up(void **state)
{
	struct fake_engine *e = *state;
	fake_shell(e, "mkdir -p out/t/t; echo x > out/t/t/f; echo y > out/t/.hidden");
	assert_done(hoist(e, UNPACK_STRIP_NEVER), &e->err);
	assert_string_equal(fake_read(e, "out/t/t/f"), "x\n");
	assert_done(hoist(e, UNPACK_STRIP_AUTO), &e->err);
	assert_string_equal(fake_read(e, "out/t/f"), "x\n");
	assert_string_equal(fake_read(e, "out/.hidden"), "y\n");
	assert_done(hoist(e, UNPACK_STRIP_AUTO), &e->err);
	assert_fails(hoist(e, UNPACK_STRIP_ALWAYS), &e->err, "unpack.strip");
	fake_shell(e, "rm -r out; mkdir out; ln -s /etc out/only");
	assert_fails(hoist(e, UNPACK_STRIP_ALWAYS), &e->err, "unpack.strip");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unpack_reads_every_kind),
		TEST(unpack_skips_names_that_lead_out),
		TEST(unpack_never_writes_through_a_link),
		TEST(unpack_makes_no_device_and_no_setuid),
		TEST(unpack_stops_at_its_limits),
		TEST(unpack_refuses_what_is_no_archive),
		TEST(unpack_keeps_names_that_are_not_ascii),
		TEST(hoist_moves_the_only_directory_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
