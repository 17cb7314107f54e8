/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at the merged configuration: zc.buildout's query and annotate. */
#include "engine/query.h"

#include "engine/parse.h"
#include "engine/run.h"

/* Load, then `show`; errors as run_engine() reports them. */
struct query {
	const struct span *words;
	size_t n_words;
	int verbosity;
	int (*show)(const struct query *query, struct engine *engine, struct err *err);
};

static int query_run(struct engine_request *request, const struct query *query)
{
	struct engine engine;
	struct err err = ERR_INIT;
	int status = RUN_OK;

	if (engine_init(&engine, request, &err) < 0 || engine_load(&engine, &err) < 0 ||
		engine_absolute(&engine, &err) < 0 || query->show(query, &engine, &err) < 0) {
		struct diag *diag = diag_last(&engine.config.diags);
		scoped_str struct str text = STR_INIT;

		if (diag)
			diag_render_upstream(diag, &text);
		else
			str_addf(&text, "Error: %s\n", err.text);
		(void)fputs(str_cstr(&text), stderr);
		str_cut(&text, 0);
		if (diag)
			diag_render(diag, &engine.config.sources, &text);
		(void)fputs(str_cstr(&text), stderr);
		status = RUN_FAILED;
	}
	engine_done(&engine);
	return status;
}

static int query_show(const struct query *query, struct engine *engine, struct err *err)
{
	struct config *config = &engine->config;
	struct span key = query->n_words ? query->words[0] : SPAN_EMPTY;
	struct span name = SPAN("buildout");
	ptrdiff_t colon = span_index(key, ':');
	const struct section *section;
	const struct option *option;
	struct span text;

	if (query->n_words != 1)
		return err_set(err, ERR_INPUT, 0, "usage.words",
			"The query command requires a single argument.");
	if (colon >= 0) {
		name = span_first(key, (size_t)colon);
		key = span_from(key, (size_t)colon + 1);
	}
	section = config_section_find(config, name);
	if (!section)
		return err_set(err, ERR_INPUT, 0, "query.section", "Section not found: %.*s",
			SPAN_ARG(name));
	option = options_find_name(config, &section->raw, key);
	if (!option)
		return err_set(
			err, ERR_INPUT, 0, "query.option", "Key not found: %.*s", SPAN_ARG(key));
	if (value_text(config, option->value, &text, err) < 0)
		return -1;
	if (query->verbosity != 0)
		(void)printf("${%.*s:%.*s}\n", SPAN_ARG(name), SPAN_ARG(key));
	(void)fwrite(text.ptr, 1, text.len, stdout);
	(void)fputc('\n', stdout);
	return 0;
}

int query_main(
	struct engine_request *request, const struct span *words, size_t n_words, int verbosity)
{
	const struct query query = {
		.words = words, .n_words = n_words, .verbosity = verbosity, .show = query_show};

	return query_run(request, &query);
}

/* ---- annotate ---- */

/* Relative to the buildout directory where it is below it. */
static struct span source_name(const struct engine *engine, uint32_t file)
{
	struct span path = engine->config.sources.v.items[file].path;
	size_t n = strlen(engine->request->directory);

	if (span_starts(path, engine->request->directory) && path.len > n && path.ptr[n] == '/')
		return span_from(path, n + 1);
	return path;
}

/* The last assignment, then what `+=` and `-=` did to it. changes holds earlier writings. */
static void show_history(const struct engine *engine, const struct option *option)
{
	VEC(const struct change *) v = VEC_INIT;
	uint32_t file = option->file;
	size_t n = 0;

	for (const struct change *c = option->changes; c && c->op != '='; c = c->prev)
		if (!vec_push(&v, c))
			break;
	if (v.n > 0)
		file = v.items[v.n - 1]->file;
	(void)printf("    %.*s\n", SPAN_ARG(source_name(engine, file)));
	for (n = v.n; n-- > 0;) {
		uint32_t by = n > 0 ? v.items[n - 1]->file : option->file;

		(void)printf("%c=  %.*s\n", v.items[n]->op, SPAN_ARG(source_name(engine, by)));
	}
	vec_done(&v);
}

static int by_key(const void *a, const void *b, void *context)
{
	const struct option *const *x = a;
	const struct option *const *y = b;
	const struct config *config = context;

	return span_cmp(config_name(config, (*x)->key), config_name(config, (*y)->key));
}

static int show_section(struct engine *engine, const struct section *section, struct err *err)
{
	struct config *config = &engine->config;
	const struct option **rows =
		arena_array(&config->arena, const struct option *, (size_t)section->raw.n + 1);
	size_t n = 0;

	if (!rows)
		return config_oom(err);
	for (const struct option *o = section->raw.first; o; o = o->next)
		if (!(o->flags & OPTION_REMOVED))
			rows[n++] = o;
	qsort_r(rows, n, sizeof(*rows), by_key, config);
	(void)printf("\n[%.*s]\n", SPAN_ARG(section_name(config, section)));
	for (size_t i = 0; i < n; i++) {
		struct span text;

		if (value_text(config, rows[i]->value, &text, err) < 0)
			return -1;
		(void)printf("%.*s=%s", SPAN_ARG(config_name(config, rows[i]->key)),
			text.len ? " " : "");
		(void)fwrite(text.ptr ? text.ptr : "", 1, text.len, stdout);
		(void)fputc('\n', stdout);
		show_history(engine, rows[i]);
	}
	return 0;
}

static int section_cmp(const void *a, const void *b, void *context)
{
	const uint32_t *x = a;
	const uint32_t *y = b;
	const struct config *config = context;

	return span_cmp(section_name(config, &config->sections.items[*x]),
		section_name(config, &config->sections.items[*y]));
}

static bool is_named(const struct query *query, struct span name)
{
	for (size_t i = 0; i < query->n_words; i++)
		if (span_eq(query->words[i], name))
			return true;
	return query->n_words == 0;
}

static int annotate_show(const struct query *query, struct engine *engine, struct err *err)
{
	struct config *config = &engine->config;
	uint32_t *order = arena_array(&config->arena, uint32_t, config->sections.n + 1);

	if (!order)
		return config_oom(err);
	for (uint32_t i = 0; i < config->sections.n; i++)
		order[i] = i;
	qsort_r(order, config->sections.n, sizeof(*order), section_cmp, config);
	(void)fputs("\nAnnotated sections\n==================\n", stdout);
	for (size_t i = 0; i < config->sections.n; i++) {
		const struct section *section = &config->sections.items[order[i]];

		if (is_named(query, section_name(config, section)) &&
			show_section(engine, section, err) < 0)
			return -1;
	}
	return 0;
}

int annotate_main(struct engine_request *request, const struct span *sections, size_t n_sections)
{
	const struct query query = {
		.words = sections, .n_words = n_sections, .show = annotate_show};

	return query_run(request, &query);
}
