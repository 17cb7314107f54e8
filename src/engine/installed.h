/* SPDX-License-Identifier: Apache-2.0 */
/* .installed.cfg: which parts are installed, with which options and files. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "base/vec.h"

/*
 * Shape:     [buildout] parts = a b, then a section per part in that order, options sorted, with
 *            `__buildout_installed__` (paths, one a line) and `__buildout_signature__` among them.
 *            White space at line ends is written as %(__buildout_space__)s and friends.
 * Limits:    LIMIT_INSTALLED_BYTES.
 * Ownership: spans of a read file live in its own arena; installed_done() frees all.
 * Errors:    installed.parse, installed.size
 * Source:    zc.buildout 3.0.1 _save_options(), _read_installed_part_options(); slapos: one
 *            [buildout], parts in installed order.
 */
struct installed_option {
	struct span key;
	struct span value;
};

struct installed_part {
	struct span name;
	VEC(struct installed_option) options; /* sorted by key */
};

struct installed {
	struct arena arena;
	VEC(struct installed_part) parts;
	struct span develop_eggs;
};

/* What installed_read() and tests start from. */
void installed_init(struct installed *installed);
void installed_done(struct installed *installed);

must_check int installed_parse(struct installed *ret, struct span text, struct err *err);
void installed_format(const struct installed *installed, struct str *out);

const struct installed_part *installed_find(const struct installed *installed, struct span name);
/* Value of an option; {NULL, 0} where there is none. */
struct span installed_value(const struct installed_part *part, struct span key);

/* A part with room for options; its name and values are copied. Replaces one of the same name. */
must_check int installed_put(struct installed *installed, struct span name,
	const struct installed_option *options, size_t n_options, struct err *err);
/* Move a part out of the list; false when it is not there. installed_part_done() frees it. */
bool installed_take(struct installed *installed, struct span name, struct installed_part *ret);
void installed_part_done(struct installed_part *part);

/* saved is value, or what is left of it once written and read: tabs beside line ends are lost. */
bool installed_same(struct span saved, struct span value);
