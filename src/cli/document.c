/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's JSON documents as text for people. */
#include "cli/document.h"

#include <jansson.h>
#include <string.h>
#include <time.h>

#include "base/bug.h"
#include "base/path.h"
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

static void add_since(struct str *out, json_int_t moment)
{
	add_age(out, (json_int_t)time(NULL) - moment);
}

static void add_ms(struct str *out, json_int_t ms)
{
	add_age(out, ms / 1000);
}

/* Endings of keys that say what an integer is. */
static const struct {
	const char *ending;
	void (*add)(struct str *out, json_int_t value);
} units[] = {
	{"_bytes", add_size},
	{"_at", add_since},
	{"_ms", add_ms},
	{"_s", add_age},
};

static void add_integer(const char *key, json_int_t value, struct str *out)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (ends_with(key, units[i].ending)) {
			units[i].add(out, value);
			return;
		}
	}
	str_addf(out, "%lld", (long long)value);
}

static void add_scalar(struct cli *cli, const char *key, const json_t *value, struct str *out)
{
	if (json_is_string(value))
		escape_text(span_make(json_string_value(value), json_string_length(value)),
			cli->is_utf8, false, out);
	else if (json_is_integer(value))
		add_integer(key, json_integer_value(value), out);
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
	size_t unit = 0;

	for (size_t i = 0; i < ARRAY_LEN(units) && !unit; i++)
		unit = ends_with(key, units[i].ending) ? strlen(units[i].ending) : 0;
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

/* Is it an object of objects that hold plain values, such as the limits of a partition? */
static bool is_grid(const json_t *object)
{
	const char *name = NULL;
	const char *key = NULL;
	json_t *row = NULL;
	json_t *value = NULL;

	json_object_foreach((json_t *)(uintptr_t)object, name, row)
	{
		if (!json_is_object(row) || json_object_size(row) >= LIMIT_COLUMNS)
			return false;
		json_object_foreach(row, key, value)
		{
			if (json_is_object(value) || json_is_array(value))
				return false;
		}
	}
	return json_object_size(object) > 1;
}

/* Its rows under the columns of the first. */
static void put_grid(struct cli *cli, const json_t *grid, size_t indent, struct str *out)
{
	struct columns columns = {.arena = &cli->arena, .indent = indent, .n_columns = 1};
	json_t *object = (json_t *)(uintptr_t)grid;
	json_t *first = json_object_iter_value(json_object_iter(object));
	const char *name = NULL;
	const char *key = NULL;
	json_t *row = NULL;
	json_t *value = NULL;

	columns_add(&columns, SPAN_EMPTY);
	json_object_foreach(first, key, value)
	{
		add_heading(cli, &columns, key);
		columns.n_columns++;
	}
	json_object_foreach(object, name, row)
	{
		const bool is_size = strcmp(name, "memory") == 0;
		scoped_str struct str shown = STR_INIT;

		add_key(cli, name, false, &shown);
		columns_add(&columns, str_span(&shown));
		json_object_foreach(first, key, value) add_cell(
			cli, &columns, is_size ? "_bytes" : key, json_object_get(row, key));
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
	} else if (json_is_object(value) && is_grid(value)) {
		str_addc(out, '\n');
		put_grid(cli, value, 2 * depth + 2, out);
	} else if (json_is_object(value) && json_object_size(value)) {
		str_addc(out, '\n');
		put_object(cli, value, depth + 1, out);
	} else if (json_is_array(value)) {
		put_array(cli, key, value, depth, out);
	} else {
		str_addc(out, ' ');
		if (json_is_object(value)) /* empty */
			str_addc(out, '-');
		else
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

/* What tells a profile from the others: its file and the directory that it stands in. */
static struct span profile_name(struct span url)
{
	const struct span before = path_dir(path_dir(url));
	const bool has_more = before.len > 1;

	return has_more ? span_from(url, before.len + 1) : url;
}

static void add_ps_row(struct cli *cli, struct columns *columns, const json_t *row)
{
	static const char *const keys[] = {"tenant", "name", "state", "health"};
	const json_t *software = json_object_get(row, "software");
	scoped_str struct str shown = STR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		add_cell(cli, columns, keys[i], json_object_get(row, keys[i]));
	if (json_is_string(software))
		escape_text(profile_name(span_str(json_string_value(software))), cli->is_utf8,
			false, &shown);
	else
		str_adds(&shown, "-");
	columns_add(columns, str_span(&shown));
	add_cell(cli, columns, "ipv6", json_object_get(row, "ipv6"));
	add_cell(cli, columns, "created_at", json_object_get(row, "created_at"));
}

void document_show_ps(struct cli *cli, struct span document, struct str *out)
{
	static const char *const headings[] = {
		"TENANT", "NAME", "STATE", "HEALTH", "SOFTWARE", "IPV6", "AGE"};
	struct columns columns = {.arena = &cli->arena, .n_columns = ARRAY_LEN(headings)};
	json_t *root = load(cli, document, out);
	const json_t *rows = root ? json_object_get(root, "partitions") : NULL;
	const json_t *row = NULL;
	size_t i = 0;

	for (size_t k = 0; k < ARRAY_LEN(headings); k++)
		columns_add(&columns, span_str(headings[k]));
	json_array_foreach(rows, i, row) add_ps_row(cli, &columns, row);
	if (rows && i == 0 && cli->is_stdout_tty)
		str_adds(out, "no partitions; 'cantle request NAME PROFILE' makes one\n");
	else if (rows)
		columns_put(&columns, out);
	json_decref(root);
}

/* What is lost without a facility, and how to get it; nothing where it is there. */
static void put_finding(struct cli *cli, const json_t *check, struct str *out)
{
	static const char *const keys[] = {"lost", "fix"};

	if (!json_is_string(json_object_get(check, "lost")) &&
		!json_is_string(json_object_get(check, "fix")))
		return;
	add_scalar(cli, "", json_object_get(check, "name"), out);
	str_adds(out, ": ");
	add_scalar(cli, "", json_object_get(check, "state"), out);
	str_addc(out, '\n');
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const json_t *text = json_object_get(check, keys[i]);

		if (!json_is_string(text))
			continue;
		str_addf(out, "    %s: ", keys[i]);
		add_scalar(cli, "", text, out);
		str_addc(out, '\n');
	}
}

void document_show_doctor(struct cli *cli, struct span document, struct str *out)
{
	static const char *const keys[] = {"name", "state", "detail"};
	json_t *root = load(cli, document, out);
	const json_t *checks = root ? json_object_get(root, "checks") : NULL;
	const json_t *check = NULL;
	size_t i = 0;

	if (json_array_size(checks)) {
		put_table(cli, checks, keys, ARRAY_LEN(keys), 0, out);
		str_addc(out, '\n');
		json_array_foreach(checks, i, check) put_finding(cli, check, out);
		json_object_del(root, "checks");
	}
	if (root)
		put_object(cli, root, 0, out);
	json_decref(root);
}
