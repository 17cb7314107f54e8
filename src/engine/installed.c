/* SPDX-License-Identifier: Apache-2.0 */
/* .installed.cfg: which parts are installed, with which options and files. */
#include "engine/installed.h"

#include "base/bug.h"
#include "engine/limit.h"
#include "engine/parse.h"

static const struct {
	char c;
	struct span token;
} tokens[] = {
	{' ', SPAN("%(__buildout_space__)s")},
	{'\r', SPAN("%(__buildout_space_r__)s")},
	{'\f', SPAN("%(__buildout_space_f__)s")},
	{'\v', SPAN("%(__buildout_space_v__)s")},
	{'\n', SPAN("%(__buildout_space_n__)s")},
};

void installed_init(struct installed *installed)
{
	*installed = (struct installed){
		.arena = ARENA_INIT(2 * LIMIT_INSTALLED_BYTES), .parts = VEC_INIT};
}

void installed_part_done(struct installed_part *part)
{
	vec_done(&part->options);
}

void installed_done(struct installed *installed)
{
	for (size_t i = 0; i < installed->parts.n; i++)
		installed_part_done(&installed->parts.items[i]);
	vec_done(&installed->parts);
	arena_done(&installed->arena);
}

const struct installed_part *installed_find(const struct installed *installed, struct span name)
{
	for (size_t i = 0; i < installed->parts.n; i++)
		if (span_eq(installed->parts.items[i].name, name))
			return &installed->parts.items[i];
	return NULL;
}

struct span installed_value(const struct installed_part *part, struct span key)
{
	for (size_t i = 0; i < part->options.n; i++)
		if (span_eq(part->options.items[i].key, key))
			return part->options.items[i].value;
	return SPAN_EMPTY;
}

bool installed_take(struct installed *installed, struct span name, struct installed_part *ret)
{
	for (size_t i = 0; i < installed->parts.n; i++) {
		struct installed_part *part = &installed->parts.items[i];

		if (!span_eq(part->name, name))
			continue;
		*ret = *part;
		installed->parts.n--;
		memmove(part, part + 1, (installed->parts.n - i) * sizeof(*part));
		return true;
	}
	return false;
}

static int by_key(const void *a, const void *b)
{
	const struct installed_option *x = a;
	const struct installed_option *y = b;

	return span_cmp(x->key, y->key);
}

static int oom(struct err *err)
{
	return err_set(err, ERR_LIMIT, 0, "installed.size",
		"state of the installed parts is larger than %zu bytes (LIMIT_INSTALLED_BYTES)",
		LIMIT_INSTALLED_BYTES);
}

static bool part_add(struct installed *installed, struct installed_part *part,
	const struct installed_option *option)
{
	struct installed_option kept = {
		.key = arena_span(&installed->arena, option->key),
		.value = arena_span(&installed->arena, option->value),
	};

	return kept.key.ptr && kept.value.ptr && vec_push(&part->options, kept);
}

int installed_put(struct installed *installed, struct span name,
	const struct installed_option *options, size_t n_options, struct err *err)
{
	struct installed_part part = {.options = VEC_INIT};
	struct installed_part *place = NULL;
	bool is_ok = true;

	part.name = arena_span(&installed->arena, name);
	for (size_t i = 0; i < n_options && is_ok; i++)
		is_ok = part_add(installed, &part, &options[i]);
	for (size_t i = 0; i < installed->parts.n && !place; i++)
		if (span_eq(installed->parts.items[i].name, name))
			place = &installed->parts.items[i];
	if (!is_ok || !part.name.ptr || (!place && !vec_push(&installed->parts, part))) {
		installed_part_done(&part);
		return oom(err);
	}
	if (part.options.n)
		qsort(part.options.items, part.options.n, sizeof(*part.options.items), by_key);
	if (place) {
		installed_part_done(place);
		*place = part;
	}
	return 0;
}

/* ---- writing ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static void add_token(struct str *out, char c)
{
	for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
		if (tokens[i].c == c) {
			str_add(out, tokens[i].token);
			return;
		}
	str_addc(out, c);
}

/*
 * A run of white space that holds a newline, begins or ends the value. The first newline is written
 * as one (with a tab that reading strips), all else by its token; at either end of the value even
 * the newline is a token.
 */
static void add_run(struct str *out, struct span run, bool is_first, bool is_last)
{
	ptrdiff_t newline = span_index(run, '\n');

	for (size_t i = 0; i < run.len; i++) {
		if ((ptrdiff_t)i != newline)
			add_token(out, run.ptr[i]);
		else if ((is_first && i == 0) || (is_last && i + 1 == run.len))
			add_token(out, '\n');
		else
			str_adds(out, "\n\t");
	}
}

static void add_value(struct str *out, struct span value)
{
	size_t at = 0;

	while (at < value.len) {
		size_t end = at;
		bool has_newline = false;

		while (end < value.len && is_blank(value.ptr[end]))
			end++;
		has_newline = end < value.len && value.ptr[end] == '\n';
		while (has_newline && end < value.len &&
			(is_blank(value.ptr[end]) || value.ptr[end] == '\n'))
			end++;
		if (end > at && (has_newline || at == 0 || end == value.len)) {
			add_run(out, span_make(value.ptr + at, end - at), at == 0,
				end == value.len);
			at = end;
			continue;
		}
		if (end == at)
			end++;
		str_add(out, span_make(value.ptr + at, end - at));
		at = end;
	}
}

