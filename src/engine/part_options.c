/* SPDX-License-Identifier: Apache-2.0 */
/* recipe.h: options of a part and of other sections. */
#include <stdarg.h>

#include "engine/expr.h"
#include "engine/limit.h"
#include "engine/parse.h"
#include "engine/part.h"

const char *part_name(const struct part *part)
{
	return part->name;
}

const struct recipe *part_recipe(const struct part *part)
{
	return part->recipe;
}

void *part_state(struct part *part)
{
	return part->state;
}

void *part_alloc(struct part *part, size_t size)
{
	return arena_alloc(&part->engine->config.arena, size);
}

char *part_printf(struct part *part, const char *format, ...)
{
	scoped_str struct str text = STR_INIT_LIMIT(LIMIT_VALUE_BYTES);
	va_list ap;

	va_start(ap, format);
	str_addv(&text, format, ap);
	va_end(ap);
	return text.failed ? NULL : arena_cstr(&part->engine->config.arena, str_span(&text));
}

struct span part_span(struct part *part, struct span text)
{
	return arena_span(&part->engine->config.arena, text);
}

static struct section *section_of(const struct part *part)
{
	return &part->engine->config.sections.items[part->section];
}

static struct option *find(const struct part *part, const char *key)
{
	return options_find_name(&part->engine->config, &section_of(part)->live, span_str(key));
}

static const char *schema_fallback(const struct part *part, const char *key)
{
	for (size_t i = 0; i < part->recipe->n_options; i++)
		if (strcmp(part->recipe->options[i].name, key) == 0)
			return part->recipe->options[i].fallback;
	return NULL;
}

/* A value that the profile writes as a Python literal; what recipes set is theirs to read. */
static bool is_typed(const struct option *option)
{
	const struct piece *piece = option->value;

	while (piece && piece->prev)
		piece = piece->prev;
	return piece && !(option->flags & OPTION_SET) && span_starts(piece->text, "!py!");
}

int part_get_or(struct part *part, const char *key, const char *fallback, struct span *ret_value,
	struct err *err)
{
	struct option *option;

	*ret_value = span_str(fallback);
	if (part->saved) {
		struct span saved = installed_value(part->saved, span_str(key));

		if (saved.ptr)
			*ret_value = saved;
		return 0;
	}
	option = find(part, key);
	if (option && is_typed(option))
		return part_error_at(
			part, key, err, "typed values (!py!) are not supported yet: `%s`", key);
	return option ? part_read(part->engine, part->section, option, ret_value, err) : 0;
}

static int missing(struct part *part, const char *key, struct err *err)
{
	struct config *config = &part->engine->config;

	if (part->saved)
		return err_set(err, ERR_INPUT, 0, "recipe.option", "missing option %s of part %s",
			key, part->name);
	(void)diag_error(&config->diags, err, "E0307", section_where(config, section_of(part)),
		"part [%s] needs the option `%s`", part->name, key);
	diag_upstream(&config->diags, "Missing option: %s:%s", part->name, key);
	diag_note(
		&config->diags, (struct where){0}, "the recipe %s requires it", part->recipe->name);
	resolve_note_section(&part->engine->resolve, section_of(part));
	return -1;
}

int part_get(struct part *part, const char *key, struct span *ret_value, struct err *err)
{
	if (part_get_or(part, key, schema_fallback(part, key), ret_value, err) < 0)
		return -1;
	return ret_value->ptr ? 0 : missing(part, key, err);
}

int part_get_bool(
	struct part *part, const char *key, bool fallback, bool *ret_value, struct err *err)
{
	struct span value;

	if (part_get_or(part, key, schema_fallback(part, key), &value, err) < 0)
		return -1;
	if (!value.ptr || span_is(value, fallback ? "true" : "false"))
		*ret_value = fallback;
	else if (span_is(value, "true") || span_is(value, "false"))
		*ret_value = !fallback;
	else
		return part_error_at(part, key, err, "Invalid value for '%s' option: '%.*s'", key,
			SPAN_ARG(span_first(value, 100)));
	return 0;
}

bool part_has(struct part *part, const char *key)
{
	if (part->saved)
		return installed_value(part->saved, span_str(key)).ptr != NULL;
	return find(part, key) != NULL;
}

int part_set(struct part *part, const char *key, struct span value, struct err *err)
{
	struct config *config = &part->engine->config;
	struct section *section = section_of(part);
	struct option fresh = {.file = SOURCE_COMPUTED};
	struct option *option;
	struct span kept = arena_span(&config->arena, value);

	if (part->saved)
		return 0;
	if (config_symbol(config, span_str(key), &fresh.key, err) < 0 || !kept.ptr)
		return err_is_set(err) ? -1 : config_oom(err);
	option = options_find(config, &section->live, fresh.key);
	if (!option && options_put(config, &section->live, &fresh, &option, err) < 0)
		return -1;
	option->resolved = kept;
	option->flags |= OPTION_RESOLVED | OPTION_SET | OPTION_ENDED | OPTION_USED;
	return 0;
}

