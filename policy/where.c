/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the line and column of a value in JSON text, and how far two words are apart. */
#include "policy/where.h"

#include <stdbool.h>
#include <string.h>

#include "policy/reader.h"

static size_t skip_blank(struct span t, size_t at)
{
	while (at < t.len && strchr(" \t\r\n", t.ptr[at]) && t.ptr[at])
		at++;
	return at;
}

/* Behind the closing quote of the string that starts at `at`. */
static size_t skip_string(struct span t, size_t at)
{
	for (at++; at < t.len && t.ptr[at] != '"'; at++)
		if (t.ptr[at] == '\\')
			at++;
	return at < t.len ? at + 1 : t.len;
}

/* Behind the value that starts at `at`, brackets and strings included. */
static size_t skip_value(struct span t, size_t at)
{
	size_t depth = 0;
	while (at < t.len) {
		char c = t.ptr[at];
		if (c == '"') {
			at = skip_string(t, at);
			if (depth == 0)
				return at;
			continue;
		}
		if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			if (depth <= 1)
				return depth ? at + 1 : at;
			depth--;
		} else if (c == ',' && depth == 0) {
			return at;
		}
		at++;
	}
	return t.len;
}

static bool is_key(struct span t, size_t at, size_t end, const char *key)
{
	return end >= at + 2 && span_is(span_make(t.ptr + at + 1, end - at - 2), key);
}

/*
 * From the bracket at *at to the element of one step: *ret_found is the start of its key (or of
 * the element itself), *at becomes the start of its value.
 */
static bool enter(struct span t, size_t *at, const struct reader_step *step, size_t *ret_found)
{
	size_t i = skip_blank(t, *at + 1);
	for (size_t n = 0; i < t.len && t.ptr[i] != '}' && t.ptr[i] != ']'; n++) {
		size_t start = i;
		bool is_found = !step->key && n == step->index;
		if (step->key && t.ptr[i] == '"') {
			size_t end = skip_string(t, i);
			is_found = is_key(t, i, end, step->key);
			i = skip_blank(t, end);
			i = skip_blank(t, i + 1);
		}
		if (is_found) {
			*ret_found = start;
			*at = i;
			return true;
		}
		i = skip_blank(t, skip_value(t, i));
		if (i < t.len && t.ptr[i] == ',')
			i = skip_blank(t, i + 1);
	}
	return false;
}

struct where_pos where_find(struct span json, const struct reader_step *steps, size_t n_steps)
{
	struct where_pos pos = {.line = 1, .column = 1};
	size_t at = skip_blank(json, 0);
	size_t found = at;
	for (size_t i = 0; i < n_steps; i++)
		if (!enter(json, &at, &steps[i], &found))
			break;
	for (size_t i = 0; i < found && i < json.len; i++) {
		pos.column++;
		if (json.ptr[i] == '\n') {
			pos.line++;
			pos.column = 1;
		}
	}
	return pos;
}

size_t where_distance(const char *a, const char *b)
{
	size_t row[LIMIT_READER_KEY];
	size_t n_a = strlen(a);
	size_t n_b = strlen(b);
	if (n_a >= LIMIT_READER_KEY || n_b >= LIMIT_READER_KEY)
		return n_a > n_b ? n_a : n_b;
	for (size_t j = 0; j <= n_b; j++)
		row[j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= n_b; j++) {
			size_t replace = diagonal + (a[i - 1] != b[j - 1]);
			size_t add = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			diagonal = row[j];
			row[j] = replace < add ? replace : add;
		}
	}
	return row[n_b];
}