void installed_format(const struct installed *installed, struct str *out)
{
	str_adds(out, "[buildout]\ninstalled_develop_eggs = ");
	add_value(out, installed->develop_eggs);
	str_adds(out, "\nparts =");
	for (size_t i = 0; i < installed->parts.n; i++) {
		str_addc(out, ' ');
		str_add(out, installed->parts.items[i].name);
	}
	str_adds(out, installed->parts.n ? "\n" : " \n");
	for (size_t i = 0; i < installed->parts.n; i++) {
		const struct installed_part *part = &installed->parts.items[i];

		str_adds(out, "\n[");
		str_add(out, part->name);
		str_adds(out, "]\n");
		for (size_t k = 0; k < part->options.n; k++) {
			str_add(out, part->options.items[k].key);
			str_adds(out, " = ");
			add_value(out, part->options.items[k].value);
			str_addc(out, '\n');
		}
	}
}

/* ---- reading ---- */

static void decode(struct str *out, struct span value)
{
	str_cut(out, 0);
	while (value.len > 0) {
		ptrdiff_t at = span_find(value, (struct span)SPAN("%("));
		bool is_token = false;

		str_add(out, span_first(value, at < 0 ? value.len : (size_t)at));
		if (at < 0)
			return;
		value = span_from(value, (size_t)at);
		for (size_t i = 0; i < ARRAY_LEN(tokens) && !is_token; i++) {
			struct span token = tokens[i].token;

			is_token = span_eq(span_first(value, token.len), token);
			if (is_token) {
				str_addc(out, tokens[i].c);
				value = span_from(value, token.len);
			}
		}
		if (!is_token) {
			str_add(out, span_first(value, 2));
			value = span_from(value, 2);
		}
	}
}

static int read_part(struct installed *ret, const struct config *config,
	const struct parsed_section *section, struct err *err)
{
	VEC(struct installed_option) options = VEC_INIT;
	int status = 0;

	for (const struct option *o = section->options.first; o && status == 0; o = o->next) {
		scoped_str struct str value = STR_INIT_LIMIT(LIMIT_INSTALLED_BYTES);
		struct installed_option option = {.key = config_name(config, o->key)};

		decode(&value, o->value->text);
		option.value = arena_span(&ret->arena, str_span(&value));
		if (value.failed || !option.value.ptr || !vec_push(&options, option))
			status = oom(err);
	}
	if (status == 0)
		status = installed_put(
			ret, config_name(config, section->name), options.items, options.n, err);
	vec_done(&options);
	return status;
}

static int read_parts(
	struct installed *ret, struct config *config, const struct parsed *parsed, struct err *err)
{
	static const struct span buildout_name = SPAN("buildout");
	const struct parsed_section *buildout = parsed_find(parsed, buildout_name);
	const struct option *option;
	struct span rest;
	struct span name;

	if (!buildout)
		return 0;
	option = options_find_name(
		config, &buildout->options, (struct span)SPAN("installed_develop_eggs"));
	if (option)
		ret->develop_eggs = arena_span(&ret->arena, option->value->text);
	option = options_find_name(config, &buildout->options, (struct span)SPAN("parts"));
	rest = option ? option->value->text : SPAN_EMPTY;
	while (span_word(&rest, &name)) {
		const struct parsed_section *section = parsed_find(parsed, name);

		if (section && !span_eq(name, buildout_name) &&
			read_part(ret, config, section, err) < 0)
			return -1;
	}
	return 0;
}

int installed_parse(struct installed *ret, struct span text, struct err *err)
{
	struct config config;
	struct parsed parsed = PARSED_INIT;
	struct source source = {.path = span_str(".installed.cfg"), .by_file = SOURCE_FIRST_FILE};
	uint32_t file = 0;
	int status = config_init(&config, err);

	installed_init(ret);
	if (text.len > LIMIT_INSTALLED_BYTES)
		status = oom(err);
	source.text = text;
	if (status == 0)
		status = sources_add(&config.sources, &source, &file, err);
	if (status == 0)
		status = parse_file(&config, NULL, file, &parsed, err);
	if (status == 0) {
		status = read_parts(ret, &config, &parsed, err);
		parsed_done(&parsed);
	}
	config_done(&config);
	if (status < 0)
		installed_done(ret);
	return status;
}

/* What is left of a value that is written and read back. */
static bool round_trip(struct span value, struct str *ret)
{
	struct installed_option option = {.key = SPAN("v"), .value = value};
	scoped_str struct str text = STR_INIT_LIMIT(LIMIT_INSTALLED_BYTES);
	struct installed written;
	struct installed read;
	struct err err = ERR_INIT;
	bool is_ok;

	installed_init(&written);
	is_ok = installed_put(&written, option.key, &option, 1, &err) == 0;
	installed_format(&written, &text);
	installed_done(&written);
	if (!is_ok || text.failed || installed_parse(&read, str_span(&text), &err) < 0)
		return false;
	if (read.parts.n == 1)
		str_add(ret, installed_value(&read.parts.items[0], option.key));
	installed_done(&read);
	return !ret->failed;
}

bool installed_same(struct span saved, struct span value)
{
	scoped_str struct str left = STR_INIT_LIMIT(LIMIT_INSTALLED_BYTES);

	return span_eq(saved, value) ||
	       (round_trip(value, &left) && span_eq(saved, str_span(&left)));
}
