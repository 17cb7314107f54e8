/* SPDX-License-Identifier: Apache-2.0 */
/* slapos.recipe.cmmi: decide where the part lives and what its options say. */
#include "recipes/cmmi.h"

#include "base/bug.h"
#include "base/str.h"
#include "engine/recipe.h"
#include "recipes/option.h"
#include "recipes/percent.h"
#include "recipes/table.h"
#include "recipes/words.h"

#define LOCATION_MARK "@@LOCATION@@"

/* False where the text has no mark. */
static bool replace_mark(struct str *ret, struct span text, const char *location)
{
	struct span mark = span_str(LOCATION_MARK);
	bool has_mark = false;
	ptrdiff_t at;
	while ((at = span_find(text, mark)) >= 0) {
		str_add(ret, span_first(text, (size_t)at));
		str_adds(ret, location);
		text = span_from(text, (size_t)at + mark.len);
		has_mark = true;
	}
	str_add(ret, text);
	return has_mark;
}

static int replace_marks(struct part *part, const char *location, struct err *err)
{
	const struct span *keys;
	size_t n;
	if (part_keys(part, &keys, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		scoped_str struct str text = STR_INIT;
		struct span value;
		if (part_get(part, keys[i].ptr, &value, err) < 0)
			return -1;
		if (!replace_mark(&text, value, location))
			continue;
		if (str_check(&text, err) < 0 ||
			part_set(part, keys[i].ptr, str_span(&text), err) < 0)
			return -1;
	}
	return 0;
}

/* A location of the user's is accepted only where it says what is computed anyway. */
static int check_location(struct part *part, const char *location, struct err *err)
{
	scoped_str struct str text = STR_INIT;
	struct span given;
	if (part_get_or(part, "location", "", &given, err) < 0)
		return -1;
	if (given.len) {
		replace_mark(&text, given, location);
		if (!span_is(str_span(&text), location))
			return part_error_at(part, "location", err,
				"invalid 'location' value: it is always '%s'; remove the option, "
				"or write " LOCATION_MARK,
				location);
	}
	return part_set(part, "location", span_str(location), err);
}

static bool is_inside(struct span path, const char *dir)
{
	struct span rest = span_from(path, strlen(dir));
	return span_starts(path, dir) && (rest.len == 0 || rest.ptr[0] == '/');
}

static int set_prefix(struct part *part, const struct location *loc, struct err *err)
{
	scoped_str struct str text = STR_INIT;
	struct span prefix;
	if (part_get_or(part, "prefix", "", &prefix, err) < 0)
		return -1;
	if (prefix.len == 0 && part_section_find(part, "buildout", "prefix", &prefix, err) < 0)
		return -1;
	if (prefix.len == 0)
		prefix = span_str(loc->path);
	replace_mark(&text, prefix, loc->path);
	if (str_check(&text, err) < 0)
		return -1;
	if (loc->is_shared && !is_inside(str_span(&text), loc->path))
		return part_error_at(part, "prefix", err,
			"When shared=true, 'prefix' can't be outside location");
	return part_set(part, "prefix", str_span(&text), err);
}

static int set_compile_dir(struct part *part, struct cmmi *c, struct err *err)
{
	struct span url;
	struct span path;
	if (part_get_or(part, "url", "", &url, err) < 0 ||
		part_get_or(part, "path", "", &path, err) < 0)
		return -1;
	url = span_trim(url);
	path = span_trim(path);
	if (url.len && path.len)
		return part_error_at(
			part, "path", err, "You must use either \"url\" or \"path\", not both!");
	if (!url.len && !path.len)
		return part_error_at(
			part, "url", err, "You must provide either \"url\" or \"path\".");
	c->is_from_url = url.len;
	c->compile_dir =
		url.len ? part_printf(part, "%s/.build", c->loc.path) : part_path(part, path);
	if (!c->compile_dir)
		return option_no_memory(err);
	return part_set(part, "compile-directory", span_str(c->compile_dir), err);
}

static int refuse_hooks(struct part *part, struct err *err)
{
	static const char *const hooks[] = {
		"pre-configure-hook", "pre-make-hook", "post-make-hook"};
	for (size_t i = 0; i < ARRAY_LEN(hooks); i++) {
		struct span text;
		if (part_get_or(part, hooks[i], "", &text, err) < 0)
			return -1;
		if (span_trim(text).len)
			return part_error_at(part, hooks[i], err,
				"option '%s' is Python code, which this engine does not run; write "
				"the same as shell commands in 'pre-configure', 'pre-build', "
				"'pre-install' or 'post-install'",
				hooks[i]);
	}
	return 0;
}

static int check_values(struct part *part, struct err *err)
{
	struct checksums sums;
	struct span text;
	bool ignored;
	if (refuse_hooks(part, err) < 0 || option_checksums(part, &sums, err) < 0 ||
		part_get_bool(part, "keep-compile-dir", false, &ignored, err) < 0 ||
		part_get_or(part, "strip-top-level-dir", "", &text, err) < 0)
		return -1;
	return span_trim(text).len
		       ? part_get_bool(part, "strip-top-level-dir", false, &ignored, err)
		       : 0;
}

int cmmi_init(struct part *part, struct err *err)
{
	struct cmmi *c = part_alloc(part, sizeof(*c));
	*(struct cmmi **)part_state(part) = c;
	if (!c)
		return option_no_memory(err);
	if (check_values(part, err) < 0 || environ_init(part, &c->environ, err) < 0 ||
		location_init(part, &c->loc, err) < 0 ||
		check_location(part, c->loc.path, err) < 0 || set_prefix(part, &c->loc, err) < 0 ||
		set_compile_dir(part, c, err) < 0 || replace_marks(part, c->loc.path, err) < 0)
		return -1;
	/* Lines of the environment may have held the mark. */
	return environ_init(part, &c->environ, err);
}

static int look_up(void *context, struct span name, struct str *ret, struct err *err)
{
	struct part *part = context;
	struct span key = part_span(part, name);
	struct span value;
	if (!key.ptr)
		return option_no_memory(err);
	if (!part_has(part, key.ptr))
		return 1;
	if (part_get(part, key.ptr, &value, err) < 0)
		return -1;
	str_add(ret, value);
	return 0;
}

/* %-format a text with the options; a failure points at the option that holds the text. */
static int format(
	struct part *part, const char *key, struct span text, const char **ret, struct err *err)
{
	scoped_str struct str made = STR_INIT;
	struct err cause = ERR_INIT;
	struct span kept;
	if (percent_format(text, look_up, part, &made, &cause) < 0) {
		if (!span_is(span_str(cause.step), "percent.format")) {
			*err = cause;
			return -1;
		}
		return option_fail(part, key, &cause, err);
	}
	kept = part_span(part, str_span(&made));
	*ret = kept.ptr;
	return kept.ptr ? 0 : option_no_memory(err);
}

int cmmi_text(struct part *part, const char *key, const char **ret, struct err *err)
{
	struct span text;
	*ret = NULL;
	if (part_get_or(part, key, "", &text, err) < 0)
		return -1;
	text = span_trim(text);
	return text.len ? format(part, key, text, ret, err) : 0;
}

/* The option on one line, its words joined by single spaces, not formatted yet. */
static int get_folded(
	struct part *part, const char *key, const char *fallback, struct str *ret, struct err *err)
{
	struct span text;
	if (part_get_or(part, key, fallback, &text, err) < 0)
		return -1;
	words_fold(ret, text);
	return str_check(ret, err);
}

static int make_configure(struct part *part, bool *ret_is_plain, const char **ret, struct err *err)
{
	scoped_str struct str options = STR_INIT;
	scoped_str struct str command = STR_INIT;
	struct span text;
	if (part_get_or(part, "configure-command", "", &text, err) < 0 ||
		get_folded(part, "configure-options", "", &options, err) < 0)
		return -1;
	text = span_trim(text);
	*ret_is_plain = text.len == 0;
	if (text.len) {
		str_add(&command, text);
	} else {
		str_adds(&command, "./configure");
		if (span_find(str_span(&options), span_str("--prefix")) < 0)
			str_adds(&command, " --prefix=\"%(prefix)s\"");
	}
	str_addf(&command, " %s", str_cstr(&options));
	if (str_check(&command, err) < 0)
		return -1;
	return format(part, text.len ? "configure-command" : "configure-options",
		str_span(&command), ret, err);
}

static int make_make(struct part *part, bool is_plain, struct cmmi_commands *ret, struct err *err)
{
	scoped_str struct str make = STR_INIT;
	scoped_str struct str options = STR_INIT;
	scoped_str struct str targets = STR_INIT;
	struct span binary;
	if (part_get_or(part, "make-binary", "make", &binary, err) < 0 ||
		get_folded(part, "make-options", "", &options, err) < 0 ||
		get_folded(part, "make-targets", "install", &targets, err) < 0)
		return -1;
	binary = span_trim(binary);
	/* Without configure nobody else tells make where to install. */
	if (!is_plain && span_is(binary, "make") && span_is(str_span(&targets), "install"))
		str_adds(&targets, " prefix=\"%(prefix)s\"");
	str_add(&make, binary);
	str_addf(&make, " %s", str_cstr(&options));
	if (str_check(&make, err) < 0 ||
		format(part, "make-options", str_span(&make), &ret->make, err) < 0)
		return -1;
	str_addf(&make, " %s", str_cstr(&targets));
	if (str_check(&make, err) < 0)
		return -1;
	return format(part, "make-targets", str_span(&make), &ret->install, err);
}

int cmmi_commands_make(struct part *part, struct cmmi_commands *ret, struct err *err)
{
	bool is_plain = false;
	if (make_configure(part, &is_plain, &ret->configure, err) < 0)
		return -1;
	return make_make(part, is_plain, ret, err);
}
