/* SPDX-License-Identifier: Apache-2.0 */
/* What section conditions may ask of the system that they are evaluated on. */
#include "engine/cond_system.h"

#include <sys/stat.h>

#include "base/bug.h"
#include "base/path.h"

static bool is_dir(mode_t mode)
{
	return S_ISDIR(mode);
}

static bool is_file(mode_t mode)
{
	return S_ISREG(mode);
}

static bool is_any(mode_t mode)
{
	(void)mode;
	return true;
}

static const struct {
	const char *name;
	bool (*holds)(mode_t mode);
} stat_rows[] = {
	{"os.path.isdir", is_dir}, {"os.path.isfile", is_file}, {"os.path.exists", is_any}};

bool cond_system_is(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(stat_rows); i++)
		if (span_is(name, stat_rows[i].name))
			return true;
	return span_is(name, "os.access") || span_is(name, "open") ||
	       span_is(name, "platform.freedesktop_os_release");
}

static bool read_file(struct arena *arena, const char *path, struct cond_value *ret)
{
	scoped_str struct str text = STR_INIT_LIMIT(COND_SYSTEM_BYTES);
	scoped_fd_file file = {open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
	struct err ignored = ERR_INIT;

	if (file.fd < 0 || fd_read_all(file, COND_SYSTEM_BYTES, &text, &ignored) < 0)
		return false;
	*ret = (struct cond_value){.type = COND_STR, .text = arena_span(arena, str_span(&text))};
	return ret->text.ptr != NULL;
}

bool cond_system(struct arena *arena, struct span name, const struct cond_value *arguments,
	struct cond_value *ret)
{
	const struct cond_value *first = arguments->items;
	struct stat status;
	const char *path;

	if (span_is(name, "platform.freedesktop_os_release"))
		return arguments->n_items == 0 &&
		       (read_file(arena, "/etc/os-release", ret) ||
			       read_file(arena, "/usr/lib/os-release", ret));
	if (arguments->n_items == 0 || first->type != COND_STR)
		return false;
	path = arena_cstr(arena, first->text);
	if (!path)
		return false;
	if (span_is(name, "open"))
		return arguments->n_items == 1 && read_file(arena, path, ret);
	*ret = (struct cond_value){.type = COND_BOOL};
	if (span_is(name, "os.access")) {
		if (arguments->n_items != 2 || arguments->items[1].type != COND_INT)
			return false;
		ret->number = access(path, (int)arguments->items[1].number & 7) == 0;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(stat_rows); i++)
		if (span_is(name, stat_rows[i].name))
			ret->number =
				stat(path, &status) == 0 && stat_rows[i].holds(status.st_mode);
	return arguments->n_items == 1;
}

bool cond_system_field(struct span text, struct span key, struct cond_value *ret)
{
	struct span line;

	while (span_cut(&text, '\n', &line)) {
		ptrdiff_t equals = span_index(line, '=');
		struct span value;

		if (equals < 0 || !span_eq(span_first(line, (size_t)equals), key))
			continue;
		value = span_trim(span_from(line, (size_t)equals + 1));
		if (value.len >= 2 && (value.ptr[0] == '"' || value.ptr[0] == '\'') &&
			value.ptr[value.len - 1] == value.ptr[0])
			value = span_make(value.ptr + 1, value.len - 2);
		*ret = (struct cond_value){.type = COND_STR, .text = value};
		return true;
	}
	return false;
}
