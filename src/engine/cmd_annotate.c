/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-engine annotate: the merged and the substituted configuration as one JSON document. */
#include <stdlib.h>

#include "engine/engine.h"
#include "engine/expr.h"
#include "engine/run.h"

/*
 * Shape: {"merged": {section: {option: text}}, "subst": {section: {option: text}}}
 *        merged is raw (macros and references as written); subst has both done. No recipe runs: a
 *        section with one gets the `location` that recipes set by default; an option that only a
 *        recipe can compute, and what needs it, is left out of subst.
 */
enum { OUTPUT_LIMIT = 512 << 20 };

static void add_text(struct str *out, struct span text)
{
	size_t start = 0;

	str_addc(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		str_add(out, span_make(text.ptr + start, i - start));
		start = i + 1;
		if (c == '\n')
			str_adds(out, "\\n");
		else if (c == '"' || c == '\\')
			str_addf(out, "\\%c", c);
		else
			str_addf(out, "\\u%04x", c);
	}
	str_add(out, span_from(text, start));
	str_addc(out, '"');
}

static void add_pair(struct str *out, bool *is_first, struct span key, struct span value)
{
	str_adds(out, *is_first ? "" : ", ");
	*is_first = false;
	add_text(out, key);
	str_adds(out, ": ");
	add_text(out, value);
}

static void add_section(struct str *out, const struct config *config, size_t index)
{
	str_adds(out, index ? ",\n" : "\n");
	add_text(out, section_name(config, &config->sections.items[index]));
	str_adds(out, ": {");
}

static int add_merged(struct engine *engine, struct str *out, struct err *err)
{
	struct config *config = &engine->config;

	for (size_t i = 0; i < config->sections.n; i++) {
		bool is_first = true;

		add_section(out, config, i);
		for (const struct option *o = config->sections.items[i].raw.first; o; o = o->next) {
			struct span text;

			if (!o->value || o->flags & OPTION_REMOVED)
				continue;
			if (value_text(config, o->value, &text, err) < 0)
				return -1;
			add_pair(out, &is_first, config_name(config, o->key), text);
		}
		str_adds(out, "}");
	}
	return str_check(out, err);
}

/* What recipes set when the profile does not. */
static int stub_part(struct engine *engine, uint32_t section, struct err *err)
{
	static const struct span key = SPAN("location");
	struct config *config = &engine->config;
	struct section *s = &config->sections.items[section];
	struct section *buildout = config_section_find(config, (struct span)SPAN("buildout"));
	scoped_str struct str location = STR_INIT;
	struct option fresh = {.file = SOURCE_COMPUTED};
	struct option *option;
	struct span parts;

	if (!options_find_name(config, &s->live, (struct span)SPAN("recipe")) ||
		options_find_name(config, &s->live, key))
		return 0;
	option = options_find_name(config, &buildout->raw, (struct span)SPAN("parts-directory"));
	if (!option || value_text(config, option->value, &parts, err) < 0)
		return option ? -1 : 0;
	str_addf(&location, "%.*s/%.*s", SPAN_ARG(parts), SPAN_ARG(section_name(config, s)));
	parts = arena_span(&config->arena, str_span(&location));
	if (!parts.ptr)
		return config_oom(err);
	if (config_symbol(config, key, &fresh.key, err) < 0 ||
		options_put(config, &s->live, &fresh, &option, err) < 0)
		return -1;
	option->resolved = parts;
	option->flags |= OPTION_RESOLVED | OPTION_SET;
	return 0;
}

static void resolve_reset(struct engine *engine)
{
	engine->resolve.chain = NULL;
	engine->resolve.depth = 0;
	engine->config.diags.doing = NULL;
}

/* Before anything is resolved: a section whose own options fail still has its location. */
static int stub_parts(struct engine *engine, struct err *err)
{
	for (uint32_t i = 0; i < engine->config.sections.n; i++) {
		struct err failed = ERR_INIT;

		resolve_reset(engine);
		if (resolve_expand(&engine->resolve, i, &failed) == 0 &&
			stub_part(engine, i, err) < 0)
			return -1;
	}
	return 0;
}

/* Every option that can be had; what cannot is somebody else's diagnostic. */
static int add_substituted(struct engine *engine, struct str *out, struct err *err)
{
	struct config *config = &engine->config;

	for (size_t i = 0; i < config->sections.n; i++) {
		bool is_first = true;
		struct err failed = ERR_INIT;
		uint32_t section;

		resolve_reset(engine);
		(void)!resolve_section(&engine->resolve,
			section_name(config, &config->sections.items[i]), (struct where){0},
			&section, &failed);
		add_section(out, config, i);
		for (struct option *o = config->sections.items[i].live.first; o; o = o->next) {
			struct span value;

			err_clear(&failed);
			resolve_reset(engine);
			if (o->flags & OPTION_REMOVED ||
				resolve_option(&engine->resolve, (uint32_t)i, o, &value, &failed) <
					0)
				continue;
			if (span_find(value, (struct span)SPAN("$${")) >= 0) {
				scoped_str struct str decoded = STR_INIT;

				expr_decode(&decoded, value);
				add_pair(out, &is_first, config_name(config, o->key),
					str_span(&decoded));
			} else {
				add_pair(out, &is_first, config_name(config, o->key), value);
			}
		}
		str_adds(out, "}");
	}
	return str_check(out, err);
}

static int show(struct engine *engine, struct err *err)
{
	scoped_str struct str out = STR_INIT_LIMIT(OUTPUT_LIMIT);

	if (engine_load(engine, err) < 0 || engine_absolute(engine, err) < 0)
		return -1;
	engine->resolve.init_part = NULL;
	str_adds(&out, "{\"merged\": {");
	if (add_merged(engine, &out, err) < 0)
		return -1;
	str_adds(&out, "\n}, \"subst\": {");
	if (stub_parts(engine, err) < 0 || add_substituted(engine, &out, err) < 0)
		return -1;
	str_adds(&out, "\n}}\n");
	if (str_check(&out, err) < 0)
		return -1;
	(void)fwrite(out.ptr, 1, out.len, stdout);
	return 0;
}

int annotate_json_main(int argc, char **argv, char **envp)
{
	struct engine_request request = {.broker = FD_INIT, .n_profiles = 1};
	struct span profile = SPAN_EMPTY;
	struct engine engine;
	struct err err = ERR_INIT;
	int status = RUN_OK;

	request.envp = (const char *const *)envp;
	request.profiles = &profile;
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--dir") == 0 && i + 1 < argc)
			request.directory = argv[++i];
		else if (strcmp(argv[i], "--python") == 0 && i + 1 < argc)
			request.python = argv[++i];
		else if (strcmp(argv[i], "--json") != 0)
			profile = span_str(argv[i]);
	}
	if (profile.len == 0 || profile.ptr[0] != '/' || !request.directory) {
		(void)err_set(&err, ERR_INPUT, 0, "usage.words",
			"annotate --json --dir DIR [--python EXE] /PROFILE");
		return run_error(&err, RUN_USAGE);
	}
	if (engine_init(&engine, &request, &err) < 0 || show(&engine, &err) < 0) {
		for (size_t i = 0; i < engine.config.diags.v.n; i++) {
			scoped_str struct str text = STR_INIT;

			diag_render(&engine.config.diags.v.items[i], &engine.config.sources, &text);
			(void)fputs(str_cstr(&text), stderr);
		}
		status = run_error(&err, RUN_PROFILE_WRONG);
	}
	engine_done(&engine);
	return status;
}
