/* SPDX-License-Identifier: Apache-2.0 */
/* md5, sha256 and sha512 by nettle, streaming. */
#pragma once

#include <nettle/md5.h>
#include <nettle/sha2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/span.h"

/*
 * Units:  digests as lower-case hexadecimal text, 32, 64 or 128 characters.
 * Errors: hash.read
 */
enum hash_kind { HASH_NONE, HASH_MD5, HASH_SHA256, HASH_SHA512 };

enum { HASH_HEX_MAX = 128 };

struct hash {
	enum hash_kind kind;
	union {
		struct md5_ctx md5;
		struct sha256_ctx sha256;
		struct sha512_ctx sha512;
	} ctx;
};

struct hash_hex {
	char text[HASH_HEX_MAX + 1];
};

void hash_init(struct hash *h, enum hash_kind kind);
void hash_add(struct hash *h, struct span bytes);
/* Digest; the state starts anew. */
struct hash_hex hash_end(struct hash *h);
struct hash_hex hash_of(enum hash_kind kind, struct span bytes);
/* Digest of a file from its start; the descriptor's offset is not moved. */
must_check int hash_fd(
	enum hash_kind kind, struct fd_file file, struct hash_hex *ret, struct err *err);

/* "md5" ... and back; HASH_NONE for an unknown name. */
const char *hash_name(enum hash_kind kind);
enum hash_kind hash_find(struct span name);
/* Length of the hexadecimal text. */
size_t hash_hex_len(enum hash_kind kind);
/* True where hex is a well-formed digest of the kind, in either case. */
bool hash_hex_valid(enum hash_kind kind, struct span hex);
