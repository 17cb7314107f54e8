/* SPDX-License-Identifier: Apache-2.0 */
/* Phase-lifetime allocator with a byte limit. */
#pragma once

#include <stddef.h>

#include "base/span.h"

/*
 * Shape:     a chain of blocks; everything is freed at once by arena_done().
 * Limits:    `limit` bytes in all; NULL past it.
 * Ownership: the phase that initialised it. Pointers live until arena_done().
 */
struct arena_block;
struct arena {
	struct arena_block *last;
	size_t used;
	size_t limit;
};

#define ARENA_INIT(l) ((struct arena){.last = NULL, .used = 0, .limit = (l)})

/* Zeroed memory, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size);
/* Copy of bytes with a NUL behind; {NULL, 0} without memory. */
struct span arena_span(struct arena *a, struct span bytes);
/* Copy as a C string; NULL without memory. */
char *arena_cstr(struct arena *a, struct span bytes);
void arena_done(struct arena *a);

#define arena_new(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc_array((a), (n), sizeof(type)))
void *arena_alloc_array(struct arena *a, size_t n, size_t size);
