/* SPDX-License-Identifier: Apache-2.0 */
/* Values of section conditions and what can be done with them: a small part of Python. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

/*
 * Shape:     none | bool | int | str | version (a PEP 508 marker's text) | list (tuples too).
 * Ownership: lists live in the evaluation's arena; texts borrow the profile or the environment.
 */
enum cond_type { COND_NONE, COND_BOOL, COND_INT, COND_STR, COND_VERSION, COND_LIST };

struct cond_value {
	enum cond_type type;
	int64_t number; /* bool, int */
	struct span text;
	struct cond_value *items;
	size_t n_items;
};

enum cond_op { COND_EQ, COND_NE, COND_LT, COND_LE, COND_GT, COND_GE, COND_IN, COND_NOT_IN };

bool cond_truth(const struct cond_value *v);
/* False when Python would raise TypeError. */
bool cond_compare(
	const struct cond_value *a, enum cond_op op, const struct cond_value *b, bool *ret_holds);
/* False on what is no number. */
bool cond_int(const struct cond_value *v, struct cond_value *ret);
/* str.split(separator); false without memory or with an empty separator. */
bool cond_split(
	struct arena *arena, struct span text, struct span separator, struct cond_value *ret);
/* v[from:to] of a list or str, Python's rules for negative and large indices. */
bool cond_slice(const struct cond_value *v, int64_t from, int64_t to, struct cond_value *ret);
bool cond_index(const struct cond_value *v, int64_t index, struct cond_value *ret);
