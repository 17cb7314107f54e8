/* SPDX-License-Identifier: Apache-2.0 */
/* The merged configuration: sections, options, and for every byte of a value where it was written. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/span.h"
#include "base/vec.h"
#include "engine/diag.h"
#include "engine/source.h"

/*
 * Shape:     config -> sections -> options -> value -> pieces.
 *            A value is a chain of pieces, last first, joined by '\n': one piece for a plain assignment, more after `+=`.
 *            A piece remembers the line of the option that wrote it and its offset in that literal; columns are found by
 *            reading the source again, which only diagnostics do (parse_locate()).
 * Ownership: everything is in config.arena; section handles are indices, options and pieces stay where they are.
 */
struct piece {
	struct span text;
	const struct piece *prev; /* earlier lines of the value */
	uint32_t file;
	uint32_t line;   /* of the option's key */
	uint32_t offset; /* of text in the literal that was written there */
};

enum option_flags {
	OPTION_RESOLVED = 1 << 0, /* resolved is valid */
	OPTION_USED = 1 << 1,     /* read by a recipe or a reference */
	OPTION_SET = 1 << 2,      /* written by a recipe */
	OPTION_REMOVED = 1 << 3,  /* as if it were not in the list */
	OPTION_ENDED = 1 << 4,    /* resolved ends with a NUL */
};

/* One earlier writing of an option that has been written more than once. */
struct change {
	const struct change *prev;
	char op; /* '=', '+', '-' */
	uint32_t file;
	uint32_t line;
};

struct option {
	uint32_t key; /* symbol */
	uint32_t flags;
	uint32_t file; /* last writing */
	uint32_t line;
	const struct piece *value; /* raw; NULL when only a recipe set it */
	const struct change *changes;
	struct span resolved;
	struct option *next;
};

/* A list of options with unique keys, in order. */
struct options {
	uint32_t id; /* names the list in the index */
	uint32_t n;
	struct option *first;
	struct option *last;
};

/* One place where a section is written. */
struct section_place {
	struct section_place *next;
	uint32_t file;
	uint32_t line;
};

struct part;
enum section_state { SECTION_NEW, SECTION_INITIALISING, SECTION_READY };

struct section {
	uint32_t name; /* symbol */
	struct options raw;
	struct options live; /* macros expanded; the same list where there are none */
	bool is_expanded;
	bool is_expanding;
	enum section_state state;
	struct section_place *places;
	struct part *part;     /* when it has a recipe */
	VEC(uint32_t) depends; /* sections named by its references, for the signature */
	bool depends_frozen;
	struct span signature;
};

struct index_slot {
	uint64_t key;
	struct option *option;
};

struct config {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct map symbol_of;
	VEC(struct span) symbols;
	struct map section_of;
	VEC(struct section) sections;
	struct index_slot *index;
	size_t index_cap, index_n;
	uint32_t n_lists;
	size_t n_options;
	size_t resolved_bytes;
};

must_check int config_init(struct config *config, struct err *err);
void config_done(struct config *config);
int config_oom(struct err *err);

must_check int config_symbol(
	struct config *config, struct span text, uint32_t *ret_symbol, struct err *err);
bool config_symbol_find(const struct config *config, struct span text, uint32_t *ret_symbol);
struct span config_name(const struct config *config, uint32_t symbol);

struct section *config_section_find(struct config *config, struct span name);
must_check int config_section_add(
	struct config *config, struct span name, struct section **ret_section, struct err *err);
must_check int config_section_place(struct config *config, struct section *section, uint32_t file,
	uint32_t line, struct err *err);
struct span section_name(const struct config *config, const struct section *section);
struct where section_where(const struct config *config, const struct section *section);

void options_init(struct config *config, struct options *list);
struct option *options_find(const struct config *config, const struct options *list, uint32_t key);
struct option *options_find_name(
	const struct config *config, const struct options *list, struct span key);
/* Append a copy of `option` (next, flags and resolved reset) or, when the key is there, take over its value in place. */
must_check int options_put(struct config *config, struct options *list, const struct option *option,
	struct option **ret_option, struct err *err);
/* Assign a one-piece value written at (file, line). */
must_check int options_assign(struct config *config, struct options *list, struct span key,
	struct span text, uint32_t file, uint32_t line, struct err *err);

/* The whole text of a value; joined in the arena where it has several pieces. */
must_check int value_text(
	struct config *config, const struct piece *value, struct span *ret_text, struct err *err);
/* A piece with text cut from `from` at offset. */
must_check int piece_new(struct config *config, struct span text, const struct piece *prev,
	const struct piece *from, uint32_t offset, const struct piece **ret_piece, struct err *err);
