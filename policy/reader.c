/* SPDX-License-Identifier: Apache-2.0 */
/* Walks a JSON document by tables of known keys; errors carry file:line:column. */
#include "policy/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "policy/where.h"

int reader_init(
	struct reader *r, const char *file, struct span text, json_t **ret_root, struct err *err)
{
	json_error_t at;
	*r = (struct reader){.file = file, .text = text, .err = err};
	if (text.len > LIMIT_READER_BYTES)
		return err_set(err, ERR_LIMIT, 0, "policy.syntax", "%s: longer than %d bytes", file,
			LIMIT_READER_BYTES);
	json_t *root = json_loadb(text.ptr ? text.ptr : "", text.len, JSON_REJECT_DUPLICATES, &at);
	if (!root)
		return err_set(err, ERR_INPUT, 0, "policy.syntax", "%s:%d:%d: %s", file, at.line,
			at.column > 0 ? at.column : 1, at.text);
	if (!json_is_object(root)) {
		json_decref(root);
		return err_set(err, ERR_INPUT, 0, "policy.syntax",
			"%s:1:1: a policy file is one JSON object", file);
	}
	*ret_root = root;
	return 0;
}

int reader_fail(struct reader *r, const char *step, const char *fmt, ...)
{
	char said[300];
	va_list ap;
	struct where_pos pos = where_find(r->text, r->steps, r->depth);
	va_start(ap, fmt);
	if (vsnprintf(said, sizeof(said), fmt, ap) < 0)
		said[0] = '\0';
	va_end(ap);
	return err_set(
		r->err, ERR_INPUT, 0, step, "%s:%zu:%zu: %s", r->file, pos.line, pos.column, said);
}

static const char *type_name(json_type type)
{
	switch (type) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "an integer";
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "true or false";
	case JSON_NULL:
	default:
		return "null";
	}
}

/* JSON_TRUE stands for both booleans; JSON_NULL for any type, which fn tells apart itself. */
static bool is_type(const json_t *value, json_type type)
{
	if (type == JSON_NULL)
		return true;
	if (type == JSON_TRUE)
		return json_is_boolean(value);
	return json_typeof(value) == type;
}

static int push(struct reader *r, const char *key, size_t index)
{
	if (r->depth == LIMIT_READER_DEPTH)
		return reader_fail(
			r, "policy.value", "nested deeper than %d levels", LIMIT_READER_DEPTH);
	r->steps[r->depth++] = (struct reader_step){.key = key, .index = index};
	return 0;
}

static const char *nearest_row(const char *key, const struct reader_row *rows, size_t n_rows)
{
	const char *best = NULL;
	size_t least = 1 + strlen(key) / 3;
	for (size_t i = 0; i < n_rows; i++) {
		size_t d = where_distance(key, rows[i].key);
		if (d <= least) {
			least = d;
			best = rows[i].key;
		}
	}
	return best;
}

static int member(
	struct reader *r, json_t *value, const struct reader_row *rows, size_t n_rows, void *ctx)
{
	const char *key = reader_key(r);
	for (size_t i = 0; i < n_rows; i++) {
		if (strcmp(rows[i].key, key) != 0)
			continue;
		if (!is_type(value, rows[i].type))
			return reader_fail(
				r, "policy.value", "'%s' must be %s", key, type_name(rows[i].type));
		return rows[i].fn ? rows[i].fn(r, value, rows[i].ctx ? rows[i].ctx : ctx) : 0;
	}
	const char *best = nearest_row(key, rows, n_rows);
	return reader_fail(r, "policy.key", "unknown key '%.*s'%s%s%s", LIMIT_READER_KEY, key,
		best ? ", did you mean '" : "", best ? best : "", best ? "'?" : "");
}

