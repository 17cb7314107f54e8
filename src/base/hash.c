/* SPDX-License-Identifier: Apache-2.0 */
/* md5, sha256 and sha512 by nettle, streaming. */
#include "base/hash.h"

#include "base/bug.h"

static const struct {
	const char *name;
	size_t size;
} kinds[] = {
	[HASH_NONE] = {"none", 0},
	[HASH_MD5] = {"md5", MD5_DIGEST_SIZE},
	[HASH_SHA256] = {"sha256", SHA256_DIGEST_SIZE},
	[HASH_SHA512] = {"sha512", SHA512_DIGEST_SIZE},
};

void hash_init(struct hash *h, enum hash_kind kind)
{
	h->kind = kind;
	switch (kind) {
	case HASH_MD5:
		md5_init(&h->ctx.md5);
		break;
	case HASH_SHA256:
		sha256_init(&h->ctx.sha256);
		break;
	case HASH_SHA512:
		sha512_init(&h->ctx.sha512);
		break;
	case HASH_NONE:
		break;
	}
}

void hash_add(struct hash *h, struct span bytes)
{
	const uint8_t *p = (const uint8_t *)bytes.ptr;
	if (h->kind == HASH_MD5)
		md5_update(&h->ctx.md5, bytes.len, p);
	else if (h->kind == HASH_SHA256)
		sha256_update(&h->ctx.sha256, bytes.len, p);
	else if (h->kind == HASH_SHA512)
		sha512_update(&h->ctx.sha512, bytes.len, p);
}

struct hash_hex hash_end(struct hash *h)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t raw[SHA512_DIGEST_SIZE] = {0};
	struct hash_hex hex = {{0}};
	size_t size = kinds[h->kind].size;
	if (h->kind == HASH_MD5)
		md5_digest(&h->ctx.md5, size, raw);
	else if (h->kind == HASH_SHA256)
		sha256_digest(&h->ctx.sha256, size, raw);
	else if (h->kind == HASH_SHA512)
		sha512_digest(&h->ctx.sha512, size, raw);
	for (size_t i = 0; i < size; i++) {
		hex.text[2 * i] = digits[raw[i] >> 4];
		hex.text[2 * i + 1] = digits[raw[i] & 15];
	}
	return hex;
}

struct hash_hex hash_of(enum hash_kind kind, struct span bytes)
{
	struct hash h;
	hash_init(&h, kind);
	hash_add(&h, bytes);
	return hash_end(&h);
}

int hash_fd(enum hash_kind kind, struct fd_file file, struct hash_hex *ret, struct err *err)
{
	struct hash h;
	char buf[32768];
	off_t at = 0;
	hash_init(&h, kind);
	for (;;) {
		ssize_t n = pread(file.fd, buf, sizeof(buf), at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_OS, errno, "hash.read", "read");
		if (n == 0)
			break;
		hash_add(&h, span_make(buf, (size_t)n));
		at += n;
	}
	*ret = hash_end(&h);
	return 0;
}

const char *hash_name(enum hash_kind kind)
{
	BUG_IF((size_t)kind >= ARRAY_LEN(kinds), "a hash kind is a row of the table");
	return kinds[kind].name;
}

enum hash_kind hash_find(struct span name)
{
	for (size_t i = HASH_MD5; i < ARRAY_LEN(kinds); i++)
		if (span_is(name, kinds[i].name))
			return (enum hash_kind)i;
	return HASH_NONE;
}

size_t hash_hex_len(enum hash_kind kind)
{
	return 2 * kinds[kind].size;
}

bool hash_hex_valid(enum hash_kind kind, struct span hex)
{
	uint8_t raw[SHA512_DIGEST_SIZE];
	return kind != HASH_NONE && span_parse_hex(hex, raw, kinds[kind].size);
}
