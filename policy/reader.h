/* SPDX-License-Identifier: Apache-2.0 */
/* Walks a JSON document by tables of known keys; errors carry file:line:column. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

/*
 * Shape:     a table of rows {key, type, required, fn} per object; the walk calls fn per member.
 * Limits:    LIMIT_READER_BYTES of text, LIMIT_READER_DEPTH levels; duplicate keys are refused.
 * Ownership: the reader borrows file name and text; the caller owns the json_t root.
 * Errors:    "policy.syntax" (not JSON), "policy.key" (unknown or missing key), "policy.value".
 */
enum {
	LIMIT_READER_BYTES = 1 << 20, /* ten times the largest profile in use */
	LIMIT_READER_DEPTH = 16,
	LIMIT_READER_KEY = 64, /* longest key or word that a message repeats */
};

struct reader_step {
	const char *key; /* NULL: an array element */
	size_t index;
};

struct reader {
	const char *file;
	struct span text;
	struct reader_step steps[LIMIT_READER_DEPTH];
	size_t depth;
	struct err *err;
};

typedef int (*reader_fn)(struct reader *r, json_t *value, void *ctx);

struct reader_row {
	const char *key;
	json_type type;
	bool is_required;
	reader_fn fn; /* NULL: the value is accepted and has no meaning here */
	void *ctx;    /* where not NULL, given to fn instead of the walk's */
};

struct reader_word {
	const char *word;
	int64_t value;
};

/* Parse the text; the reader is ready to walk then. The caller decrefs *ret_root. */
must_check int reader_init(
	struct reader *r, const char *file, struct span text, json_t **ret_root, struct err *err);

/* Error at the current place; with at_key, at the key rather than at its value. Returns -1. */
int reader_fail(struct reader *r, const char *step, const char *fmt, ...) printf_like(3, 4);

/* Walk one object by its table. */
must_check int reader_object(
	struct reader *r, json_t *object, const struct reader_row *rows, size_t n_rows, void *ctx);

/* Walk an object with free keys: fn reads the key with reader_key(). */
must_check int reader_members(struct reader *r, json_t *object, reader_fn fn, void *ctx);

/* Walk an array whose elements have one type. */
must_check int reader_array(
	struct reader *r, json_t *array, json_type type, reader_fn fn, void *ctx);

/* The key of the member being read. */
const char *reader_key(const struct reader *r);

/* Position in the array being read. */
size_t reader_index(const struct reader *r);

/* One word of a table; an unknown one is an error that names the nearest. */
must_check int reader_word(struct reader *r, const char *what, const char *word,
	const struct reader_word *words, size_t n_words, int64_t *ret);

/* A string value into a fixed field; too long, or with a NUL inside, is an error. */
must_check int reader_text(struct reader *r, json_t *value, char *ret, size_t size);

/* An integer in a range. */
must_check int reader_number(
	struct reader *r, json_t *value, int64_t least, int64_t most, int64_t *ret);

/* A count of bytes: an integer, or a string such as "512M" (K, M, G: powers of 1024). */
must_check int reader_size(struct reader *r, json_t *value, uint64_t *ret);
