/* SPDX-License-Identifier: Apache-2.0 */
/* Phase-lifetime allocator with a byte limit. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

enum { ARENA_BLOCK_BYTES = 64 << 10 };

struct arena_block {
	struct arena_block *prev;
	size_t used;
	size_t size;
	alignas(max_align_t) char bytes[];
};

static struct arena_block *block_add(struct arena *a, size_t need)
{
	size_t size = need > ARENA_BLOCK_BYTES / 4 ? need : ARENA_BLOCK_BYTES;
	struct arena_block *b = calloc(1, sizeof(*b) + size);
	if (!b)
		return NULL;
	b->size = size;
	b->prev = a->last;
	a->last = b;
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	size_t need;
	struct arena_block *b = a->last;
	void *p;
	if (__builtin_add_overflow(size, align - 1, &need))
		return NULL;
	need &= ~(align - 1);
	if (need > a->limit || a->used > a->limit - need)
		return NULL;
	if (!b || b->size - b->used < need)
		b = block_add(a, need);
	if (!b)
		return NULL;
	p = b->bytes + b->used;
	b->used += need;
	a->used += need;
	return p;
}

void *arena_alloc_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;
	return __builtin_mul_overflow(n, size, &bytes) ? NULL : arena_alloc(a, bytes);
}

char *arena_cstr(struct arena *a, struct span bytes)
{
	char *p = arena_alloc(a, bytes.len + 1);
	if (p && bytes.len)
		memcpy(p, bytes.ptr, bytes.len);
	return p;
}

struct span arena_span(struct arena *a, struct span bytes)
{
	char *p = arena_cstr(a, bytes);
	return p ? span_make(p, bytes.len) : SPAN_EMPTY;
}

void arena_done(struct arena *a)
{
	while (a->last) {
		struct arena_block *prev = a->last->prev;
		free(a->last);
		a->last = prev;
	}
	a->used = 0;
}
