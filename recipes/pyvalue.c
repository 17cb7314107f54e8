/* SPDX-License-Identifier: Apache-2.0 */
/* Option values that are not strings: "!py!" and the Python text of a JSON value. */
#include "recipes/pyvalue.h"

#include <stdlib.h>

#include "base/mem.h"

int pyvalue_parse(struct span text, json_t **ret, struct err *err)
{
	json_error_t why;
	json_t *value = json_loadb(text.ptr ? text.ptr : "", text.len,
		JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
	if (!value)
		return err_set(err, ERR_INPUT, 0, "pyvalue.json", "not JSON: %s (line %d)",
			why.text, why.line);
	*ret = value;
	return 0;
}

/* Python prefers single quotes, unless the text has them and no double ones. */
static void add_string(struct str *ret, struct span text)
{
	char quote = span_index(text, '\'') >= 0 && span_index(text, '"') < 0 ? '"' : '\'';
	str_addc(ret, quote);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if (c == '\n')
			str_adds(ret, "\\n");
		else if (c == '\r')
			str_adds(ret, "\\r");
		else if (c == '\t')
			str_adds(ret, "\\t");
		else if (c < 0x20 || c == 0x7f || c == '$' || c == ';')
			str_addf(ret, "\\x%02x", c);
		else if (c == '\\' || c == (unsigned char)quote)
			str_addf(ret, "\\%c", c);
		else
			str_addc(ret, (char)c);
	}
	str_addc(ret, quote);
}

/* The shortest text that reads back as the same number, always with a point or an exponent. */
static void add_real(struct str *ret, double value)
{
	char text[40];
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	str_adds(ret, text);
	if (!strpbrk(text, ".eEni"))
		str_adds(ret, ".0");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_value(struct str *ret, const json_t *value, int depth);

static void add_object(struct str *ret, const json_t *value, int depth)
{
	size_t n = json_object_size(value);
	scoped_free const char **names = mem_array(n, sizeof(*names));
	size_t i = 0;
	if (!names) {
		ret->failed = true;
		return;
	}
	/* The iterator's argument is not const for no reason. */
	json_t *object = (json_t *)(uintptr_t)value;
	for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at))
		names[i++] = json_object_iter_key(at);
	qsort(names, n, sizeof(*names), by_name);
	str_addc(ret, '{');
	for (i = 0; i < n; i++) {
		str_adds(ret, i ? ", " : "");
		add_string(ret, span_str(names[i]));
		str_adds(ret, ": ");
		add_value(ret, json_object_get(value, names[i]), depth + 1);
	}
	str_addc(ret, '}');
}

static void add_list(struct str *ret, const json_t *value, int depth)
{
	str_addc(ret, '[');
	for (size_t i = 0; i < json_array_size(value); i++) {
		str_adds(ret, i ? ", " : "");
		add_value(ret, json_array_get(value, i), depth + 1);
	}
	str_addc(ret, ']');
}

static void add_value(struct str *ret, const json_t *value, int depth)
{
	if (depth > PYVALUE_DEPTH_MAX) {
		ret->failed = true;
		return;
	}
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		add_object(ret, value, depth);
		break;
	case JSON_ARRAY:
		add_list(ret, value, depth);
		break;
	case JSON_STRING:
		add_string(ret, span_make(json_string_value(value), json_string_length(value)));
		break;
	case JSON_INTEGER:
		str_addf(ret, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		add_real(ret, json_real_value(value));
		break;
	case JSON_TRUE:
		str_adds(ret, "True");
		break;
	case JSON_FALSE:
		str_adds(ret, "False");
		break;
	case JSON_NULL:
		str_adds(ret, "None");
		break;
	}
}

void pyvalue_add(struct str *ret, const json_t *value)
{
	if (json_is_string(value)) {
		str_add(ret, span_make(json_string_value(value), json_string_length(value)));
		return;
	}
	str_adds(ret, "!py!");
	add_value(ret, value, 0);
}

static int by_bytes(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

void pyvalue_add_set(struct str *ret, const struct span *items, size_t n)
{
	scoped_free struct span *sorted = mem_array(n, sizeof(*sorted));
	if (!sorted) {
		ret->failed = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		sorted[i] = items[i];
	qsort(sorted, n, sizeof(*sorted), by_bytes);
	str_adds(ret, n ? "!py!{" : "!py!set()");
	for (size_t i = 0; i < n; i++) {
		if (i && span_eq(sorted[i], sorted[i - 1]))
			continue;
		str_adds(ret, i ? ", " : "");
		add_string(ret, sorted[i]);
	}
	str_adds(ret, n ? "}" : "");
}
