/* SPDX-License-Identifier: Apache-2.0 */
/* __buildout_signature__: the recipe, and every section that the part's text depends on. */
#include "base/hash.h"
#include "engine/part.h"

static const struct span base_key = SPAN("_profile_base_location_");
static const struct span base_text = SPAN("${:_profile_base_location_}");

/* Python's repr() of a str, as far as the hash of a section is concerned. */
static void add_repr(struct str *out, struct span text)
{
	bool has_single = span_index(text, '\'') >= 0;
	char quote = has_single && span_index(text, '"') < 0 ? '"' : '\'';

	str_addc(out, quote);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c == (unsigned char)quote || c == '\\')
			str_addf(out, "\\%c", c);
		else if (c == '\n')
			str_adds(out, "\\n");
		else if (c == '\t')
			str_adds(out, "\\t");
		else if (c == '\r')
			str_adds(out, "\\r");
		else if (c < 0x20 || c == 0x7f)
			str_addf(out, "\\x%02x", c);
		else
			str_addc(out, (char)c);
	}
	str_addc(out, quote);
}

/* The same profile fetched from elsewhere hashes the same: its location becomes the reference. */
static void add_portable(struct engine *engine, struct str *out, struct span text)
{
	while (text.len > 0) {
		struct span found = SPAN_EMPTY;
		ptrdiff_t first = -1;

		for (size_t i = SOURCE_FIRST_FILE; i < engine->config.sources.v.n; i++) {
			struct span base = engine->config.sources.v.items[i].base;
			ptrdiff_t at = base.len > 1 ? span_find(text, base) : -1;

			if (at >= 0 && (first < 0 || at < first ||
					       (at == first && base.len > found.len))) {
				first = at;
				found = base;
			}
		}
		if (first < 0)
			break;
		str_add(out, span_first(text, (size_t)first));
		str_add(out, base_text);
		text = span_from(text, (size_t)first + found.len);
	}
	str_add(out, text);
}

static int add_item(struct engine *engine, struct hash *hash, bool has_base, struct span key,
	struct span value, struct err *err)
{
	scoped_str struct str portable = STR_INIT;
	scoped_str struct str line = STR_INIT;

	if (has_base)
		add_portable(engine, &portable, value);
	else
		str_add(&portable, value);
	add_repr(&line, key);
	str_addc(&line, '\0');
	add_repr(&line, str_span(&portable));
	str_addc(&line, '\0');
	if (str_check(&portable, err) < 0 || str_check(&line, err) < 0)
		return -1;
	hash_add(hash, str_span(&line));
	return 0;
}

static int hash_section(
	struct engine *engine, uint32_t section, struct hash_hex *ret, struct err *err)
{
	struct section *s = &engine->config.sections.items[section];
	bool has_base = options_find_name(&engine->config, &s->live, base_key) != NULL;
	struct installed_option *options;
	struct hash hash;
	size_t n;

	if (part_snapshot(engine, section, &options, &n, err) < 0)
		return -1;
	hash_init(&hash, HASH_MD5);
	for (size_t i = 0; i < n; i++)
		if (!span_eq(options[i].key, base_key) &&
			add_item(engine, &hash, has_base, options[i].key, options[i].value, err) <
				0)
			return -1;
	*ret = hash_end(&hash);
	return 0;
}

static int by_name(const void *a, const void *b, void *context)
{
	struct config *config = context;
	const uint32_t *x = a;
	const uint32_t *y = b;

	return span_cmp(section_name(config, &config->sections.items[*x]),
		section_name(config, &config->sections.items[*y]));
}

static int add_dependencies(
	struct engine *engine, uint32_t section, struct str *out, struct err *err)
{
	struct section *s = &engine->config.sections.items[section];

	if (s->depends.n)
		qsort_r(s->depends.items, s->depends.n, sizeof(*s->depends.items), by_name,
			&engine->config);
	for (size_t i = 0; i < s->depends.n; i++) {
		uint32_t other = s->depends.items[i];
		struct hash_hex hex;

		if (i > 0 && s->depends.items[i - 1] == other)
			continue;
		if (hash_section(engine, other, &hex, err) < 0)
			return -1;
		str_addf(out, " %.*s:%s",
			SPAN_ARG(section_name(
				&engine->config, &engine->config.sections.items[other])),
			hex.text);
	}
	return 0;
}

int signature_get(struct engine *engine, uint32_t section, struct span *ret_text, struct err *err)
{
	struct section *s = &engine->config.sections.items[section];
	scoped_str struct str text = STR_INIT;
	const struct recipe *recipe = s->part ? s->part->recipe : NULL;

	if (!s->signature.ptr) {
		s->depends_frozen = true;
		if (recipe) {
			struct span name = span_str(recipe->name);
			ptrdiff_t colon = span_index(name, ':');

			/* As of a distribution: NAME-VERSION, whatever the entry point. */
			str_add(&text, colon < 0 ? name : span_first(name, (size_t)colon));
			str_addf(&text, "-%s", recipe->signature ? recipe->signature : "1");
		}
		if (add_dependencies(engine, section, &text, err) < 0 || str_check(&text, err) < 0)
			return -1;
		s->signature = arena_span(&engine->config.arena, str_span(&text));
		if (!s->signature.ptr)
			return config_oom(err);
	}
	*ret_text = s->signature;
	return 0;
}
