/* SPDX-License-Identifier: Apache-2.0 */
/* Python's '%' formatting with a mapping, as far as option values use it. */
#pragma once

#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

/*
 * Shape:  "%(name)s" is replaced by the mapping's value, "%%" by one percent sign; anything else
 *         behind a percent sign is an error, as it is (mostly by accident) in Python.
 * Errors: percent.format, and those of the lookup
 * Source: Python's printf-style string formatting; slapos.recipe.cmmi and the environment option.
 */

/* Add the value of the name to ret. 0 done, 1 there is no such name, <0 failed. */
typedef int percent_lookup_fn(void *context, struct span name, struct str *ret, struct err *err);

must_check int percent_format(struct span text, percent_lookup_fn *lookup, void *context,
	struct str *ret, struct err *err);
