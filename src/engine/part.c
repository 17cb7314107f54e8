/* SPDX-License-Identifier: Apache-2.0 */
/* Bringing a part to life: its recipe, the schema check, its options as the recipe reads them. */
#include "engine/part.h"

#include <stdarg.h>

#include "base/suggest.h"
#include "engine/expr.h"
#include "engine/limit.h"
#include "engine/parse.h"

/* "name" or "name:default", in any row. */
static bool is_named(const struct recipe *recipe, struct span name)
{
	if (span_is(name, recipe->name))
		return true;
	for (size_t i = 0; i < recipe->n_aliases; i++)
		if (span_is(name, recipe->aliases[i]))
			return true;
	return false;
}

const struct recipe *part_find_recipe(struct span name)
{
	static const struct span entry = SPAN(":default");

	if (span_ends(name, ":default"))
		name = span_first(name, name.len - entry.len);
	for (size_t i = 0; i < recipes_table_n; i++)
		if (is_named(&recipes_table[i], name))
			return &recipes_table[i];
	return NULL;
}

static struct where key_where(struct engine *engine, uint32_t section, const char *key)
{
	struct section *s = &engine->config.sections.items[section];
	struct option *option =
		key ? options_find_name(&engine->config, &s->live, span_str(key)) : NULL;

	if (option && option->value)
		return piece_where(&engine->config.sources, option->value);
	return section_where(&engine->config, s);
}

static int unknown_recipe(
	struct engine *engine, uint32_t section, struct span name, struct err *err)
{
	struct diags *diags = &engine->config.diags;
	struct suggest suggest = SUGGEST_INIT(name);

	(void)diag_error(diags, err, "E0402", key_where(engine, section, "recipe"),
		"nobody provides the recipe `%.*s`", SPAN_ARG(name));
	for (size_t i = 0; i < recipes_table_n; i++)
		suggest_offer(&suggest, recipes_table[i].name);
	if (suggest.best)
		diag_label(diags, "did you mean `%s`?", suggest.best);
	diag_help(diags, "cantle-recipes(7) lists the recipes");
	return -1;
}

/* An error of a recipe without a diagnostic of its own points at the section. */
static int wrap_init(struct part *part, size_t n_diags, struct err *err)
{
	struct diags *diags = &part->engine->config.diags;

	if (diags->v.n > n_diags || diags->n_dropped > 0)
		return -1;
	(void)diag_wrap(diags, err, "E0403", key_where(part->engine, part->section, "recipe"));
	diag_upstream(diags, "%s", err->text);
	diag_note(diags, (struct where){0}, "the recipe %s could not be initialised for part %s",
		part->recipe->name, part->name);
	return -1;
}

static int check_schema(struct part *part, struct err *err)
{
	for (size_t i = 0; i < part->recipe->n_options; i++) {
		const struct recipe_option *row = &part->recipe->options[i];
		struct span value;
		bool flag;

		if (row->flags & RECIPE_OPTION_REQUIRED &&
			part_get(part, row->name, &value, err) < 0)
			return -1;
		if (row->flags & RECIPE_OPTION_BOOL && part_has(part, row->name) &&
			part_get_bool(part, row->name, false, &flag, err) < 0)
			return -1;
	}
	return 0;
}

static struct part *part_new(struct engine *engine, uint32_t section, const struct recipe *recipe)
{
	struct arena *arena = &engine->config.arena;
	struct part *part = arena_new(arena, struct part);
	struct section *s = &engine->config.sections.items[section];

	if (!part)
		return NULL;
	part->engine = engine;
	part->recipe = recipe;
	part->section = section;
	part->name = section_name(&engine->config, s).ptr; /* symbols end with a NUL */
	part->state = arena_alloc(arena, recipe->state_size ? recipe->state_size : 1);
	s->part = part;
	return part->state ? part : NULL;
}

