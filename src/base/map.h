/* SPDX-License-Identifier: Apache-2.0 */
/* Hash map from bytes to an index. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/*
 * Shape:     key bytes -> uint32_t (an index into a table of the caller's).
 * Limits:    keys are hashed with SipHash-1-3 under a per-map random key: a hostile profile cannot
 *            choose colliding names.
 * Ownership: keys are borrowed and must outlive the map; the slots are owned.
 */
struct map_slot {
	struct span key; /* ptr NULL: free */
	uint32_t hash;
	uint32_t value;
};

struct map {
	struct map_slot *slots;
	size_t n;
	size_t cap;
	uint64_t seed[2];
};

#define MAP_INIT                                                                                   \
	(struct map)                                                                               \
	{                                                                                          \
		.slots = NULL                                                                      \
	}
#define scoped_map __attribute__((cleanup(map_done)))

/* Set or replace; false without memory. An empty key is allowed. */
bool map_put(struct map *m, struct span key, uint32_t value);
/* True and the value where the key is present. */
bool map_find(const struct map *m, struct span key, uint32_t *ret);
bool map_remove(struct map *m, struct span key);
void map_done(struct map *m);
