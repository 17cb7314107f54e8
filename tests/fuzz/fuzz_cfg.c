/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a profile: parsed, merged over itself and resolved, or refused within the limits. */
#include "engine/cond.h"
#include "engine/extend.h"
#include "engine/parse.h"
#include "engine/resolve.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct cond_env env = {.python = {3, 11, 2}, .machine = "x86_64", .release = "6.1.0"};

static int add(struct config *config, struct span text, struct err *err)
{
	struct source source = {.path = SPAN("/p.cfg"), .base = SPAN("/d"), .text = text};
	struct parsed parsed;
	uint32_t file;
	int status;

	if (sources_add(&config->sources, &source, &file, err) < 0 ||
		parse_file(config, &env, file, &parsed, err) < 0)
		return -1;
	status = extend_merge(config, &parsed, file, true, err);
	parsed_done(&parsed);
	return status;
}

/* Each section on its own: one mistake must not hide the next. */
static void resolve_all(struct config *config)
{
	for (size_t i = 0; i < config->sections.n && i < 64; i++) {
		struct resolve resolve = {.config = config};
		struct span name = section_name(config, &config->sections.items[i]);
		struct err err = ERR_INIT;
		struct span value;
		uint32_t section;

		config->diags.doing = NULL;
		if (resolve_section(&resolve, name, (struct where){0}, &section, &err) < 0)
			continue;
		(void)!resolve_get(&resolve, section, (struct span)SPAN("x"), &value, &err);
	}
}

static void render_all(struct config *config)
{
	for (size_t i = 0; i < config->diags.v.n; i++) {
		scoped_str struct str out = STR_INIT;

		diag_render(&config->diags.v.items[i], &config->sources, &out);
		diag_render_upstream(&config->diags.v.items[i], &out);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct config config;
	struct err err = ERR_INIT;
	char *text = malloc(size + 1);
	uint32_t line;

	if (!text)
		return 0;
	if (size)
		memcpy(text, bytes, size);
	if (source_normalise(text, &size, &line, &err) == 0) {
		struct span whole = span_make(text, size);
		ptrdiff_t half = span_find(whole, (struct span)SPAN("\n---\n"));

		if (config_init(&config, &err) == 0) {
			if (half < 0)
				(void)!add(&config, whole, &err);
			else if (add(&config, span_first(whole, (size_t)half + 1), &err) == 0)
				(void)!add(&config, span_from(whole, (size_t)half + 5), &err);
			resolve_all(&config);
			render_all(&config);
		}
		config_done(&config);
	}
	free(text);
	return 0;
}