void part_unset(struct part *part, const char *key)
{
	struct option *option = part->saved ? NULL : find(part, key);

	if (option)
		option->flags |= OPTION_REMOVED;
}

static int list_keys(struct part *part, const struct section *section, const struct span **ret_keys,
	size_t *ret_n, struct err *err)
{
	struct config *config = &part->engine->config;
	struct span *keys = arena_array(&config->arena, struct span, (size_t)section->live.n + 1);
	size_t n = 0;

	if (!keys)
		return config_oom(err);
	for (const struct option *option = section->live.first; option; option = option->next)
		if (!(option->flags & OPTION_REMOVED))
			keys[n++] = config_name(config, option->key);
	*ret_keys = keys;
	*ret_n = n;
	return 0;
}

int part_keys(struct part *part, const struct span **ret_keys, size_t *ret_n, struct err *err)
{
	struct span *keys;

	if (!part->saved)
		return list_keys(part, section_of(part), ret_keys, ret_n, err);
	keys = arena_array(&part->engine->config.arena, struct span, part->saved->options.n + 1);
	if (!keys)
		return config_oom(err);
	for (size_t i = 0; i < part->saved->options.n; i++)
		keys[i] = part->saved->options.items[i].key;
	*ret_keys = keys;
	*ret_n = part->saved->options.n;
	return 0;
}

/* ---- other sections ---- */

bool part_section_exists(struct part *part, const char *section)
{
	return config_section_find(&part->engine->config, span_str(section)) != NULL;
}

/* buildout[section]: initialises it; in init it is a dependency of this part. */
static int other_section(
	struct part *part, const char *section, uint32_t *ret_index, struct err *err)
{
	struct engine *engine = part->engine;
	struct resolve before = engine->resolve;
	const struct doing *doing = engine->config.diags.doing;
	struct section *own = part->saved ? NULL : section_of(part);
	struct where from = own ? section_where(&engine->config, own) : (struct where){0};

	engine->resolve.chain = NULL;
	if (resolve_section(&engine->resolve, span_str(section), from, ret_index, err) < 0) {
		engine->resolve = before;
		engine->config.diags.doing = doing;
		return -1;
	}
	engine->resolve.chain = before.chain;
	own = part->saved ? NULL : section_of(part);
	if (own && !own->depends_frozen && engine->phase == ENGINE_INITIALISING &&
		*ret_index != part->section && *ret_index != engine->buildout &&
		!vec_push(&own->depends, *ret_index))
		return config_oom(err);
	return 0;
}

int part_section_find(struct part *part, const char *section, const char *key,
	struct span *ret_value, struct err *err)
{
	struct option *option;
	uint32_t index;

	if (other_section(part, section, &index, err) < 0)
		return -1;
	*ret_value = SPAN_EMPTY;
	option = options_find_name(&part->engine->config,
		&part->engine->config.sections.items[index].live, span_str(key));
	return option ? part_read(part->engine, index, option, ret_value, err) : 0;
}

int part_section_get(struct part *part, const char *section, const char *key,
	struct span *ret_value, struct err *err)
{
	struct engine *engine = part->engine;
	uint32_t index;

	if (part_section_find(part, section, key, ret_value, err) < 0)
		return -1;
	if (ret_value->ptr)
		return 0;
	if (other_section(part, section, &index, err) < 0)
		return -1;
	(void)resolve_missing_option(&engine->resolve, index, span_str(key),
		section_where(&engine->config, section_of(part)), err);
	diag_upstream(&engine->config.diags, "Missing option: %s:%s", section, key);
	return -1;
}

int part_section_keys(struct part *part, const char *section, const struct span **ret_keys,
	size_t *ret_n, struct err *err)
{
	uint32_t index;

	if (other_section(part, section, &index, err) < 0)
		return -1;
	return list_keys(part, &part->engine->config.sections.items[index], ret_keys, ret_n, err);
}

int part_substitute(struct part *part, struct span text, const char *origin_path,
	struct span *ret_text, struct err *err)
{
	struct resolve *resolve = &part->engine->resolve;
	struct resolve before = *resolve;
	const struct doing *doing = part->engine->config.diags.doing;

	if (resolve_text(resolve, part->section, text, origin_path, ret_text, err) == 0)
		return 0;
	*resolve = before;
	part->engine->config.diags.doing = doing;
	return -1;
}

int part_signature(struct part *part, struct span *ret_text, struct err *err)
{
	return signature_get(part->engine, part->section, ret_text, err);
}
