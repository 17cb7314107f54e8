/* SPDX-License-Identifier: Apache-2.0 */
/* The `environment` option: lines K=V, or the name of a section of such options. */
#include "recipes/environ.h"

#include <stdlib.h>

#include "base/str.h"
#include "engine/recipe.h"
#include "recipes/option.h"
#include "recipes/percent.h"

static int by_key(const void *a, const void *b)
{
	const struct environ_pair *x = a;
	const struct environ_pair *y = b;
	return span_cmp(x->key, y->key);
}

static int sort_pairs(struct part *part, const char *key, struct environ *env, struct err *err)
{
	if (env->n)
		qsort(env->pairs, env->n, sizeof(*env->pairs), by_key);
	for (size_t i = 1; i < env->n; i++)
		if (span_eq(env->pairs[i - 1].key, env->pairs[i].key))
			return part_error_at(part, key, err, "Key '%.*s' is repeated in '%s'",
				SPAN_ARG(env->pairs[i].key), key);
	return 0;
}

static int add_line(
	struct part *part, const char *key, struct span line, struct environ *ret, struct err *err)
{
	ptrdiff_t at = span_index(line, '=');
	struct environ_pair *pair = &ret->pairs[ret->n];
	if (at < 0 || span_trim(span_first(line, (size_t)at)).len == 0)
		return part_error_at(part, key, err,
			"Line '%.*s' in environment is incorrect; write NAME=VALUE",
			SPAN_ARG(line));
	pair->key = part_span(part, span_trim(span_first(line, (size_t)at)));
	pair->value = part_span(part, span_trim(span_from(line, (size_t)at + 1)));
	if (!pair->key.ptr || !pair->value.ptr)
		return option_no_memory(err);
	ret->n++;
	return 0;
}

int environ_parse(
	struct part *part, const char *key, struct span text, struct environ *ret, struct err *err)
{
	size_t n_lines = 1;
	struct span line;
	for (size_t i = 0; i < text.len; i++)
		n_lines += text.ptr[i] == '\n';
	*ret = (struct environ){.pairs = part_alloc(part, n_lines * sizeof(*ret->pairs))};
	if (!ret->pairs)
		return option_no_memory(err);
	while (span_cut(&text, '\n', &line)) {
		line = span_trim(line);
		if (line.len && add_line(part, key, line, ret, err) < 0)
			return -1;
	}
	return sort_pairs(part, key, ret, err);
}

static bool is_variable(struct span key)
{
	return !span_is(key, "recipe") && !span_is(key, "_profile_base_location_") &&
	       !span_is(key, "_buildout_section_name_") && !span_starts(key, "__buildout_");
}

static int read_section(
	struct part *part, const char *section, struct environ *ret, struct err *err)
{
	const struct span *keys;
	size_t n;
	if (!part_section_exists(part, section))
		return part_error_at(part, "environment", err,
			"option 'environment' names the section '%s', which is not defined; write "
			"NAME=VALUE lines or the name of a section",
			section);
	if (part_section_keys(part, section, &keys, &n, err) < 0)
		return -1;
	*ret = (struct environ){.pairs = part_alloc(part, (n + 1) * sizeof(*ret->pairs))};
	if (!ret->pairs)
		return option_no_memory(err);
	for (size_t i = 0; i < n; i++) {
		struct environ_pair *pair = &ret->pairs[ret->n];
		if (!is_variable(keys[i]))
			continue;
		pair->key = keys[i];
		if (part_section_get(part, section, keys[i].ptr, &pair->value, err) < 0)
			return -1;
		ret->n++;
	}
	return sort_pairs(part, "environment", ret, err);
}

int environ_init(struct part *part, struct environ *ret, struct err *err)
{
	struct span text;
	*ret = (struct environ){.pairs = NULL};
	if (part_get_or(part, "environment", "", &text, err) < 0)
		return -1;
	text = span_trim(text);
	if (text.len == 0 && part_get_or(part, "environment-section", "", &text, err) < 0)
		return -1;
	text = span_trim(text);
	if (text.len == 0)
		return 0;
	if (span_index(text, '=') >= 0)
		return environ_parse(part, "environment", text, ret, err);
	text = part_span(part, text);
	return text.ptr ? read_section(part, text.ptr, ret, err) : option_no_memory(err);
}

/* The value of a name in `K=V` strings. */
static bool find_value(const char *const *env, struct span name, struct span *ret)
{
	for (; *env; env++) {
		struct span pair = span_str(*env);
		if (pair.len > name.len && pair.ptr[name.len] == '=' &&
			span_eq(span_first(pair, name.len), name)) {
			*ret = span_from(pair, name.len + 1);
			return true;
		}
	}
	return false;
}

static int look_up(void *context, struct span name, struct str *ret, struct err *err)
{
	struct span value;
	(void)err;
	if (!find_value(context, name, &value))
		return 1;
	str_add(ret, value);
	return 0;
}

static const char *format_pair(struct part *part, const struct environ_pair *pair,
	const char *const *base, struct err *err)
{
	scoped_str struct str value = STR_INIT;
	struct err cause = ERR_INIT;
	const char *line;
	void *context = (void *)(uintptr_t)base;
	if (percent_format(pair->value, look_up, context, &value, &cause) < 0) {
		part_error_at(part, "environment", err, "environment variable '%.*s': %s",
			SPAN_ARG(pair->key), cause.text);
		return NULL;
	}
	line = part_printf(part, "%.*s=%s", SPAN_ARG(pair->key), str_cstr(&value));
	if (!line)
		option_no_memory(err);
	else
		part_note(part, "[ENV] %.*s = %s", SPAN_ARG(pair->key), str_cstr(&value));
	return line;
}

static bool is_overridden(const struct environ *env, const char *line)
{
	struct span rest = span_str(line);
	struct span key;
	if (!span_cut(&rest, '=', &key))
		return false;
	for (size_t i = 0; i < env->n; i++)
		if (span_eq(env->pairs[i].key, key))
			return true;
	return false;
}

int environ_make(
	struct part *part, const struct environ *env, const char *const **ret, struct err *err)
{
	const char *const *base = part_environment(part);
	const char **made;
	size_t n_base = 0;
	size_t n = 0;
	while (base[n_base])
		n_base++;
	made = part_alloc(part, (n_base + env->n + 1) * sizeof(*made));
	if (!made)
		return option_no_memory(err);
	for (size_t i = 0; i < n_base; i++)
		if (!is_overridden(env, base[i]))
			made[n++] = base[i];
	for (size_t i = 0; i < env->n; i++) {
		made[n] = format_pair(part, &env->pairs[i], base, err);
		if (!made[n++])
			return -1;
	}
	*ret = made;
	return 0;
}
