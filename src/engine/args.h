/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's own command lines: few long options, written by the node agent rather than people. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/engine.h"

/*
 * Shape:     COMMAND {--NAME VALUE | --NAME}; see args_row.
 * Ownership: spans borrow argv; done frees the list.
 * Errors:    usage.option, usage.value (ERR_INPUT)
 */
struct args {
	const char *directory;
	const char *profile;
	const char *software;
	uint64_t jobs;
	bool no_broker;
	VEC(struct engine_assignment) assignments;
};

void args_done(struct args *args);
must_check int args_parse(int argc, char **argv, struct args *ret, struct err *err);
/* `[section:]key[+|-]=value`; section defaults to buildout, all three are stripped. */
must_check int args_assignment(struct span text, struct engine_assignment *ret, struct err *err);
