/* SPDX-License-Identifier: Apache-2.0 */
/* Checked allocation and the cleanup macros of plain memory. */
#pragma once

#include <stddef.h>
#include <stdlib.h>

static inline void mem_freep(void *p)
{
	free(*(void **)p);
}

/* Freed when the scope ends; always initialise at declaration. */
#define scoped_free __attribute__((cleanup(mem_freep)))
/* Any destructor that takes a pointer to the variable: scoped(str_done) struct str s = STR_INIT; */
#define scoped(fn) __attribute__((cleanup(fn)))

/* n * size bytes, zeroed; NULL on overflow or no memory. */
static inline void *mem_array(size_t n, size_t size)
{
	return calloc(n ? n : 1, size ? size : 1);
}

/* Grow or shrink; NULL on overflow or no memory, the old block is kept then. */
static inline void *mem_resize(void *old, size_t n, size_t size)
{
	return reallocarray(old, n ? n : 1, size ? size : 1);
}

/* Move a pointer out of its variable. */
#define mem_take(p)                                                                                \
	(__extension__({                                                                           \
		__typeof__(p) taken_ = (p);                                                        \
		(p) = NULL;                                                                        \
		taken_;                                                                            \
	}))
