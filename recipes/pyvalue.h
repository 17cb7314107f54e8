/* SPDX-License-Identifier: Apache-2.0 */
/* Option values that are not strings: "!py!" and the Python text of a JSON value. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

/*
 * Shape:     {"b": [1, "x"], "a": null} -> !py!{'a': None, 'b': [1, 'x']}; '$' and ';' are written
 *            as \x24 and \x3b, so that no profile parser sees them.
 * Limits:    PYVALUE_DEPTH_MAX levels.
 * Errors:    pyvalue.json
 * Source:    zc.buildout's dumps() of SlapOS; repr() of Python.
 */
enum { PYVALUE_DEPTH_MAX = 64 };

/* Parse JSON of the requester's; the caller owns the value. */
must_check int pyvalue_parse(struct span text, json_t **ret, struct err *err);

/* The text of an option: a JSON string as it is, anything else as "!py!...". */
void pyvalue_add(struct str *ret, const json_t *value);

/* "!py!{'a', 'b'}" of sorted words without duplicates; "!py!set()" of none. */
void pyvalue_add_set(struct str *ret, const struct span *items, size_t n);

static inline void pyvalue_decrefp(json_t **value)
{
	json_decref(*value);
}
