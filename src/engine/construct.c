/* SPDX-License-Identifier: Apache-2.0 */
/* Making the parts: in the order in which buildout would construct them. */
#include <sys/stat.h>

#include "engine/extend.h"
#include "engine/parse.h"
#include "engine/part.h"

static int name_cmp(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

void engine_warn_unused(struct engine *engine, uint32_t section)
{
	struct section *s = &engine->config.sections.items[section];
	scoped_str struct str names = STR_INIT_LIMIT(1 << 16);
	VEC(struct span) v = VEC_INIT;

	for (const struct option *option = s->live.first; option; option = option->next)
		if (!(option->flags & (OPTION_USED | OPTION_REMOVED)) &&
			!vec_push(&v, config_name(&engine->config, option->key)))
			break;
	if (v.n > 0)
		qsort(v.items, v.n, sizeof(*v.items), name_cmp);
	for (size_t i = 0; i < v.n; i++)
		str_addf(&names, " '%.*s'", SPAN_ARG(v.items[i]));
	if (v.n > 0)
		engine_log(engine, ENGINE_WARNING,
			"Section `%.*s` contains unused option(s):%s.\n"
			"This may be an indication for either a typo in the option's name or a bug "
			"in "
			"the used recipe.",
			SPAN_ARG(section_name(&engine->config, s)), str_cstr(&names));
	vec_done(&v);
}

static int make_directories(struct engine *engine, struct err *err)
{
	static const enum part_dir order[] = {
		PART_DIR_BIN, PART_DIR_PARTS, PART_DIR_EGGS, PART_DIR_DEVELOP_EGGS};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const char *path = engine->directories[order[i]];
		struct stat status;

		if (!path || !*path || stat(path, &status) == 0)
			continue;
		engine_log(engine, ENGINE_INFO, "Creating directory '%s'.", path);
		if (mkdir(path, 0777) < 0)
			return err_set(err, ERR_OS, errno, "engine.directory", "make '%s'", path);
	}
	return 0;
}

/* Eggs are the recipe host's; the names are at least checked. */
static int check_develop(struct engine *engine, struct err *err)
{
	struct span rest;
	struct span word;
	const char *develop;

	if (engine_option(engine, "develop", &develop, err) < 0)
		return -1;
	rest = span_str(develop);
	while (span_word(&rest, &word)) {
		struct span path;
		struct stat status;

		if (extend_resolve(&engine->config,
			    span_str(engine->directories[PART_DIR_BUILDOUT]), word, &path, err) < 0)
			return -1;
		if (stat(path.ptr, &status) < 0)
			engine_log(engine, ENGINE_WARNING, "Couldn't develop '%s' (not found)",
				path.ptr);
		else
			engine_log(engine, ENGINE_WARNING,
				"Couldn't develop '%s' (eggs need the recipe host)", path.ptr);
	}
	return 0;
}

static int missing_recipe(struct engine *engine, uint32_t section, struct err *err)
{
	struct config *config = &engine->config;
	struct section *s = &config->sections.items[section];

	(void)diag_error(&config->diags, err, "E0401", section_where(config, s),
		"part [%.*s] has no recipe", SPAN_ARG(section_name(config, s)));
	diag_upstream(
		&config->diags, "Missing option: %.*s:recipe", SPAN_ARG(section_name(config, s)));
	diag_help(&config->diags, "only sections with a `recipe` can stand in `parts`");
	return -1;
}

static int construct_part(
	struct engine *engine, struct span name, struct where where, struct err *err)
{
	struct span recipe;
	uint32_t section;

	if (resolve_section(&engine->resolve, name, where, &section, err) < 0 ||
		resolve_get(&engine->resolve, section, (struct span)SPAN("recipe"), &recipe, err) <
			0)
		return -1;
	return recipe.ptr ? 0 : missing_recipe(engine, section, err);
}

/* Where the word of buildout:parts is written, as far as it stands there literally. */
static struct where parts_where(
	struct engine *engine, const struct option *option, struct span name)
{
	for (const struct piece *piece = option->value; piece; piece = piece->prev) {
		struct span rest = piece->text;
		struct span word;

		while (span_word(&rest, &word))
			if (span_eq(word, name))
				return parse_locate(&engine->config.sources, piece->file,
					piece->line,
					piece->offset + (uint32_t)(word.ptr - piece->text.ptr),
					(uint32_t)word.len);
	}
	return option_where(&engine->config, option);
}

static int construct_listed(struct engine *engine, struct err *err)
{
	struct config *config = &engine->config;
	struct option *option = options_find_name(
		config, &config->sections.items[engine->buildout].live, (struct span)SPAN("parts"));
	struct span rest;
	struct span name;

	if (!option) {
		struct diags *diags = &config->diags;

		(void)diag_error(diags, err, "E0307", (struct where){0},
			"the profile has no option buildout:parts");
		diag_upstream(diags, "Missing option: buildout:parts");
		diag_help(diags, "list the parts to install: parts = ...");
		return -1;
	}
	if (part_read(engine, engine->buildout, option, &rest, err) < 0)
		return -1;
	while (span_word(&rest, &name))
		if (construct_part(engine, name, parts_where(engine, option, name), err) < 0)
			return -1;
	return 0;
}

int engine_construct(struct engine *engine, struct err *err)
{
	const struct engine_request *request = engine->request;

	engine->doing.format = "Installing.";
	if (!engine->is_dry_run && make_directories(engine, err) < 0)
		return -1;
	if (check_develop(engine, err) < 0)
		return -1;
	if (request->n_names == 0)
		return construct_listed(engine, err);
	for (size_t i = 0; i < request->n_names; i++)
		if (construct_part(engine, request->names[i], (struct where){0}, err) < 0)
			return -1;
	return 0;
}