int reader_object(
	struct reader *r, json_t *object, const struct reader_row *rows, size_t n_rows, void *ctx)
{
	const char *key;
	json_t *value;
	json_object_foreach(object, key, value)
	{
		if (push(r, key, 0) < 0 || member(r, value, rows, n_rows, ctx) < 0)
			return -1;
		r->depth--;
	}
	for (size_t i = 0; i < n_rows; i++)
		if (rows[i].is_required && !json_object_get(object, rows[i].key))
			return reader_fail(r, "policy.key", "key '%s' is missing", rows[i].key);
	return 0;
}

int reader_members(struct reader *r, json_t *object, reader_fn fn, void *ctx)
{
	const char *key;
	json_t *value;
	json_object_foreach(object, key, value)
	{
		if (push(r, key, 0) < 0 || fn(r, value, ctx) < 0)
			return -1;
		r->depth--;
	}
	return 0;
}

int reader_array(struct reader *r, json_t *array, json_type type, reader_fn fn, void *ctx)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		json_t *value = json_array_get(array, i);
		if (push(r, NULL, i) < 0)
			return -1;
		if (!is_type(value, type))
			return reader_fail(r, "policy.value", "must be %s", type_name(type));
		if (fn(r, value, ctx) < 0)
			return -1;
		r->depth--;
	}
	return 0;
}

const char *reader_key(const struct reader *r)
{
	for (size_t i = r->depth; i > 0; i--)
		if (r->steps[i - 1].key)
			return r->steps[i - 1].key;
	return "";
}

size_t reader_index(const struct reader *r)
{
	return r->depth ? r->steps[r->depth - 1].index : 0;
}

int reader_word(struct reader *r, const char *what, const char *word,
	const struct reader_word *words, size_t n_words, int64_t *ret)
{
	const char *best = NULL;
	size_t least = 1 + strlen(word) / 3;
	for (size_t i = 0; i < n_words; i++) {
		if (strcmp(words[i].word, word) == 0) {
			*ret = words[i].value;
			return 0;
		}
		size_t d = where_distance(word, words[i].word);
		if (d <= least) {
			least = d;
			best = words[i].word;
		}
	}
	return reader_fail(r, "policy.value", "unknown %s '%.*s'%s%s%s", what, LIMIT_READER_KEY,
		word, best ? ", did you mean '" : "", best ? best : "", best ? "'?" : "");
}

int reader_text(struct reader *r, json_t *value, char *ret, size_t size)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);
	if (len >= size || strlen(text) != len)
		return reader_fail(r, "policy.value", "'%s' must be shorter than %zu bytes",
			reader_key(r), size);
	memset(ret, 0, size);
	memcpy(ret, text, len);
	return 0;
}

int reader_number(struct reader *r, json_t *value, int64_t least, int64_t most, int64_t *ret)
{
	if (!json_is_integer(value) || json_integer_value(value) < least ||
		json_integer_value(value) > most)
		return reader_fail(r, "policy.value", "'%s' must be an integer from %lld to %lld",
			reader_key(r), (long long)least, (long long)most);
	*ret = json_integer_value(value);
	return 0;
}

static unsigned int size_shift(struct span *text)
{
	static const struct {
		char unit;
		unsigned int shift;
	} units[] = {{'K', 10}, {'M', 20}, {'G', 30}};
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (text->len && text->ptr[text->len - 1] == units[i].unit) {
			text->len--;
			return units[i].shift;
		}
	return 0;
}

int reader_size(struct reader *r, json_t *value, uint64_t *ret)
{
	uint64_t n = 0;
	if (json_is_integer(value) && json_integer_value(value) >= 0) {
		*ret = (uint64_t)json_integer_value(value);
		return 0;
	}
	struct span text = span_make(json_string_value(value), json_string_length(value));
	if (!json_is_string(value))
		text = SPAN_EMPTY;
	unsigned int shift = size_shift(&text);
	if (!span_parse_u64(text, &n) || n > (UINT64_C(1) << 62) >> shift)
		return reader_fail(r, "policy.value",
			"'%s' must be a size such as 1048576, \"64M\" or \"2G\"", reader_key(r));
	*ret = n << shift;
	return 0;
}
