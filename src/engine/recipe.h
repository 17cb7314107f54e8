/* SPDX-License-Identifier: Apache-2.0 */
/* What a recipe may see of the engine: the part it serves, and the table it is listed in. */
#pragma once

/*
 * Shape:   a recipe is one `struct recipe` row in recipes/table.c; the engine calls its functions
 * with the part handle. Order:   init of every part runs first, in buildout's constructor order (a
 * part's references are initialised before it); then install or update of each part in that same
 * order, with the working directory set to buildout:directory. Options set in init are compared
 * with the previous run and saved; options set in install are neither. Memory:  every span handed
 * out ends with a NUL byte that is not counted, holds no NUL itself, and lives as long as the
 *          engine. part_alloc() memory does too; there is nothing to free.
 * Errors:  functions return 0 or -1 with *err set; the engine adds file:line:col of the part. Use
 * part_error_at() when an option is at fault, so that the user sees the line that he wrote. Source:
 * zc.buildout's recipe contract (recipes.md 2.0.1, 3.2-3.4); `python-buildout` names in brackets.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/hash.h"
#include "base/span.h"

struct part;

enum recipe_option_flags {
	RECIPE_OPTION_REQUIRED = 1 << 0, /* missing: the engine reports it before init */
	RECIPE_OPTION_BOOL = 1 << 1,     /* `true` or `false` only */
	RECIPE_OPTION_COMPUTED = 1 << 2, /* set by the recipe */
};

/* One row of a recipe's option schema: checked before init, printed by documentation. A recipe may
 * read other options too. */
struct recipe_option {
	const char *name;
	unsigned int flags;
	const char *fallback; /* what part_get() answers when absent; NULL: none */
	const char *summary;
};

struct recipe {
	const char *name;           /* `slapos.recipe.cmmi`, `slapos.cookbook:wrapper` */
	const char *const *aliases; /* n_aliases other names */
	size_t n_aliases;
	const struct recipe_option *options;
	size_t n_options;
	size_t state_size;     /* zeroed bytes kept per part from init to install: part_state() */
	const char *signature; /* version in __buildout_signature__, "1" when NULL; change it when
				  old installations must be rebuilt */
	int (*init)(struct part *part, struct err *err); /* may be NULL */
	int (*install)(struct part *part, struct err *err);
	int (*update)(struct part *part, struct err *err); /* NULL: nothing to do */
	int (*uninstall)(
		struct part *part, struct err *err); /* NULL: only the recorded paths are deleted */
};

/* Defined by recipes/table.c (by the test, in unit tests). */
extern const struct recipe recipes_table[];
extern const size_t recipes_table_n;

