/* SPDX-License-Identifier: Apache-2.0 */
/* Frames: typed putters and getters over one bounded message. */
#include "wire/wire.h"

#include <errno.h>

static void put_le(struct wire_out *w, uint64_t v, size_t n)
{
	char raw[8];
	for (size_t i = 0; i < n; i++)
		raw[i] = (char)(unsigned char)(v >> (8 * i));
	str_add(&w->bytes, span_make(raw, n));
}

void wire_begin(struct wire_out *w, uint16_t type)
{
	str_done(&w->bytes);
	put_le(w, WIRE_MAGIC, 4);
	put_le(w, WIRE_VERSION, 2);
	put_le(w, type, 2);
}

void wire_put_u8(struct wire_out *w, uint8_t v)
{
	put_le(w, v, 1);
}

void wire_put_u16(struct wire_out *w, uint16_t v)
{
	put_le(w, v, 2);
}

void wire_put_u32(struct wire_out *w, uint32_t v)
{
	put_le(w, v, 4);
}

void wire_put_u64(struct wire_out *w, uint64_t v)
{
	put_le(w, v, 8);
}

void wire_put_i64(struct wire_out *w, int64_t v)
{
	put_le(w, (uint64_t)v, 8);
}

void wire_put_bytes(struct wire_out *w, struct span v)
{
	put_le(w, v.len, 4);
	str_add(&w->bytes, v);
}

void wire_put_err(struct wire_out *w, const struct err *v)
{
	wire_put_u32(w, v->kind);
	wire_put_u32(w, (uint32_t)v->num);
	wire_put_bytes(w, span_str(v->step));
	wire_put_bytes(w, span_str(v->text));
}

int wire_out_check(const struct wire_out *w, struct err *err)
{
	if (!w->bytes.failed)
		return 0;
	return err_set(err, ERR_LIMIT, EMSGSIZE, "wire.limit", "a message is longer than %d bytes",
		LIMIT_WIRE_BYTES);
}

void wire_out_done(struct wire_out *w)
{
	str_done(&w->bytes);
}

static uint64_t get_le(struct wire_in *r, size_t n)
{
	uint64_t v = 0;
	if (r->failed || r->rest.len < n) {
		r->failed = true;
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)(unsigned char)r->rest.ptr[i] << (8 * i);
	r->rest = span_from(r->rest, n);
	return v;
}

int wire_open(struct span message, struct wire_in *ret, struct err *err)
{
	struct wire_in r = {.rest = message};
	uint64_t magic = get_le(&r, 4);
	uint64_t version = get_le(&r, 2);
	r.type = (uint16_t)get_le(&r, 2);
	if (r.failed || magic != WIRE_MAGIC || version != WIRE_VERSION ||
		message.len > LIMIT_WIRE_BYTES)
		return err_set(err, ERR_PEER, 0, "wire.header",
			"%zu bytes are not a message of version %d", message.len, WIRE_VERSION);
	*ret = r;
	return 0;
}

uint8_t wire_get_u8(struct wire_in *r)
{
	return (uint8_t)get_le(r, 1);
}

uint16_t wire_get_u16(struct wire_in *r)
{
	return (uint16_t)get_le(r, 2);
}

uint32_t wire_get_u32(struct wire_in *r)
{
	return (uint32_t)get_le(r, 4);
}

uint64_t wire_get_u64(struct wire_in *r)
{
	return get_le(r, 8);
}

int64_t wire_get_i64(struct wire_in *r)
{
	return (int64_t)get_le(r, 8);
}

struct span wire_get_bytes(struct wire_in *r, size_t limit)
{
	size_t n = (size_t)get_le(r, 4);
	struct span v;
	if (r->failed || n > limit || n > r->rest.len) {
		r->failed = true;
		return SPAN_EMPTY;
	}
	v = span_first(r->rest, n);
	r->rest = span_from(r->rest, n);
	return v;
}

struct span wire_get_text(struct wire_in *r, size_t limit)
{
	struct span v = wire_get_bytes(r, limit);
	if (span_index(v, '\0') >= 0) {
		r->failed = true;
		return SPAN_EMPTY;
	}
	return v;
}

uint32_t wire_get_count(struct wire_in *r, uint32_t limit)
{
	uint32_t n = wire_get_u32(r);
	if (n <= limit)
		return n;
	r->failed = true;
	return 0;
}

void wire_get_err(struct wire_in *r, struct err *ret)
{
	struct span step;
	struct span text;
	struct err e = ERR_INIT;
	e.kind = wire_get_u32(r);
	e.num = (int32_t)wire_get_u32(r);
	step = wire_get_text(r, sizeof(e.step) - 1);
	text = wire_get_text(r, sizeof(e.text) - 1);
	if (step.len)
		memcpy(e.step, step.ptr, step.len);
	if (text.len)
		memcpy(e.text, text.ptr, text.len);
	err_sanitize(&e);
	*ret = e;
}

int wire_end(const struct wire_in *r, struct err *err)
{
	if (r->failed)
		return err_set(
			err, ERR_PEER, 0, "wire.short", "message of type %u is malformed", r->type);
	if (r->rest.len)
		return err_set(err, ERR_PEER, 0, "wire.trailing",
			"message of type %u has %zu bytes too many", r->type, r->rest.len);
	return 0;
}
