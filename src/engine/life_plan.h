/* SPDX-License-Identifier: Apache-2.0 */
/* What to uninstall, install and update: old state and new parts to a list of operations (pure). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "engine/installed.h"

/*
 * Rules (zc.buildout): the installed parts are walked in reverse; one is uninstalled when it is no
 * longer wanted (unless only named parts are asked for), when its saved options differ from the new
 * ones, or when a recorded file is missing. Then every wanted part, in order: installed when it is
 * not (or no longer) installed, else updated.
 */
enum life_action { LIFE_UNINSTALL, LIFE_INSTALL, LIFE_UPDATE };
enum life_reason {
	LIFE_NEW,     /* was not installed */
	LIFE_SAME,    /* installed, nothing changed */
	LIFE_GONE,    /* not wanted any more */
	LIFE_CHANGED, /* option `key` differs */
	LIFE_MISSING, /* a recorded file is missing */
};

struct life_op {
	enum life_action action;
	enum life_reason reason;
	size_t index;    /* of the old part for LIFE_UNINSTALL, else of the new one */
	struct span key; /* LIFE_CHANGED: the option; LIFE_MISSING: the path */
};

/* A part that is wanted, with the options that will be saved. */
struct life_part {
	struct span name;
	const struct installed_option *options; /* sorted by key */
	size_t n_options;
};

struct life_plan {
	VEC(struct life_op) ops;
};

struct life_input {
	const struct installed *old;
	const struct span *missing; /* per old part: a recorded path that is missing, or empty */
	const struct life_part *parts;
	size_t n_parts;
	bool is_partial; /* only named parts: others stay */
};

must_check int life_plan_make(
	const struct life_input *input, struct life_plan *ret, struct err *err);
void life_plan_done(struct life_plan *plan);
