/* SPDX-License-Identifier: Apache-2.0 */
/* slapos.cookbook:publish and .serialised: tell the requester how to reach the instance. */
#include <jansson.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "engine/recipe.h"
#include "recipes/option.h"
#include "recipes/pyvalue.h"
#include "recipes/table.h"

/*
 * Published are all options but `recipe` and those that start with "-"; with `-publish` only those
 * that it lists; and the same of every section that `-extends` names, and of theirs. A section's
 * own value wins over one that it extends.
 */
enum { SECTIONS_MAX = 256 };

struct published {
	VEC(struct part_pair) pairs;
	const char *sections[SECTIONS_MAX];
	size_t n_sections;
};

static void published_done(struct published *p)
{
	vec_done(&p->pairs);
}

static int add_pair(struct published *p, struct span key, struct span value, struct err *err)
{
	struct part_pair pair = {.key = key, .value = value};
	for (size_t i = 0; i < p->pairs.n; i++)
		if (span_eq(p->pairs.items[i].key, key))
			return 0;
	return vec_push(&p->pairs, pair) ? 0 : option_no_memory(err);
}

static bool is_public(struct span key)
{
	return !span_is(key, "recipe") && !span_starts(key, "-") &&
	       !span_is(key, "_profile_base_location_") &&
	       !span_is(key, "_buildout_section_name_") && !span_starts(key, "__buildout_");
}

static bool is_listed(struct span list, struct span key)
{
	struct span word;
	while (span_word(&list, &word))
		if (span_eq(word, key))
			return true;
	return false;
}

static int add_extends(struct part *part, struct published *p, struct span list, struct err *err)
{
	struct span word;
	while (span_word(&list, &word)) {
		struct span name = part_span(part, word);
		bool is_known = false;
		if (!name.ptr)
			return option_no_memory(err);
		for (size_t i = 0; i < p->n_sections; i++)
			is_known |= span_is(name, p->sections[i]);
		if (is_known)
			continue;
		if (p->n_sections == SECTIONS_MAX)
			return part_error_at(part, "-extends", err,
				"option '-extends' reaches more than %d sections", SECTIONS_MAX);
		p->sections[p->n_sections++] = name.ptr;
	}
	return 0;
}

static int add_section(struct part *part, struct published *p, const char *section, struct err *err)
{
	const struct span *keys;
	struct span list;
	struct span extends;
	size_t n;
	if (part_section_find(part, section, "-publish", &list, err) < 0 ||
		part_section_find(part, section, "-extends", &extends, err) < 0 ||
		part_section_keys(part, section, &keys, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct span value;
		if (list.ptr ? !is_listed(list, keys[i]) : !is_public(keys[i]))
			continue;
		if (part_section_get(part, section, keys[i].ptr, &value, err) < 0 ||
			add_pair(p, keys[i], value, err) < 0)
			return -1;
	}
	return add_extends(part, p, extends, err);
}

/* The part's own options are read as the part's, so that nothing depends on itself. */
static int add_own(struct part *part, struct published *p, struct err *err)
{
	const struct span *keys;
	struct span list;
	struct span extends;
	size_t n;
	if (part_get_or(part, "-publish", NULL, &list, err) < 0 ||
		part_get_or(part, "-extends", "", &extends, err) < 0 ||
		part_keys(part, &keys, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct span value;
		if (list.ptr ? !is_listed(list, keys[i]) : !is_public(keys[i]))
			continue;
		if (part_get(part, keys[i].ptr, &value, err) < 0 ||
			add_pair(p, keys[i], value, err) < 0)
			return -1;
	}
	return add_extends(part, p, extends, err);
}

static int collect(struct part *part, struct published *p, struct err *err)
{
	p->sections[0] = part_name(part);
	p->n_sections = 1;
	if (add_own(part, p, err) < 0)
		return -1;
	for (size_t i = 1; i < p->n_sections; i++)
		if (add_section(part, p, p->sections[i], err) < 0)
			return -1;
	return 0;
}

/* Reading everything once makes the extended sections dependencies. */
int publish_init(struct part *part, struct err *err)
{
	scoped(published_done) struct published p = {.pairs = VEC_INIT};
	struct span text;
	if (part_get_or(part, "-slave-reference", "", &text, err) < 0)
		return -1;
	if (span_trim(text).len)
		return part_error_at(part, "-slave-reference", err,
			"option '-slave-reference': shared instances are not supported yet; remove "
			"it");
	return collect(part, &p, err);
}

int publish_install(struct part *part, struct err *err)
{
	scoped(published_done) struct published p = {.pairs = VEC_INIT};
	if (collect(part, &p, err) < 0)
		return -1;
	return part_publish(part, p.pairs.items, p.pairs.n, err);
}

/* Own values that changed have reinstalled the part; those of extended sections may not. */
int publish_update(struct part *part, struct err *err)
{
	struct span extends;
	if (part_get_or(part, "-extends", "", &extends, err) < 0)
		return -1;
	return span_trim(extends).len ? publish_install(part, err) : 0;
}

static int pack(const struct published *p, struct str *ret, struct err *err)
{
	scoped(pyvalue_decrefp) json_t *object = json_object();
	scoped_free char *text = NULL;
	for (size_t i = 0; i < p->pairs.n; i++) {
		const struct part_pair *pair = &p->pairs.items[i];
		json_t *value =
			json_stringn(pair->value.ptr ? pair->value.ptr : "", pair->value.len);
		if (!value || json_object_set_new(object, pair->key.ptr, value) < 0)
			return err_set(err, ERR_INPUT, 0, "publish.value",
				"the value of '%.*s' is not UTF-8 text", SPAN_ARG(pair->key));
	}
	text = json_dumps(object, JSON_SORT_KEYS);
	if (!text)
		return option_no_memory(err);
	str_adds(ret, text);
	return str_check(ret, err);
}

int publish_serialised_install(struct part *part, struct err *err)
{
	scoped(published_done) struct published p = {.pairs = VEC_INIT};
	scoped_str struct str text = STR_INIT;
	struct part_pair packed = {.key = SPAN("_")};
	if (collect(part, &p, err) < 0 || pack(&p, &text, err) < 0)
		return -1;
	packed.value = part_span(part, str_span(&text));
	return packed.value.ptr ? part_publish(part, &packed, 1, err) : option_no_memory(err);
}

int publish_serialised_update(struct part *part, struct err *err)
{
	struct span extends;
	if (part_get_or(part, "-extends", "", &extends, err) < 0)
		return -1;
	return span_trim(extends).len ? publish_serialised_install(part, err) : 0;
}
