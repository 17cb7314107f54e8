/* SPDX-License-Identifier: Apache-2.0 */
/* Codec of the broker's messages. */
#include "wire/msg_broker.h"

void broker_put_empty(struct wire_out *w, enum msg_broker type)
{
	wire_begin(w, (uint16_t)type);
}

void broker_fetch_put(struct wire_out *w, const struct broker_fetch *fetch)
{
	wire_begin(w, MSG_FETCH);
	wire_put_bytes(w, fetch->url);
	wire_put_u8(w, (uint8_t)fetch->kind);
	wire_put_bytes(w, fetch->hex);
	wire_put_u8(w, fetch->is_offline);
	wire_put_bytes(w, fetch->part);
}

int broker_fetch_get(struct wire_in *r, struct broker_fetch *ret, struct err *err)
{
	struct broker_fetch f;
	uint8_t kind;
	uint8_t offline;
	f.url = wire_get_text(r, LIMIT_FETCH_URL);
	kind = wire_get_u8(r);
	f.hex = wire_get_text(r, HASH_HEX_MAX);
	offline = wire_get_u8(r);
	f.part = wire_get_text(r, LIMIT_FETCH_PART);
	if (wire_end(r, err) < 0)
		return -1;
	if (kind > HASH_SHA512 || offline > 1)
		return err_set(err, ERR_PEER, 0, "broker.kind",
			"fetch of unknown checksum kind %u or flag %u", kind, offline);
	f.kind = (enum hash_kind)kind;
	f.is_offline = offline;
	*ret = f;
	return 0;
}

void broker_progress_put(struct wire_out *w, const struct broker_progress *progress)
{
	wire_begin(w, MSG_FETCH_PROGRESS);
	wire_put_u64(w, progress->done_bytes);
	wire_put_u64(w, progress->total_bytes);
}

int broker_progress_get(struct wire_in *r, struct broker_progress *ret, struct err *err)
{
	struct broker_progress p;
	p.done_bytes = wire_get_u64(r);
	p.total_bytes = wire_get_u64(r);
	if (wire_end(r, err) < 0)
		return -1;
	*ret = p;
	return 0;
}

void broker_fetched_put(struct wire_out *w, const struct broker_fetched *fetched)
{
	wire_begin(w, MSG_FETCHED);
	wire_put_u64(w, fetched->size_bytes);
	wire_put_u8(w, fetched->is_from_cache);
	wire_put_bytes(w, fetched->sha256);
}

int broker_fetched_get(struct wire_in *r, struct broker_fetched *ret, struct err *err)
{
	struct broker_fetched f;
	f.size_bytes = wire_get_u64(r);
	f.is_from_cache = wire_get_u8(r) != 0;
	f.sha256 = wire_get_text(r, HASH_HEX_MAX);
	if (wire_end(r, err) < 0)
		return -1;
	*ret = f;
	return 0;
}

static void addresses_put(struct wire_out *w, const struct broker_addresses *list)
{
	wire_put_u32(w, list->n);
	for (uint32_t i = 0; i < list->n; i++)
		wire_put_bytes(w, list->at[i]);
}

static void addresses_get(struct wire_in *r, struct broker_addresses *ret)
{
	ret->n = wire_get_count(r, LIMIT_INSTANCE_ADDRESSES);
	for (uint32_t i = 0; i < ret->n; i++)
		ret->at[i] = wire_get_text(r, LIMIT_INSTANCE_ADDRESS);
}

void broker_instance_put(struct wire_out *w, const struct broker_instance *instance)
{
	wire_begin(w, MSG_INSTANCE);
#define BROKER_PUT(name) wire_put_bytes(w, instance->name);
	BROKER_INSTANCE_TEXTS(BROKER_PUT)
#undef BROKER_PUT
	addresses_put(w, &instance->ipv4);
	addresses_put(w, &instance->ipv6);
}

int broker_instance_get(struct wire_in *r, struct broker_instance *ret, struct err *err)
{
	struct broker_instance i;
#define BROKER_GET(name) i.name = wire_get_text(r, LIMIT_INSTANCE_TEXT);
	BROKER_INSTANCE_TEXTS(BROKER_GET)
#undef BROKER_GET
	addresses_get(r, &i.ipv4);
	addresses_get(r, &i.ipv6);
	if (wire_end(r, err) < 0)
		return -1;
	*ret = i;
	return 0;
}

void broker_pair_put(struct wire_out *w, enum msg_broker type, const struct broker_pair *pair)
{
	wire_begin(w, (uint16_t)type);
	wire_put_bytes(w, pair->key);
	wire_put_bytes(w, pair->value);
}

int broker_pair_get(struct wire_in *r, struct broker_pair *ret, struct err *err)
{
	struct broker_pair p;
	p.key = wire_get_text(r, LIMIT_PARAM_KEY);
	p.value = wire_get_text(r, LIMIT_PARAM_VALUE);
	if (wire_end(r, err) < 0)
		return -1;
	*ret = p;
	return 0;
}

void broker_end_put(struct wire_out *w, enum msg_broker type, uint32_t n)
{
	wire_begin(w, (uint16_t)type);
	wire_put_u32(w, n);
}

int broker_end_get(struct wire_in *r, uint32_t *ret_n, struct err *err)
{
	uint32_t n = wire_get_count(r, r->type == MSG_PUBLISH_END ? LIMIT_PUBLISH : LIMIT_PARAMS);
	if (wire_end(r, err) < 0)
		return -1;
	*ret_n = n;
	return 0;
}

void broker_error_put(struct wire_out *w, enum msg_broker type, const struct err *why)
{
	wire_begin(w, (uint16_t)type);
	wire_put_err(w, why);
}

int broker_error_get(struct wire_in *r, struct err *ret, struct err *err)
{
	struct err why = ERR_INIT;
	wire_get_err(r, &why);
	if (wire_end(r, err) < 0)
		return -1;
	*ret = why;
	return 0;
}

void broker_cache_add_put(struct wire_out *w, struct span url)
{
	wire_begin(w, MSG_CACHE_ADD);
	wire_put_bytes(w, url);
}

int broker_cache_add_get(struct wire_in *r, struct span *ret_url, struct err *err)
{
	struct span url = wire_get_text(r, LIMIT_FETCH_URL);
	if (wire_end(r, err) < 0)
		return -1;
	*ret_url = url;
	return 0;
}

void broker_cached_put(struct wire_out *w, const struct broker_cached *cached)
{
	wire_begin(w, MSG_CACHED);
	wire_put_u64(w, cached->size_bytes);
	wire_put_bytes(w, cached->md5);
	wire_put_bytes(w, cached->sha256);
	wire_put_bytes(w, cached->sha512);
}

int broker_cached_get(struct wire_in *r, struct broker_cached *ret, struct err *err)
{
	struct broker_cached c;
	c.size_bytes = wire_get_u64(r);
	c.md5 = wire_get_text(r, HASH_HEX_MAX);
	c.sha256 = wire_get_text(r, HASH_HEX_MAX);
	c.sha512 = wire_get_text(r, HASH_HEX_MAX);
	if (wire_end(r, err) < 0)
		return -1;
	*ret = c;
	return 0;
}
