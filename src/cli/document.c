/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's JSON documents as text for people. */
#include "cli/document.h"

#include <jansson.h>
#include <string.h>

#include "base/bug.h"
#include "cli/columns.h"
#include "cli/escape.h"

static void put_value(
	struct cli *cli, const char *key, const json_t *value, size_t depth, struct str *out);

static bool ends_with(const char *text, const char *end)
{
	return span_ends(span_str(text), end);
}

/* "45s", "12m", "3h", "4d": the largest unit that is not zero. */
static void add_age(struct str *out, json_int_t seconds)
{
	const long long s = seconds > 0 ? (long long)seconds : 0;

	if (s < 120)
		str_addf(out, "%llds", s);
	else if (s < 2 * 3600)
		str_addf(out, "%lldm", s / 60);
	else if (s < 2 * 86400)
		str_addf(out, "%lldh", s / 3600);
	else
		str_addf(out, "%lldd", s / 86400);
}

static void add_size(struct str *out, json_int_t bytes)
{
	static const char units[] = "BKMGTP";
	double size = (double)bytes;
	size_t unit = 0;

	for (; size >= 1024 && unit + 2 < sizeof(units); unit++)
		size /= 1024;
	if (unit == 0)
		str_addf(out, "%lld", (long long)bytes);
	else
		str_addf(out, "%.1f%c", size, units[unit]);
}

static void add_scalar(struct cli *cli, const char *key, const json_t *value, struct str *out)
{
	if (json_is_string(value))
		escape_text(span_make(json_string_value(value), json_string_length(value)),
			cli->is_utf8, false, out);
	else if (json_is_integer(value) && ends_with(key, "_s"))
		add_age(out, json_integer_value(value));
	else if (json_is_integer(value) && ends_with(key, "_bytes"))
		add_size(out, json_integer_value(value));
	else if (json_is_integer(value))
		str_addf(out, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		str_addf(out, "%.2f", json_real_value(value));
	else if (json_is_boolean(value))
		str_adds(out, json_is_true(value) ? "yes" : "no");
	else
		str_adds(out, json_is_null(value) ? "-" : "...");
}

/* A key as people read it; as a heading in capitals. */
static void add_key(struct cli *cli, const char *key, bool is_heading, struct str *out)
{
	scoped_str struct str shown = STR_INIT;
	const size_t unit = ends_with(key, "_bytes") ? 6 : ends_with(key, "_s") ? 2 : 0;

	escape_text(span_make(key, strlen(key) - unit), cli->is_utf8, false, &shown);
	for (size_t i = 0; i < shown.len; i++) {
		const char c = shown.ptr[i];

		if (c == '_')
			str_addc(out, ' ');
		else
			str_addc(out, is_heading && c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
	}
}

static void add_cell(struct cli *cli, struct columns *columns, const char *key, const json_t *value)
{
	scoped_str struct str cell = STR_INIT;

	if (!value)
		str_adds(&cell, "-");
	else
		add_scalar(cli, key, value, &cell);
	columns_add(columns, str_span(&cell));
}

static void add_heading(struct cli *cli, struct columns *columns, const char *key)
{
	scoped_str struct str cell = STR_INIT;

	add_key(cli, key, true, &cell);
	columns_add(columns, str_span(&cell));
}

static void put_table(struct cli *cli, const json_t *rows, const char *const *keys, size_t n_keys,
	size_t indent, struct str *out)
{
	struct columns columns = {.arena = &cli->arena, .n_columns = n_keys, .indent = indent};
	const json_t *row = NULL;
	size_t i = 0;

	for (size_t k = 0; k < n_keys; k++)
		add_heading(cli, &columns, keys[k]);
	json_array_foreach(rows, i, row)
	{
		for (size_t k = 0; k < n_keys; k++)
			add_cell(cli, &columns, keys[k], json_object_get(row, keys[k]));
	}
	columns_put(&columns, out);
}

static void put_array(
	struct cli *cli, const char *key, const json_t *value, size_t depth, struct str *out)
{
	const char *keys[LIMIT_COLUMNS];
	size_t n_keys = 0;
	json_t *first = json_array_get(value, 0);
	const char *name = NULL;
	json_t *ignored = NULL;
	const json_t *item = NULL;
	size_t i = 0;

	if (json_is_object(first) && json_object_size(first)) {
		json_object_foreach(first, name, ignored)
		{
			if (n_keys < LIMIT_COLUMNS)
				keys[n_keys++] = name;
		}
		str_addc(out, '\n');
		put_table(cli, value, keys, n_keys, 2 * depth + 2, out);
		return;
	}
	json_array_foreach(value, i, item)
	{
		str_adds(out, i ? ", " : " ");
		add_scalar(cli, key, item, out);
	}
	str_adds(out, json_array_size(value) ? "\n" : " -\n");
}

static void put_object(struct cli *cli, const json_t *object, size_t depth, struct str *out)
{
	const char *key = NULL;
	json_t *value = NULL;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (depth == 0 && strcmp(key, "v") == 0)
			continue;
		str_addf(out, "%*s", (int)(2 * depth), "");
		add_key(cli, key, false, out);
		str_addc(out, ':');
		put_value(cli, key, value, depth, out);
	}
}

/* What follows "key:", the line's end included. */
static void put_value(
	struct cli *cli, const char *key, const json_t *value, size_t depth, struct str *out)
{
	if (depth >= LIMIT_DOCUMENT_DEPTH) {
		str_adds(out, " ...\n");
	} else if (json_is_object(value) && json_object_size(value)) {
		str_addc(out, '\n');
		put_object(cli, value, depth + 1, out);
	} else if (json_is_array(value)) {
		put_array(cli, key, value, depth, out);
	} else {
		str_addc(out, ' ');
		add_scalar(cli, key, value, out);
		str_addc(out, '\n');
	}
}

/* Where a document is {"v": 1, "thing": {...}}, the thing. */
static const json_t *only_object(const json_t *root)
{
	void *at = json_object_iter((json_t *)(uintptr_t)root);
	const json_t *found = NULL;

	for (; at; at = json_object_iter_next((json_t *)(uintptr_t)root, at)) {
		if (strcmp(json_object_iter_key(at), "v") == 0)
			continue;
		if (found || !json_is_object(json_object_iter_value(at)))
			return root;
		found = json_object_iter_value(at);
	}
	return found ? found : root;
}

static json_t *load(struct cli *cli, struct span document, struct str *out)
{
	json_error_t error;
	json_t *root = json_loadb(document.ptr, document.len, JSON_ALLOW_NUL, &error);

	if (!json_is_object(root)) {
		json_decref(root);
		escape_text(document, cli->is_utf8, true, out);
		return NULL;
	}
	return root;
}

void document_show(struct cli *cli, struct span document, struct str *out)
{
	json_t *root = load(cli, document, out);

	if (root)
		put_object(cli, only_object(root), 0, out);
	json_decref(root);
}

void document_show_ps(struct cli *cli, struct span document, struct str *out)
{
	static const char *const keys[] = {
		"tenant", "name", "state", "health", "software", "ipv6", "age_s"};
	json_t *root = load(cli, document, out);
	const json_t *rows = root ? json_object_get(root, "partitions") : NULL;

	if (rows && (json_array_size(rows) || !cli->is_stdout_tty))
		put_table(cli, rows, keys, ARRAY_LEN(keys), 0, out);
	else if (rows)
		str_adds(out, "no partitions; 'cantle request NAME PROFILE' makes one\n");
	json_decref(root);
}
