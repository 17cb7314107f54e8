/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration made of texts, as if each were a profile file. */
#pragma once

#include "engine/cond.h"
#include "engine/extend.h"
#include "engine/parse.h"
#include "engine/resolve.h"
#include "tests/unit/test.h"

static const struct cond_env fixture_env = {
	.python = {3, 11, 2}, .machine = "x86_64", .release = "6.1.0"};

/* Parse `text` as /dir<n>/file.cfg and merge it over what is there. */
static inline int fixture_add(
	struct config *config, const char *base, const char *text, struct err *err)
{
	struct source source = {.path = span_str("/profile.cfg"), .base = span_str(base)};
	struct parsed parsed = PARSED_INIT;
	uint32_t file;
	int status;

	source.text = arena_span(&config->arena, span_str(text));
	if (sources_add(&config->sources, &source, &file, err) < 0 ||
		parse_file(config, &fixture_env, file, &parsed, err) < 0)
		return -1;
	status = extend_merge(config, &parsed, file, true, err);
	parsed_done(&parsed);
	return status;
}

/* The raw merged text of an option; "(none)" when there is none. */
static inline struct span fixture_raw(struct config *config, const char *section, const char *key)
{
	struct section *s = config_section_find(config, span_str(section));
	struct option *option = s ? options_find_name(config, &s->raw, span_str(key)) : NULL;
	struct span text = SPAN("(none)");
	struct err err = ERR_INIT;

	if (option)
		assert_int_equal(value_text(config, option->value, &text, &err), 0);
	return text;
}

/* Resolved value of section:key, initialising the section. */
static inline int fixture_get(
	struct resolve *r, const char *section, const char *key, struct span *ret, struct err *err)
{
	uint32_t index;

	if (resolve_section(r, span_str(section), (struct where){0}, &index, err) < 0)
		return -1;
	return resolve_get(r, index, span_str(key), ret, err);
}
