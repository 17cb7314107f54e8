/* SPDX-License-Identifier: Apache-2.0 */
/* The part behind recipe.h: a section with a recipe, and what its installation has made. */
#pragma once

#include "engine/engine.h"

/*
 * Shape:     one per section with a recipe, made in constructor order; a part that is only
 *            uninstalled has `saved` options instead of a section.
 * Ownership: in the engine's arena; part_forget() frees the lists.
 */
struct part {
	struct engine *engine;
	const struct recipe *recipe;
	const char *name;
	void *state;
	uint32_t section;
	const struct installed_part *saved; /* uninstall: old options; section is invalid */
	bool is_installing;
	const char *step;
	VEC(const char *) created;   /* removed when install fails */
	VEC(const char *) installed; /* recorded */
};

/* Hook of the resolver: find the recipe, check its schema, run its init. */
must_check int part_init(void *engine, uint32_t section, struct span recipe, struct err *err);
const struct recipe *part_find_recipe(struct span name);
void part_forget(struct part *part);

/* The options to save, sorted by key, decoded [options.copy()]; in the engine's arena. */
must_check int part_snapshot(struct engine *engine, uint32_t section,
	struct installed_option **ret_options, size_t *ret_n, struct err *err);
/* An option as a recipe reads it: decoded, NUL-ended. */
must_check int part_read(struct engine *engine, uint32_t section, struct option *option,
	struct span *ret_value, struct err *err);

/* signature.c: __buildout_signature__ of a part. */
must_check int signature_get(
	struct engine *engine, uint32_t section, struct span *ret_text, struct err *err);