int part_init(void *context, uint32_t section, struct span recipe, struct err *err)
{
	struct engine *engine = context;
	struct span name = span_trim(recipe);
	const struct recipe *row = part_find_recipe(name);
	size_t n_diags = engine->config.diags.v.n;
	struct part *part;

	if (!row)
		return unknown_recipe(engine, section, name, err);
	if (engine->parts.n >= LIMIT_PARTS)
		return err_set(err, ERR_LIMIT, 0, "engine.parts",
			"more than %d parts (LIMIT_PARTS)", LIMIT_PARTS);
	part = part_new(engine, section, row);
	if (!part)
		return config_oom(err);
	if (check_schema(part, err) < 0 || (row->init && row->init(part, err) < 0))
		return wrap_init(part, n_diags, err);
	return vec_push(&engine->parts, part) ? 0 : config_oom(err);
}

void part_forget(struct part *part)
{
	vec_done(&part->created);
	vec_done(&part->installed);
}

/* ---- reading ---- */

int part_read(struct engine *engine, uint32_t section, struct option *option,
	struct span *ret_value, struct err *err)
{
	struct resolve before = engine->resolve;
	const struct doing *doing = engine->config.diags.doing;
	struct span value;

	if (resolve_option(&engine->resolve, section, option, &value, err) < 0) {
		engine->resolve = before;
		engine->config.diags.doing = doing;
		return -1;
	}
	if (expr_is_escaped(value)) {
		scoped_str struct str decoded = STR_INIT_LIMIT(LIMIT_VALUE_BYTES);

		expr_decode(&decoded, value);
		*ret_value = arena_span(&engine->config.arena, str_span(&decoded));
		return ret_value->ptr ? 0 : config_oom(err);
	}
	if (!(option->flags & OPTION_ENDED)) {
		option->resolved = arena_span(&engine->config.arena, value);
		if (!option->resolved.ptr)
			return config_oom(err);
		option->flags |= OPTION_ENDED;
	}
	*ret_value = option->resolved;
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct installed_option *x = a;
	const struct installed_option *y = b;

	return span_cmp(x->key, y->key);
}

static int snapshot_add(struct engine *engine, uint32_t section, struct option *option,
	struct installed_option *ret, struct err *err)
{
	uint32_t used = option->flags & OPTION_USED;

	ret->key = config_name(&engine->config, option->key);
	if (part_read(engine, section, option, &ret->value, err) < 0)
		return -1;
	if (!used)
		option->flags &= ~(uint32_t)OPTION_USED;
	return 0;
}

int part_snapshot(struct engine *engine, uint32_t section, struct installed_option **ret_options,
	size_t *ret_n, struct err *err)
{
	struct section *s = &engine->config.sections.items[section];
	struct installed_option *rows;
	size_t n = 0;

	rows = arena_array(&engine->config.arena, struct installed_option, (size_t)s->live.n + 1);
	if (!rows)
		return config_oom(err);
	for (struct option *option = s->live.first; option; option = option->next)
		if (!(option->flags & OPTION_REMOVED) &&
			snapshot_add(engine, section, option, &rows[n++], err) < 0)
			return -1;
	if (s->part && (s->signature.ptr || !s->depends_frozen)) {
		rows[n].key = (struct span)SPAN("__buildout_signature__");
		if (signature_get(engine, section, &rows[n++].value, err) < 0)
			return -1;
	}
	qsort(rows, n, sizeof(*rows), by_key);
	*ret_options = rows;
	*ret_n = n;
	return 0;
}

int part_error_at(struct part *part, const char *key, struct err *err, const char *format, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (part->saved)
		return err_set(err, ERR_INPUT, 0, "recipe.option", "%s", text);
	(void)diag_error(&part->engine->config.diags, err, "E0404",
		key_where(part->engine, part->section, key), "%s", text);
	diag_upstream(&part->engine->config.diags, "%s", text);
	if (key)
		diag_note(&part->engine->config.diags, (struct where){0},
			"option `%s` of part [%s] (recipe %s)", key, part->name,
			part->recipe->name);
	return -1;
}
