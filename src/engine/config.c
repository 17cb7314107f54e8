/* SPDX-License-Identifier: Apache-2.0 */
/* The merged configuration: sections, options, and for every byte of a value where it was written. */
#include "engine/config.h"

#include "engine/limit.h"

enum { INDEX_FROM = 8 }; /* shorter lists are searched, longer ones indexed */

int config_oom(struct err *err)
{
	return err_set(err, ERR_LIMIT, 0, "engine.memory",
		"out of memory (LIMIT_MEMORY_BYTES is %zu)", LIMIT_MEMORY_BYTES);
}

int config_init(struct config *config, struct err *err)
{
	*config = (struct config){
		.arena = ARENA_INIT(LIMIT_MEMORY_BYTES),
		.diags = DIAGS_INIT,
		.symbol_of = MAP_INIT,
		.symbols = VEC_INIT,
		.section_of = MAP_INIT,
		.sections = VEC_INIT,
	};
	return sources_init(&config->sources, err);
}

void config_done(struct config *config)
{
	for (size_t i = 0; i < config->sections.n; i++)
		vec_done(&config->sections.items[i].depends);
	vec_done(&config->sections);
	vec_done(&config->symbols);
	map_done(&config->symbol_of);
	map_done(&config->section_of);
	free(config->index);
	diags_done(&config->diags);
	sources_done(&config->sources);
	arena_done(&config->arena);
}

bool config_symbol_find(const struct config *config, struct span text, uint32_t *ret_symbol)
{
	return map_find(&config->symbol_of, text, ret_symbol);
}

int config_symbol(struct config *config, struct span text, uint32_t *ret_symbol, struct err *err)
{
	struct span kept;

	if (config_symbol_find(config, text, ret_symbol))
		return 0;
	kept = arena_span(&config->arena, text);
	if (!kept.ptr || config->symbols.n >= UINT32_MAX || !vec_push(&config->symbols, kept))
		return config_oom(err);
	*ret_symbol = (uint32_t)(config->symbols.n - 1);
	if (!map_put(&config->symbol_of, kept, *ret_symbol))
		return config_oom(err);
	return 0;
}

struct span config_name(const struct config *config, uint32_t symbol)
{
	return config->symbols.items[symbol];
}

struct section *config_section_find(struct config *config, struct span name)
{
	uint32_t index;

	return map_find(&config->section_of, name, &index) ? &config->sections.items[index] : NULL;
}

int config_section_add(
	struct config *config, struct span name, struct section **ret_section, struct err *err)
{
	struct section section = {.depends = VEC_INIT};

	if (config->sections.n >= LIMIT_SECTIONS)
		return err_set(err, ERR_LIMIT, 0, "merge.sections",
			"more than %d sections (LIMIT_SECTIONS)", LIMIT_SECTIONS);
	if (config_symbol(config, name, &section.name, err) < 0)
		return -1;
	options_init(config, &section.raw);
	if (!vec_push(&config->sections, section) ||
		!map_put(&config->section_of, config_name(config, section.name),
			(uint32_t)(config->sections.n - 1)))
		return config_oom(err);
	*ret_section = &config->sections.items[config->sections.n - 1];
	return 0;
}

int config_section_place(struct config *config, struct section *section, uint32_t file,
	uint32_t line, struct err *err)
{
	struct section_place **end = &section->places;
	struct section_place *place = arena_new(&config->arena, struct section_place);

	if (!place)
		return config_oom(err);
	place->file = file;
	place->line = line;
	place->next = *end;
	*end = place;
	return 0;
}

struct span section_name(const struct config *config, const struct section *section)
{
	return config_name(config, section->name);
}

struct where section_where(const struct config *config, const struct section *section)
{
	if (!section->places)
		return (struct where){0};
	return (struct where){
		.file = section->places->file,
		.line = section->places->line,
		.col = 1,
		.len = (uint32_t)section_name(config, section).len + 2,
	};
}

/* ---- lists of options ---- */

void options_init(struct config *config, struct options *list)
{
	*list = (struct options){.id = config->n_lists++};
}

static uint64_t index_key(uint32_t list, uint32_t key)
{
	return ((uint64_t)list << 32) | key;
}

/* Symbols and list ids are ours, so no keyed hash is needed: a profile can choose names, not numbers. */
static size_t index_slot(const struct config *config, uint64_t key)
{
	return (size_t)((key * 0x9e3779b97f4a7c15u) >> 20) & (config->index_cap - 1);
}

static struct index_slot *index_find(const struct config *config, uint64_t key)
{
	size_t slot = index_slot(config, key);

	while (config->index[slot].option && config->index[slot].key != key)
		slot = (slot + 1) & (config->index_cap - 1);
	return &config->index[slot];
}

