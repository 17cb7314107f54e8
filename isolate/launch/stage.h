/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of a child between clone3 and execve: one ordered table. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "isolate/apply/apply.h"

/*
 * Shape:  rows { step, function, kinds of process, operation that must be in the plan, defence };
 *         run in order, the first failure ends the child. The last one does not return.
 * Errors: those of the stages; their step names are listed in cantle-launch(8).
 */
struct stage {
	const char *step;
	int (*run)(struct launch *launch, struct err *err);
	uint32_t kinds;       /* 1 << PLAN_PARTITION | ... */
	enum plan_kind needs; /* PLAN_PROCESS: always */
	uint32_t weaken;      /* left out where the test launcher is told so */
};

extern const struct stage stages[];
extern const size_t n_stages;

/* Returns only on failure. */
must_check int stages_run(struct launch *launch, struct err *err);
