/* SPDX-License-Identifier: Apache-2.0 */
/* slapos.cookbook:switch-softwaretype: run the profile that belongs to the requested type. */
#include <jansson.h>

#include "base/bug.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "engine/recipe.h"
#include "recipes/option.h"
#include "recipes/pyvalue.h"
#include "recipes/table.h"

/*
 * Options: <software type> = section:key, where the profile's path stands. The profile is run as a
 * nested buildout with its own state file, at install and at update. It gets some options of this
 * [buildout], all of [slap-connection], and [slap-configuration] as it is here: as a recipe of its
 * own that sets the same options again without asking the node (`.noop`). They travel as JSON in
 * one option, in which '$' is written \u0024, so that no value is taken for a reference.
 * Source: slapos.cookbook's switch_softwaretype.
 */
#define PASSED "-switch-softwaretype.noop"

enum { SECTION_MAX = 255 };

struct overrides {
	VEC(struct part_override) rows;
};

static int add(struct part *part, struct overrides *list, const char *section, struct span key,
	struct span value, struct err *err)
{
	struct part_override row = {.section = part_span(part, span_str(section)),
		.key = part_span(part, key),
		.value = part_span(part, value)};
	if (!row.section.ptr || !row.key.ptr || !row.value.ptr || !vec_push(&list->rows, row))
		return option_no_memory(err);
	return 0;
}

static bool is_own(struct span key)
{
	return span_is(key, "recipe") || span_is(key, "override") ||
	       span_is(key, "_profile_base_location_") || span_starts(key, "__buildout_");
}

/* The type's own option, or `default` for the root type that nobody chose. */
static int find_type(struct part *part, const char **ret, struct err *err)
{
	struct span type;
	if (!part_section_exists(part, "slap-configuration"))
		return part_error_at(part, NULL, err,
			"slapos.cookbook:switch-softwaretype needs a section that is named exactly "
			"'slap-configuration'");
	if (part_section_get(part, "slap-configuration", "slap-software-type", &type, err) < 0)
		return -1;
	if (!is_own(type) && part_has(part, type.ptr)) {
		*ret = type.ptr;
		return 0;
	}
	if (!span_is(type, "RootSoftwareInstance") || !part_has(part, "default"))
		return part_error_at(part, NULL, err,
			"This software type (%s) isn't mapped. 'default' is the default software "
			"type.",
			type.ptr);
	part_note(part, "This software type (%s) isn't mapped. 'default' is used.", type.ptr);
	*ret = "default";
	return 0;
}

static int find_profile(struct part *part, const char *type, const char **ret, struct err *err)
{
	struct span rest;
	struct span section;
	struct span path;
	if (part_get(part, type, &rest, err) < 0)
		return -1;
	rest = span_trim(rest);
	if (!span_cut(&rest, ':', &section) || section.len == 0 || rest.len == 0 ||
		section.len > SECTION_MAX)
		return part_error_at(part, type, err,
			"option '%s' must name where the profile's path stands, as section:key",
			type);
	section = part_span(part, section);
	rest = part_span(part, rest);
	if (!section.ptr || !rest.ptr)
		return option_no_memory(err);
	if (!part_section_exists(part, section.ptr))
		return part_error_at(part, type, err,
			"option '%s' names the section '%s', which is not defined", type,
			section.ptr);
	if (part_section_get(part, section.ptr, rest.ptr, &path, err) < 0)
		return -1;
	*ret = part_path(part, span_trim(path));
	return *ret ? 0 : option_no_memory(err);
}

