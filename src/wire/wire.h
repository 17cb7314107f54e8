/* SPDX-License-Identifier: Apache-2.0 */
/* Frames: typed putters and getters over one bounded message, wholly consumed or refused. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/span.h"
#include "base/str.h"

/*
 * Shape:     u32 magic "CNTL", u16 version, u16 type, then fields in the order of the message's
 *            description; integers little-endian, bytes as u32 length + content, no padding.
 * Limits:    LIMIT_WIRE_BYTES a message. A getter past the end makes the reader `failed`; check
 * once, with wire_end(), which also refuses bytes that are left over. Ownership: a reader borrows
 * the message; spans it returns live as long as the message. Errors:    wire.header, wire.short,
 * wire.trailing, wire.limit (kind ERR_PEER; ERR_LIMIT for ours)
 */
enum { WIRE_MAGIC = 0x4c544e43, WIRE_VERSION = 1, WIRE_HEADER_BYTES = 8 };

struct wire_out {
	struct str bytes;
};

struct wire_in {
	struct span rest;
	uint16_t type;
	bool failed;
};

#define WIRE_OUT_INIT   ((struct wire_out){.bytes = STR_INIT_LIMIT(LIMIT_WIRE_BYTES)})
#define scoped_wire_out __attribute__((cleanup(wire_out_done)))

/* Start a message: an old one in the same variable is dropped. */
void wire_begin(struct wire_out *w, uint16_t type);
void wire_put_u8(struct wire_out *w, uint8_t v);
void wire_put_u16(struct wire_out *w, uint16_t v);
void wire_put_u32(struct wire_out *w, uint32_t v);
void wire_put_u64(struct wire_out *w, uint64_t v);
void wire_put_i64(struct wire_out *w, int64_t v);
void wire_put_bytes(struct wire_out *w, struct span v);
void wire_put_err(struct wire_out *w, const struct err *v);
/* ERR_LIMIT "wire.limit" where the message grew too long. */
must_check int wire_out_check(const struct wire_out *w, struct err *err);
void wire_out_done(struct wire_out *w);

/* Check the header and learn the type. */
must_check int wire_open(struct span message, struct wire_in *ret, struct err *err);
uint8_t wire_get_u8(struct wire_in *r);
uint16_t wire_get_u16(struct wire_in *r);
uint32_t wire_get_u32(struct wire_in *r);
uint64_t wire_get_u64(struct wire_in *r);
int64_t wire_get_i64(struct wire_in *r);
/* At most limit bytes, else the reader fails. */
struct span wire_get_bytes(struct wire_in *r, size_t limit);
/* Bytes without NUL inside, for names and texts. */
struct span wire_get_text(struct wire_in *r, size_t limit);
/* A count of following items, at most limit. */
uint32_t wire_get_count(struct wire_in *r, uint32_t limit);
void wire_get_err(struct wire_in *r, struct err *ret);
/* Everything was there and nothing is left over. */
must_check int wire_end(const struct wire_in *r, struct err *err);
