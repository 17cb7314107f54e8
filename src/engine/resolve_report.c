/* SPDX-License-Identifier: Apache-2.0 */
/* What to say when a reference leads nowhere: nearest names and where things are written. */
#include "base/suggest.h"
#include "engine/parse.h"
#include "engine/resolve.h"

enum { PLACES_SHOWN = 5 };

void resolve_note_section(struct resolve *r, const struct section *section)
{
	struct span name = section_name(r->config, section);
	size_t n = 0;

	for (const struct section_place *place = section->places; place; place = place->next) {
		struct where where = {.file = place->file, .line = place->line, .col = 1};

		if (place->file < SOURCE_FIRST_FILE)
			continue;
		if (n++ < PLACES_SHOWN)
			diag_note(&r->config->diags, where, "[%.*s] is written here%s",
				SPAN_ARG(name), n == 1 && place->next ? " (last wins)" : "");
	}
	if (n > PLACES_SHOWN)
		diag_note(&r->config->diags, (struct where){0}, "and in %zu more places",
			n - PLACES_SHOWN);
}

int resolve_missing_section(struct resolve *r, struct span name, struct where from, struct err *err)
{
	struct config *config = r->config;
	struct suggest suggest = SUGGEST_INIT(name);

	(void)diag_error(
		&config->diags, err, "E0302", from, "there is no section [%.*s]", SPAN_ARG(name));
	diag_upstream(
		&config->diags, "The referenced section, '%.*s', was not defined.", SPAN_ARG(name));
	for (size_t i = 0; i < config->sections.n; i++)
		suggest_offer(&suggest, section_name(config, &config->sections.items[i]).ptr);
	if (suggest.best)
		diag_label(&config->diags, "did you mean `%s`?", suggest.best);
	return -1;
}

int resolve_missing_option(
	struct resolve *r, uint32_t section, struct span key, struct where from, struct err *err)
{
	struct config *config = r->config;
	const struct section *s = &config->sections.items[section];
	struct span name = section_name(config, s);
	struct suggest suggest = SUGGEST_INIT(key);

	(void)diag_error(&config->diags, err, "E0301", from,
		"unknown option `%.*s` in section [%.*s]", SPAN_ARG(key), SPAN_ARG(name));
	diag_upstream(&config->diags, "Referenced option does not exist: %.*s %.*s", SPAN_ARG(name),
		SPAN_ARG(key));
	for (const struct option *option = s->live.first; option; option = option->next)
		if (!(option->flags & OPTION_REMOVED))
			suggest_offer(&suggest, config_name(config, option->key).ptr);
	if (suggest.best)
		diag_label(&config->diags, "did you mean `%s`?", suggest.best);
	resolve_note_section(r, s);
	return -1;
}
