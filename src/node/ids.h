/* SPDX-License-Identifier: Apache-2.0 */
/* Which host ids and derived names belong to a node and its slots. */
#pragma once

#include <stdint.h>

#include "base/limits.h"

/*
 * Shape: node n owns ids ID_BASE + n * ID_NODE_SPAN; slot s of it the ID_SLOT_SPAN ids from there on.
 *        Slot 0 is Cantle's own (T1, TB); the others are partitions and build users of tenants.
 * Units: host user and group ids; the same number serves for both.
 */
static inline uint32_t ids_slot_base(unsigned node, unsigned slot)
{
	return ID_BASE + node * ID_NODE_SPAN + slot * ID_SLOT_SPAN;
}

static inline uint32_t ids_t1(unsigned node)
{
	return ids_slot_base(node, 0) + ID_OFFSET_T1;
}

static inline uint32_t ids_tb(unsigned node)
{
	return ids_slot_base(node, 0) + ID_OFFSET_TB;
}

/* The host id of the one user inside the slot's partition. */
static inline uint32_t ids_inside(unsigned node, unsigned slot)
{
	return ids_slot_base(node, slot) + ID_INSIDE;
}