/* ---- the part ---- */
const char *part_name(const struct part *part);
const struct recipe *part_recipe(const struct part *part);
void *part_state(struct part *part);
/* Zeroed memory that lives as long as the engine; NULL at LIMIT_MEMORY_BYTES. */
void *part_alloc(struct part *part, size_t size);
char *part_printf(struct part *part, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct span part_span(struct part *part, struct span text); /* a NUL-ended copy */

/* ---- options [options[k]] ---- */
/* The resolved value; absent: the schema's fallback, else an error that points at the section. */
must_check int part_get(
	struct part *part, const char *key, struct span *ret_value, struct err *err);
/* The resolved value; absent: fallback (may be NULL, which gives {NULL, 0}). */
must_check int part_get_or(struct part *part, const char *key, const char *fallback,
	struct span *ret_value, struct err *err);
/* Strictly `true` or `false`. */
must_check int part_get_bool(
	struct part *part, const char *key, bool fallback, bool *ret_value, struct err *err);
bool part_has(struct part *part, const char *key);
/* Set an option (never substituted); in init it becomes visible to `${part:key}` of others and is
 * saved. */
must_check int part_set(struct part *part, const char *key, struct span value, struct err *err);
void part_unset(struct part *part, const char *key);
/* Names of all options (`recipe` included): raw ones in file order, then those set by the recipe.
 */
must_check int part_keys(
	struct part *part, const struct span **ret_keys, size_t *ret_n, struct err *err);
/* Options of another section [buildout[section]]: initialises it (and so its part) and records the
 * dependency. */
bool part_section_exists(struct part *part, const char *section);
must_check int part_section_get(struct part *part, const char *section, const char *key,
	struct span *ret_value, struct err *err); /* absent: error */
must_check int part_section_find(struct part *part, const char *section, const char *key,
	struct span *ret_value, struct err *err); /* absent: {NULL, 0} */
must_check int part_section_keys(struct part *part, const char *section,
	const struct span **ret_keys, size_t *ret_n, struct err *err);
/* Resolve `${section:option}` and `$${` in any text as if it stood in this part; origin names the
 * text in diagnostics. */
must_check int part_substitute(struct part *part, struct span text, const char *origin_path,
	struct span *ret_text, struct err *err);
/* __buildout_signature__; asking in init freezes the dependencies recorded so far. */
must_check int part_signature(struct part *part, struct span *ret_text, struct err *err);

/* ---- [buildout] ---- */
enum part_dir {
	PART_DIR_BUILDOUT,
	PART_DIR_PARTS,
	PART_DIR_BIN,
	PART_DIR_EGGS,
	PART_DIR_DEVELOP_EGGS
};
const char *part_dir(const struct part *part, enum part_dir which); /* absolute */
bool part_is_offline(const struct part *part);
/* `path` made absolute against buildout:directory, normalised lexically. */
const char *part_path(struct part *part, struct span path);

/* ---- the world outside, through the broker ---- */
struct part_fetch {
	struct span url; /* URL, file: URL, absolute path, or path relative to buildout:directory */
	struct span alternate_url; /* tried when the first cannot be had; may be empty */
	enum hash_kind kind;       /* HASH_NONE: unchecked */
	struct span hex;           /* lower or upper case */
	const char *key;           /* option to point at when it fails; may be NULL */
};
/* A read-only file with exactly these bytes; local files are opened here, everything else is asked
 * of the broker. */
must_check int part_fetch(struct part *part, const struct part_fetch *request,
	struct fd_file *ret_file, struct err *err);

struct part_pair {
	struct span key;
	struct span value;
};
struct part_params {
	const struct part_pair *instance; /* what the node says: instance-title, instance-guid,
					     slap-software-type, ipv4, ipv6, … */
	size_t n_instance;
	const struct part_pair *parameters; /* what the requester says */
	size_t n_parameters;
};
must_check int part_params(
	struct part *part, const struct part_params **ret_params, struct err *err);
must_check int part_publish(
	struct part *part, const struct part_pair *pairs, size_t n_pairs, struct err *err);

/* ---- doing the work (install and update only) ---- */
struct part_command {
	const char *const *argv; /* NULL-ended; NULL: run `shell` with /bin/sh -c */
	const char *shell;
	const char *cwd;        /* NULL: buildout:directory */
	const char *const *env; /* NULL-ended `K=V`; NULL: the engine's environment */
	const char *stdin_path; /* NULL: /dev/null */
	bool capture;  /* stdout is answered instead of logged; at most LIMIT_PART_CAPTURE bytes */
	bool may_fail; /* a non-zero status is answered, not an error */
};
struct part_outcome {
	int status;         /* exit status, or 128 + signal */
	struct span output; /* when captured */
};
must_check int part_run(struct part *part, const struct part_command *command,
	struct part_outcome *ret_outcome, struct err *err);
/* The engine's environment (PATH, HOME, MAKEFLAGS, …), NULL-ended `K=V`. */
const char *const *part_environment(const struct part *part);
/*
 * Paths are told BEFORE they are made, so that a crash at any instant finds them in the journal;
 * relative ones count from buildout:directory. created: removed when install fails
 * [options.created]. building: like created, but kept when install fails, for inspection, until the
 * next run.
 */
must_check int part_created(struct part *part, const char *path, struct err *err);
must_check int part_building(struct part *part, const char *path, struct err *err);
/* Record a path in .installed.cfg: deleted on uninstall [what install returns]; after update it is
 * added to the old ones. */
must_check int part_installed(struct part *part, const char *path, struct err *err);

struct part_override {
	struct span section, key;
	struct span value; /* as in a profile: "${" begins a reference */
};
/* Run a whole buildout of the profile, in this process; its diagnostics are reported. The rows
 * override it as a command line does; one must give it a state file of its own, installed. */
must_check int part_nested(struct part *part, const char *profile, const struct part_override *rows,
	size_t n, struct err *err);

/* ---- messages ---- */
/* Say what the part does now: "configure", "make" (an event; errors name it). */
void part_step(struct part *part, const char *step);
void part_note(struct part *part, const char *format, ...)
	__attribute__((format(printf, 2, 3))); /* log line, as is */
void part_warn(struct part *part, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Set an ERR_INPUT error whose diagnostic points at option `key` (NULL or absent: at the section
 * header). Returns -1. */
int part_error_at(struct part *part, const char *key, struct err *err, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