/* Types that nobody asked for now are not mistakes: read, they do not count as unused. */
static int read_types(struct part *part, struct err *err)
{
	const struct span *keys;
	struct span ignored;
	size_t n;
	if (part_keys(part, &keys, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!is_own(keys[i]) && part_get(part, keys[i].ptr, &ignored, err) < 0)
			return -1;
	return 0;
}

int switch_init(struct part *part, struct err *err)
{
	struct span text;
	const char **profile = part_state(part);
	const char *type;
	if (part_get_or(part, "override", "", &text, err) < 0)
		return -1;
	if (span_trim(text).len)
		return part_error_at(part, "override", err,
			"option 'override' of slapos.cookbook:switch-softwaretype is not supported "
			"yet; extend the profile from one of your own instead");
	if (read_types(part, err) < 0 || find_type(part, &type, err) < 0)
		return -1;
	return find_profile(part, type, profile, err);
}

/* "${" of a resolved value is text; in a profile it is written "$${". */
static int add_resolved(struct part *part, struct overrides *list, const char *section,
	struct span key, struct span value, struct err *err)
{
	scoped_str struct str text = STR_INIT;
	ptrdiff_t at;
	while ((at = span_find(value, span_str("${"))) >= 0) {
		str_add(&text, span_first(value, (size_t)at));
		str_adds(&text, "$${");
		value = span_from(value, (size_t)at + 2);
	}
	str_add(&text, value);
	if (str_check(&text, err) < 0)
		return -1;
	return add(part, list, section, key, str_span(&text), err);
}

static int add_buildout(struct part *part, struct overrides *list, struct err *err)
{
	static const char *const keys[] = {"offline", "verbosity", "newest", "directory",
		"eggs-directory", "develop-eggs-directory"};
	const char *installed = part_printf(part, ".installed-%s.cfg", part_name(part));
	if (!installed)
		return option_no_memory(err);
	if (add(part, list, "buildout", span_str("installed"), span_str(installed), err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct span value;
		if (part_section_find(part, "buildout", keys[i], &value, err) < 0)
			return -1;
		if (value.ptr &&
			add_resolved(part, list, "buildout", span_str(keys[i]), value, err) < 0)
			return -1;
	}
	return 0;
}

static int add_connection(struct part *part, struct overrides *list, struct err *err)
{
	static const char section[] = "slap-connection";
	const struct span *keys;
	size_t n;
	if (!part_section_exists(part, section))
		return 0;
	if (part_section_keys(part, section, &keys, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct span value;
		if (is_own(keys[i]))
			continue;
		if (part_section_get(part, section, keys[i].ptr, &value, err) < 0 ||
			add_resolved(part, list, section, keys[i], value, err) < 0)
			return -1;
	}
	return 0;
}

/* JSON text without a single dollar sign. */
static int pack(const json_t *object, struct str *ret, struct err *err)
{
	scoped_free char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
	if (!text)
		return option_no_memory(err);
	for (const char *c = text; *c; c++) {
		if (*c == '$')
			str_adds(ret, "\\u0024");
		else
			str_addc(ret, *c);
	}
	return str_check(ret, err);
}

static int add_configuration(struct part *part, struct overrides *list, struct err *err)
{
	static const char section[] = "slap-configuration";
	scoped(pyvalue_decrefp) json_t *object = json_object();
	scoped_str struct str text = STR_INIT;
	const struct span *keys;
	size_t n;
	if (part_section_keys(part, section, &keys, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct span value;
		if (is_own(keys[i]))
			continue;
		if (part_section_get(part, section, keys[i].ptr, &value, err) < 0)
			return -1;
		if (json_object_set_new(object, keys[i].ptr,
			    json_stringn(value.len ? value.ptr : "", value.len)) < 0)
			return err_set(err, ERR_INPUT, 0, "switch.value",
				"slap-configuration:%s is not UTF-8 text", keys[i].ptr);
	}
	if (pack(object, &text, err) < 0 ||
		add(part, list, section, span_str("recipe"),
			span_str("slapos.cookbook:switch-softwaretype.noop"), err) < 0)
		return -1;
	return add(part, list, section, span_str(PASSED), str_span(&text), err);
}

int switch_install(struct part *part, struct err *err)
{
	const char *const *profile = part_state(part);
	struct overrides list = {.rows = VEC_INIT};
	int rc;
	if (add_buildout(part, &list, err) < 0 || add_connection(part, &list, err) < 0 ||
		add_configuration(part, &list, err) < 0)
		rc = -1;
	else
		rc = part_nested(part, *profile, list.rows.items, list.rows.n, err);
	vec_done(&list.rows);
	return rc;
}

/* The other end: what was passed becomes the section's options, never resolved again. */
int switch_noop_init(struct part *part, struct err *err)
{
	scoped(pyvalue_decrefp) json_t *object = NULL;
	struct span text;
	if (part_get(part, PASSED, &text, err) < 0 || pyvalue_parse(text, &object, err) < 0)
		return -1;
	for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
		const json_t *value = json_object_iter_value(at);
		struct span set = span_make(json_string_value(value), json_string_length(value));
		if (part_set(part, json_object_iter_key(at), set, err) < 0)
			return -1;
	}
	return 0;
}