static bool index_grow(struct config *config)
{
	struct index_slot *old = config->index;
	size_t old_cap = config->index_cap;

	config->index_cap = old_cap ? old_cap * 2 : 1024;
	config->index = mem_array(config->index_cap, sizeof(*config->index));
	if (!config->index) {
		config->index = old;
		config->index_cap = old_cap;
		return false;
	}
	for (size_t i = 0; i < old_cap; i++)
		if (old[i].option)
			*index_find(config, old[i].key) = old[i];
	free(old);
	return true;
}

static bool index_put(struct config *config, uint64_t key, struct option *option)
{
	struct index_slot *slot;

	if (config->index_n * 2 >= config->index_cap && !index_grow(config))
		return false;
	slot = index_find(config, key);
	config->index_n += slot->option == NULL;
	*slot = (struct index_slot){.key = key, .option = option};
	return true;
}

static struct option *options_slot(
	const struct config *config, const struct options *list, uint32_t key)
{
	if (list->n > INDEX_FROM)
		return index_find(config, index_key(list->id, key))->option;
	for (struct option *option = list->first; option; option = option->next)
		if (option->key == key)
			return option;
	return NULL;
}

struct option *options_find(const struct config *config, const struct options *list, uint32_t key)
{
	struct option *option = options_slot(config, list, key);

	return option && !(option->flags & OPTION_REMOVED) ? option : NULL;
}

struct option *options_find_name(
	const struct config *config, const struct options *list, struct span key)
{
	uint32_t symbol;

	return config_symbol_find(config, key, &symbol) ? options_find(config, list, symbol) : NULL;
}

/* A list that becomes longer than INDEX_FROM enters the index whole. */
static bool options_index(struct config *config, struct options *list, struct option *added)
{
	if (list->n <= INDEX_FROM)
		return true;
	if (list->n > INDEX_FROM + 1)
		return index_put(config, index_key(list->id, added->key), added);
	for (struct option *option = list->first; option; option = option->next)
		if (!index_put(config, index_key(list->id, option->key), option))
			return false;
	return true;
}

int options_put(struct config *config, struct options *list, const struct option *option,
	struct option **ret_option, struct err *err)
{
	struct option *kept = options_slot(config, list, option->key);

	if (kept) {
		struct option *next = kept->next;

		*kept = *option;
		kept->next = next;
	} else {
		if (config->n_options++ >= LIMIT_OPTIONS)
			return err_set(err, ERR_LIMIT, 0, "merge.options",
				"more than %d options (LIMIT_OPTIONS)", LIMIT_OPTIONS);
		kept = arena_new(&config->arena, struct option);
		if (!kept)
			return config_oom(err);
		*kept = *option;
		kept->next = NULL;
		if (list->last)
			list->last->next = kept;
		else
			list->first = kept;
		list->last = kept;
		list->n++;
		if (!options_index(config, list, kept))
			return config_oom(err);
	}
	kept->flags = 0;
	kept->resolved = SPAN_EMPTY;
	if (ret_option)
		*ret_option = kept;
	return 0;
}

int piece_new(struct config *config, struct span text, const struct piece *prev,
	const struct piece *from, uint32_t offset, const struct piece **ret_piece, struct err *err)
{
	struct piece *piece = arena_new(&config->arena, struct piece);

	if (!piece)
		return config_oom(err);
	*piece = (struct piece){.text = text,
		.prev = prev,
		.file = from->file,
		.line = from->line,
		.offset = from->offset + offset};
	*ret_piece = piece;
	return 0;
}

int options_assign(struct config *config, struct options *list, struct span key, struct span text,
	uint32_t file, uint32_t line, struct err *err)
{
	const struct piece from = {.file = file, .line = line};
	struct option option = {.file = file, .line = line};

	if (config_symbol(config, key, &option.key, err) < 0 ||
		piece_new(config, text, NULL, &from, 0, &option.value, err) < 0)
		return -1;
	return options_put(config, list, &option, NULL, err);
}

int value_text(
	struct config *config, const struct piece *value, struct span *ret_text, struct err *err)
{
	size_t len = 0;
	size_t n = 0;
	char *text;
	char *end;

	if (!value->prev) {
		*ret_text = value->text;
		return 0;
	}
	for (const struct piece *piece = value; piece; piece = piece->prev, n++)
		len += piece->text.len;
	len += n - 1;
	if (len > LIMIT_VALUE_BYTES)
		return err_set(err, ERR_LIMIT, 0, "merge.value",
			"value longer than %zu bytes (LIMIT_VALUE_BYTES)", LIMIT_VALUE_BYTES);
	text = arena_alloc(&config->arena, len + 1);
	if (!text)
		return config_oom(err);
	end = text + len;
	for (const struct piece *piece = value; piece; piece = piece->prev) {
		end -= piece->text.len;
		if (piece->text.len)
			memcpy(end, piece->text.ptr, piece->text.len);
		if (piece->prev)
			*--end = '\n';
	}
	*ret_text = span_make(text, len);
	return 0;
}
