/* SPDX-License-Identifier: Apache-2.0 */
/* Typed growing array. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/mem.h"

/*
 * Shape:     VEC(struct item) v = VEC_INIT; v.items[i], v.n
 * Ownership: owns the array, not what the items point to. Handles into it are indices: a push may
 *            move the array.
 */
#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *items;                                                                       \
		size_t n;                                                                          \
		size_t cap;                                                                        \
	}
#define VEC_INIT                                                                                   \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

/* Make room for one more; false without memory. */
#define vec_reserve(v)                                                                             \
	((v)->n < (v)->cap || vec_enlarge_((void **)&(v)->items, &(v)->cap, sizeof(*(v)->items)))

/* Append a copy of item; false without memory. */
#define vec_push(v, item) (vec_reserve(v) ? ((v)->items[(v)->n++] = (item), true) : false)

#define vec_done(v)                                                                                \
	do {                                                                                       \
		free((v)->items);                                                                  \
		(v)->items = NULL;                                                                 \
		(v)->n = (v)->cap = 0;                                                             \
	} while (0)

static inline bool vec_enlarge_(void **items, size_t *cap, size_t size)
{
	size_t grown = *cap ? *cap * 2 : 8;
	void *moved = mem_resize(*items, grown, size);
	if (!moved)
		return false;
	*items = moved;
	*cap = grown;
	return true;
}
