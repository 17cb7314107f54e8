/* SPDX-License-Identifier: Apache-2.0 */
/* The recipes of the language cases, natively: they show options, make directories, and fail. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/bug.h"
#include "base/str.h"
#include "engine/recipe.h"

static const char signature[] = "7f58c721fbe8a02feb8d9a30bcc41206";

static int key_cmp(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

/* Python's repr() of a str. */
static void add_repr(struct str *out, struct span text)
{
	char quote = span_index(text, '\'') >= 0 && span_index(text, '"') < 0 ? '"' : '\'';

	str_addc(out, quote);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c == '\n')
			str_adds(out, "\\n");
		else if (c == '\t')
			str_adds(out, "\\t");
		else if (c == '\\' || c == (unsigned char)quote)
			str_addf(out, "\\%c", c);
		else if (c < 0x20)
			str_addf(out, "\\x%02x", c);
		else
			str_addc(out, (char)c);
	}
	str_addc(out, quote);
}

static int sorted_keys(struct part *part, struct span **ret_keys, size_t *ret_n, struct err *err)
{
	const struct span *keys;

	if (part_keys(part, &keys, ret_n, err) < 0)
		return -1;
	*ret_keys = part_alloc(part, (*ret_n + 1) * sizeof(**ret_keys));
	if (!*ret_keys)
		return err_set(err, ERR_LIMIT, 0, "test.memory", "out of memory");
	if (*ret_n)
		memcpy(*ret_keys, keys, *ret_n * sizeof(**ret_keys));
	qsort(*ret_keys, *ret_n, sizeof(**ret_keys), key_cmp);
	return 0;
}

static int show_init(struct part *part, struct err *err)
{
	const struct span *keys;
	struct span value;
	size_t n;

	if (part_keys(part, &keys, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (part_get(part, keys[i].ptr, &value, err) < 0)
			return -1;
	return 0;
}

static int show_install(struct part *part, struct err *err)
{
	struct span *keys;
	size_t n;

	if (sorted_keys(part, &keys, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		scoped_str struct str line = STR_INIT;
		struct span value;

		if (part_get(part, keys[i].ptr, &value, err) < 0)
			return -1;
		add_repr(&line, value);
		part_note(part, "%s.%s=%s", part_name(part), keys[i].ptr, str_cstr(&line));
	}
	return 0;
}

static int mk_init(struct part *part, struct err *err)
{
	const char *location =
		part_printf(part, "%s/%s", part_dir(part, PART_DIR_PARTS), part_name(part));

	return part_set(part, "location", span_str(location), err);
}

static int fail_if(struct part *part, const char *key, const char *text, struct err *err)
{
	struct span value;

	if (part_get_or(part, key, "", &value, err) < 0)
		return -1;
	return span_is(value, "true") ? err_set(err, ERR_INPUT, 0, "test.fail", "%s", text) : 0;
}

static int mk_install(struct part *part, struct err *err)
{
	struct span location;

	if (fail_if(part, "fail", "asked to fail", err) < 0 ||
		part_get(part, "location", &location, err) < 0)
		return -1;
	if (mkdir(location.ptr, 0777) < 0)
		return err_set(err, ERR_OS, errno, "test.mkdir", "mkdir '%s'", location.ptr);
	return part_installed(part, location.ptr, err);
}

static int mk_update(struct part *part, struct err *err)
{
	return fail_if(part, "failupd", "asked to fail in update", err);
}

/* Takes its time between making its directory and finishing: somewhere to be killed. */
static int slow_install(struct part *part, struct err *err)
{
	const struct timespec pause = {.tv_nsec = 8000000};
	struct span location;
	int fd;

	if (part_get(part, "location", &location, err) < 0)
		return -1;
	if (mkdir(location.ptr, 0777) < 0)
		return err_set(err, ERR_OS, errno, "test.mkdir", "mkdir '%s'", location.ptr);
	(void)nanosleep(&pause, NULL);
	fd = open(part_printf(part, "%s/done", location.ptr), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, ERR_OS, errno, "test.done", "make the mark");
	fd_close(&fd);
	return part_installed(part, location.ptr, err);
}

static int noupd_init(struct part *part, struct err *err)
{
	struct span value;

	return part_get_or(part, "x", NULL, &value, err);
}

static int noupd_update(struct part *part, struct err *err)
{
	(void)err;
	part_warn(part,
		"The recipe for %s doesn't define an update method. Using its install method.",
		part_name(part));
	return 0;
}

static int nothing(struct part *part, struct err *err)
{
	(void)part;
	(void)err;
	return 0;
}

static int boom_install(struct part *part, struct err *err)
{
	(void)part;
	return err_set(err, ERR_BUG, 0, "test.boom", "kaboom");
}

static int none_install(struct part *part, struct err *err)
{
	(void)err;
	part_warn(part,
		"The %s install returned None.  A path or iterable os paths should be returned.",
		part_name(part));
	return 0;
}

static int pull_init(struct part *part, struct err *err)
{
	struct span from;
	struct span value;

	if (part_get(part, "from", &from, err) < 0 ||
		part_section_get(part, from.ptr, "v", &value, err) < 0)
		return -1;
	return part_set(part, "got", value, err);
}

static int initset_init(struct part *part, struct err *err)
{
	struct span base;

	if (part_get_or(part, "base", "", &base, err) < 0)
		return -1;
	return part_set(part, "computed", span_str(part_printf(part, "C(%s)", base.ptr)), err);
}

static int uerr_init(struct part *part, struct err *err)
{
	return part_error_at(part, NULL, err, "bad config here");
}

#define ROW(n, i, in, up)                                                                          \
	{                                                                                          \
		.name = "trecipe" n, .signature = signature, .init = i, .install = in,             \
		.update = up                                                                       \
	}
const struct recipe recipes_table[] = {
	ROW("", show_init, show_install, show_install),
	ROW(":mk", mk_init, mk_install, mk_update),
	ROW(":slow", mk_init, slow_install, NULL),
	ROW(":noupd", noupd_init, nothing, noupd_update),
	ROW(":boom", NULL, boom_install, NULL),
	ROW(":none", NULL, none_install, NULL),
	ROW(":pull", pull_init, nothing, NULL),
	ROW(":initset", initset_init, nothing, NULL),
	ROW(":uerr", uerr_init, nothing, NULL),
};
const size_t recipes_table_n = ARRAY_LEN(recipes_table);
