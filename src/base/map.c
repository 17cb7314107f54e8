/* SPDX-License-Identifier: Apache-2.0 */
/* Hash map from bytes to an index: open addressing, SipHash-1-3. */
#include "base/map.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/mem.h"

static uint64_t rotl(uint64_t x, int b)
{
	return (x << b) | (x >> (64 - b));
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

/* SipHash-1-3 (Aumasson and Bernstein, 2012): one round a word, three at the end. */
static uint32_t key_hash(const uint64_t seed[2], struct span key)
{
	uint64_t v[4] = {seed[0] ^ 0x736f6d6570736575u, seed[1] ^ 0x646f72616e646f6du,
		seed[0] ^ 0x6c7967656e657261u, seed[1] ^ 0x7465646279746573u};
	uint64_t word;
	size_t at = 0;
	for (; key.len - at >= 8; at += 8) {
		memcpy(&word, key.ptr + at, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = (uint64_t)key.len << 56;
	for (size_t i = 0; at + i < key.len; i++)
		word |= (uint64_t)(unsigned char)key.ptr[at + i] << (8 * i);
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	word = v[0] ^ v[1] ^ v[2] ^ v[3];
	return (uint32_t)(word ^ (word >> 32));
}

static size_t slot_of(const struct map *m, struct span key, uint32_t hash)
{
	size_t i = hash & (m->cap - 1);
	while (m->slots[i].key.ptr && !(m->slots[i].hash == hash && span_eq(m->slots[i].key, key)))
		i = (i + 1) & (m->cap - 1);
	return i;
}

static bool enlarge(struct map *m)
{
	struct map old = *m;
	m->cap = old.cap ? old.cap * 2 : 16;
	m->slots = mem_array(m->cap, sizeof(*m->slots));
	if (!m->slots) {
		*m = old;
		return false;
	}
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].key.ptr)
			m->slots[slot_of(m, old.slots[i].key, old.slots[i].hash)] = old.slots[i];
	free(old.slots);
	return true;
}

bool map_put(struct map *m, struct span key, uint32_t value)
{
	uint32_t hash;
	size_t i;
	if (!m->cap && getrandom(m->seed, sizeof(m->seed), 0) != sizeof(m->seed))
		return false;
	if (m->n * 4 >= m->cap * 3 && !enlarge(m))
		return false;
	if (!key.ptr)
		key.ptr = "";
	hash = key_hash(m->seed, key);
	i = slot_of(m, key, hash);
	if (!m->slots[i].key.ptr) {
		m->slots[i].key = key;
		m->slots[i].hash = hash;
		m->n++;
	}
	m->slots[i].value = value;
	return true;
}

bool map_find(const struct map *m, struct span key, uint32_t *ret)
{
	size_t i;
	if (!m->cap)
		return false;
	if (!key.ptr)
		key.ptr = "";
	i = slot_of(m, key, key_hash(m->seed, key));
	if (!m->slots[i].key.ptr)
		return false;
	*ret = m->slots[i].value;
	return true;
}

bool map_remove(struct map *m, struct span key)
{
	size_t hole;
	size_t i;
	if (!m->cap)
		return false;
	if (!key.ptr)
		key.ptr = "";
	hole = slot_of(m, key, key_hash(m->seed, key));
	if (!m->slots[hole].key.ptr)
		return false;
	m->slots[hole].key = SPAN_EMPTY;
	m->n--;
	/* Close the probe chain: every following slot may have been pushed past the hole. */
	for (i = (hole + 1) & (m->cap - 1); m->slots[i].key.ptr; i = (i + 1) & (m->cap - 1)) {
		struct map_slot moved = m->slots[i];
		m->slots[i].key = SPAN_EMPTY;
		m->slots[slot_of(m, moved.key, moved.hash)] = moved;
	}
	return true;
}

void map_done(struct map *m)
{
	free(m->slots);
	*m = MAP_INIT;
}
