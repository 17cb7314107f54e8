/* SPDX-License-Identifier: Apache-2.0 */
/* An engine of options in memory and files in a temporary directory, to drive one recipe with. */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "engine/recipe.h"

/*
 * Shape:     options are set by fake_set(section, key, value); the part is the section "p". No
 *            value is resolved, but part_substitute() replaces ${section:option}.
 *            What the recipe says and does is kept: log, created, installed, published.
 * Ownership: fake_done() removes the directory.
 */
enum { FAKE_OPTIONS_MAX = 256, FAKE_PATHS_MAX = 64 };

struct fake_option {
	const char *section;
	const char *key;
	struct span value; /* ptr NULL: unset */
};

struct fake_engine {
	struct arena arena;
	char *dir; /* the buildout's directory */
	struct str log;
	struct fake_option options[FAKE_OPTIONS_MAX];
	size_t n_options;
	const char *installed[FAKE_PATHS_MAX];
	size_t n_installed;
	const char *created[FAKE_PATHS_MAX];
	size_t n_created;
	struct part_pair published[FAKE_PATHS_MAX];
	size_t n_published;
	struct part_params params;
	const char *nested; /* profile; its rows are "section:key" of [nested] */
	const struct recipe *recipe;
	void *state;
	struct err err;
};

/* cmocka's setup and teardown; *state is the engine. */
int fake_setup(void **state);
int fake_teardown(void **state);

void fake_set(struct fake_engine *e, const char *section, const char *key, const char *value);
/* The value of an option of the part, or NULL. */
const char *fake_get(struct fake_engine *e, const char *key);
/* dir + "/" + rel */
const char *fake_path(struct fake_engine *e, const char *rel);
void fake_write(struct fake_engine *e, const char *rel, const char *text, unsigned mode);
/* The file's text, or NULL. */
const char *fake_read(struct fake_engine *e, const char *rel);
/* Run a shell command in dir; the test fails where it does. */
void fake_shell(struct fake_engine *e, const char *text);
/* "md5" of a file below dir, in the arena. */
const char *fake_sum(struct fake_engine *e, enum hash_kind kind, const char *rel);

/* Find the part's recipe in the table and initialise it; -1 with e->err set. */
int fake_init(struct fake_engine *e);
int fake_install(struct fake_engine *e);
int fake_update(struct fake_engine *e);
/* All of the above; the test fails where one does. */
void fake_run(struct fake_engine *e);
