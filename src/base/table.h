/* SPDX-License-Identifier: Apache-2.0 */
/* Command and option tables: argv walker; the documents made from them are in table_doc.h. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Shape: a program has commands, a command has options and words. A program without commands (a
 *   daemon) has only `globals` and `args`.
 *
 *     PROGRAM {GLOBAL|OPTION}… COMMAND {GLOBAL|OPTION|WORD}… [-- REST…]
 *
 *   `args` is the synopsis of the words and also their rule: "NAME PROFILE" are two, "[NAME]" is
 *   optional, "NAME..." repeats, and everything from the word after "--" on is not interpreted
 *   ("NAME -- CMD [ARG...]"; the user may leave the "--" out unless the next word starts with '-').
 *   An option's `arg` is NULL for a switch, "a|b|c" for a closed choice, else its metavariable.
 *   An option that stands before its command is resolved against the command once that is known.
 * Limits: argc itself (the kernel's ARG_MAX) bounds hits and words.
 * Ownership: tables are const and static. `struct table_args` owns its two arrays; what they point
 *   to belongs to argv and the tables.
 * Errors: ERR_INPUT with usage.command, usage.option, usage.value, usage.words; ERR_LIMIT
 *   usage.memory. The text is one sentence that names the offender and the nearest known name.
 * Source: POSIX Utility Syntax Guidelines, getopt_long(3); operator conventions in cantle(1).
 */

enum option_flags {
	OPTION_REPEAT = 1u << 0, /* may be given again, all values count; else the last one wins */
	OPTION_HIDDEN = 1u << 1, /* accepted, but not in help, completion and manual */
	OPTION_OWN = 1u << 4,    /* this and higher bits belong to the program */
};

struct option {
	const char *name; /* long name, without dashes */
	char letter;      /* short name or 0 */
	uint8_t flags;    /* enum option_flags */
	const char *arg;
	const char *help; /* one line, no full stop */
};

enum command_flags {
	COMMAND_HIDDEN = 1u << 0, /* as OPTION_HIDDEN; bits 8 and up belong to the program */
};

struct command {
	const char *name;
	const char *args;
	const char *summary; /* one line, no full stop */
	uint32_t flags;
	const struct option *options;
	size_t n_options;
	const char *about;    /* a few lines, may be NULL */
	const char *examples; /* lines "COMMAND LINE\tWHAT IT DOES", may be NULL */
	int (*run)(void *context);
};

struct program {
	const char *name;
	const char *summary;
	const char *args; /* words of a program without commands */
	const struct command *const *commands;
	size_t n_commands;
	const struct option *globals;
	size_t n_globals;
	const char *examples;
};

/* The words of a synopsis, as numbers. */
struct table_words {
	size_t min;
	size_t max;     /* SIZE_MAX: without end */
	size_t rest_at; /* words from this one on are not interpreted; SIZE_MAX: there is no rest */
};

struct table_hit {
	const struct option *option;
	const char *value; /* NULL for a switch */
};

struct table_args {
	const struct program *program;
	const struct command *command; /* NULL: none was named */
	struct table_hit *hits;
	size_t n_hits;
	const char **words; /* positional words, then the rest */
	size_t n_words;
	size_t n_named; /* how many of words stand before the uninterpreted rest */
};

#define TABLE_ARGS_INIT                                                                            \
	{                                                                                          \
		.hits = NULL, .words = NULL                                                        \
	}

#define scoped_table_args __attribute__((cleanup(table_args_done)))

void table_args_done(struct table_args *args);

/* Count the words that a synopsis allows. NULL is the empty synopsis. */
struct table_words table_words_parse(const char *synopsis);

/* Find a command by name; NULL when the program has none such. */
const struct command *table_find(const struct program *program, const char *name);

/*
 * Parse argv. A missing command is not an error here (command is NULL), neither is a missing word
 * when one of the switches "help" or "version" was given. On failure ret->command is still the
 * command that was recognised, for the caller's "see …".
 */
must_check int table_parse(const struct program *program, int argc, char *const *argv,
	struct table_args *ret, struct err *err);

/* Was the option given? Naming an option that the tables do not have is a bug and aborts. */
bool table_has(const struct table_args *args, const char *name);

/* The last value given, else otherwise. */
const char *table_value(const struct table_args *args, const char *name, const char *otherwise);

/* The last value as a decimal number in min..max, else otherwise. */
must_check int table_uint(const struct table_args *args, const char *name, uint64_t min,
	uint64_t max, uint64_t otherwise, uint64_t *ret, struct err *err);
