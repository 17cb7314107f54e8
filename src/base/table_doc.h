/* SPDX-License-Identifier: Apache-2.0 */
/* What is generated from command tables: help, shell completion, the option lists of the manual. */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "base/table.h"

/*
 * Shape: each function appends text to `out`; a failed str is the caller's to check.
 * Units and limits: help lines fit 80 columns as long as the tables keep to the lint of
 *   tests/unit/base/test_table.c; a screen is 24 lines.
 * Errors: ERR_INPUT usage.shell for a shell without completion.
 * Source: mdoc(7); bash "Programmable Completion", zshcompsys(1), fish complete(1).
 */

/* The screen of `--help`: of one command, or of the program where command is NULL. */
void table_help(const struct program *program, const struct command *command, struct str *out);

/* One line: "cantle request [OPTIONS] NAME PROFILE". */
void table_usage(const struct program *program, const struct command *command, struct str *out);

/* A completion script for "bash", "zsh" or "fish". */
must_check int table_complete(
	const struct program *program, const char *shell, struct str *out, struct err *err);

/*
 * mdoc: synopsis and option list of a command; of the program (its globals) where command is NULL.
 * man/fill.sh puts it where the page says so.
 */
void table_man(const struct program *program, const struct command *command, struct str *out);

/* mdoc: one synopsis line per command, for the top of the page. */
void table_man_synopsis(const struct program *program, struct str *out);
