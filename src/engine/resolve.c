/* SPDX-License-Identifier: Apache-2.0 */
/* Lazy resolution: macros, references, and the order in which sections and recipes come to life. */
#include "engine/resolve.h"

#include "engine/expr.h"
#include "engine/limit.h"
#include "engine/merge.h"
#include "engine/parse.h"

static const struct span base_key = SPAN("_profile_base_location_");

static struct section *section_at(struct resolve *r, uint32_t section)
{
	return &r->config->sections.items[section];
}

static int too_deep(struct resolve *r, struct where where, struct err *err)
{
	return diag_error(&r->config->diags, err, "E0503", where,
		"references nested more than %d deep (LIMIT_RESOLVE_DEPTH)", LIMIT_RESOLVE_DEPTH);
}

/* ---- macros ---- */

static int expand_parent(struct resolve *r, uint32_t section, const struct option *extends,
	struct span name, struct options *result, uint32_t depth, struct err *err);

static int expand(struct resolve *r, uint32_t section, uint32_t depth, struct err *err)
{
	struct section *s = section_at(r, section);
	struct option *extends;
	struct options result;
	struct span rest;
	struct span line;

	if (s->is_expanded)
		return 0;
	extends = options_find_name(r->config, &s->raw, (struct span)SPAN("<"));
	if (!extends || span_is(section_name(r->config, s), "buildout")) {
		s->live = s->raw;
		s->is_expanded = true;
		return 0;
	}
	s->is_expanding = true;
	options_init(r->config, &result);
	if (value_text(r->config, extends->value, &rest, err) < 0)
		return -1;
	while (span_cut(&rest, '\n', &line)) {
		line = span_trim(line);
		if (line.len && expand_parent(r, section, extends, line, &result, depth, err) < 0)
			return -1;
	}
	if (merge_options(r->config, &result, &s->raw, err) < 0)
		return -1;
	extends = options_find_name(r->config, &result, (struct span)SPAN("<"));
	if (extends)
		extends->flags |= OPTION_REMOVED;
	s->live = result;
	s->is_expanded = true;
	s->is_expanding = false;
	return 0;
}

/* Where the name of the macro stands in the `<` option. */
static struct where macro_where(struct resolve *r, const struct option *extends, struct span name)
{
	for (const struct piece *piece = extends->value; piece; piece = piece->prev) {
		ptrdiff_t at = span_find(piece->text, name);

		if (at >= 0)
			return parse_locate(&r->config->sources, piece->file, piece->line,
				piece->offset + (uint32_t)at, (uint32_t)name.len);
	}
	return option_where(r->config, extends);
}

static int expand_parent(struct resolve *r, uint32_t section, const struct option *extends,
	struct span name, struct options *result, uint32_t depth, struct err *err)
{
	struct diags *diags = &r->config->diags;
	struct doing doing = {.outer = diags->doing,
		.format = "Loading input sections for '%a'",
		.a = section_name(r->config, section_at(r, section))};
	struct section *parent = config_section_find(r->config, name);
	uint32_t index = parent ? (uint32_t)(parent - r->config->sections.items) : 0;
	struct where where = {0};
	int status = 0;

	diags->doing = &doing;
	if (!parent || parent->is_expanding || depth >= LIMIT_MACRO_DEPTH)
		where = macro_where(r, extends, name);
	if (!parent) {
		status = resolve_missing_section(r, name, where, err);
		diag_upstream(diags, "No section named '%.*s'", SPAN_ARG(name));
		(void)snprintf(diag_last(diags)->code, sizeof(diag_last(diags)->code), "E0305");
	} else if (parent->is_expanding) {
		status = diag_error(
			diags, err, "E0306", where, "macro [%.*s] extends itself", SPAN_ARG(name));
		diag_upstream(diags, "Infinite extending loop '%.*s'", SPAN_ARG(name));
		resolve_note_section(r, parent);
	} else if (depth >= LIMIT_MACRO_DEPTH) {
		status = diag_error(diags, err, "E0505", where,
			"macros nested more than %d deep (LIMIT_MACRO_DEPTH)", LIMIT_MACRO_DEPTH);
	} else {
		status = expand(r, index, depth + 1, err);
	}
	diags->doing = doing.outer;
	/* The parent may already be initialised: its own values are taken, not what it resolved. */
	return status < 0 ? -1 : merge_copy(r->config, result, &section_at(r, index)->live, err);
}

int resolve_expand(struct resolve *r, uint32_t section, struct err *err)
{
	return expand(r, section, 0, err);
}

/* ---- references ---- */

/* The piece that holds byte `offset` of a value, and the offset inside it. */
static const struct piece *piece_at(const struct piece *value, size_t offset, size_t *ret_offset)
{
	size_t len = 0;

	for (const struct piece *piece = value; piece; piece = piece->prev)
		len += piece->text.len + (piece->prev ? 1 : 0);
	for (const struct piece *piece = value; piece; piece = piece->prev) {
		size_t start = len - piece->text.len;

		if (offset >= start || !piece->prev) {
			*ret_offset = offset - start;
			return piece;
		}
		len = start - 1;
	}
	return NULL;
}

static struct where origin_where(struct resolve *r, const struct resolve_origin *origin,
	struct span text, size_t offset, size_t len)
{
	struct where where = {0};
	struct source source = {.path = span_str(origin->path), .text = text};
	struct err ignored = ERR_INIT;
	size_t inside;
	size_t start = offset;

	if (origin->value) {
		const struct piece *piece = piece_at(origin->value, offset, &inside);

		return parse_locate(&r->config->sources, piece->file, piece->line,
			piece->offset + (uint32_t)inside, (uint32_t)len);
	}
	if (sources_add(&r->config->sources, &source, &where.file, &ignored) < 0)
		return where;
	while (start > 0 && text.ptr[start - 1] != '\n')
		start--;
	where.line = 1;
	for (size_t i = 0; i < start; i++)
		where.line += text.ptr[i] == '\n';
	where.col = (uint32_t)(offset - start) + 1;
	where.len = (uint32_t)len;
	return where;
}

static int malformed(struct resolve *r, enum expr_fault fault, struct span ref, struct where where,
	struct err *err)
{
	static const struct {
		const char *title;
		const char *upstream;
	} texts[] = {
		[EXPR_OK] = {"", ""},
		[EXPR_NO_COLON] = {"a reference needs a colon", "doesn't contain a colon."},
		[EXPR_COLONS] = {"a reference has one colon", "has too many colons."},
		[EXPR_SECTION_CHARS] = {"invalid characters in the section of a reference",
			"has invalid characters."},
		[EXPR_OPTION_CHARS] = {"invalid characters in the option of a reference",
			"has invalid characters."},
	};
	struct diags *diags = &r->config->diags;

	(void)diag_error(diags, err, "E0303", where, "%s", texts[fault].title);
	diag_upstream(diags, "The %ssubstitution, ${%.*s},\n%s",
		fault == EXPR_SECTION_CHARS  ? "section name in "
		: fault == EXPR_OPTION_CHARS ? "option name in "
					     : "",
		SPAN_ARG(ref), texts[fault].upstream);
	diag_help(diags,
		fault == EXPR_NO_COLON
			? "write ${section:option}, or $${...} for a literal ${...}"
			: "only letters, digits, space and - . _ are allowed in a reference");
	return -1;
}

/* Remember that section's text names `other`. */
static int add_dependency(struct resolve *r, uint32_t section, uint32_t other, struct err *err)
{
	struct section *s = section_at(r, section);

	if (s->depends_frozen || section == other ||
		span_is(section_name(r->config, section_at(r, other)), "buildout"))
		return 0;
	if (s->depends.n && s->depends.items[s->depends.n - 1] == other)
		return 0;
	return vec_push(&s->depends, other) ? 0 : config_oom(err);
}

struct reference {
	uint32_t section;
	const struct resolve_origin *origin;
	struct span text;        /* the whole text */
	struct expr_token token; /* the reference in it */
	struct span name, key;
};

static struct where reference_where(struct resolve *r, const struct reference *ref, bool is_key)
{
	struct span part = is_key ? ref->key : ref->name;
	size_t offset = (size_t)(part.ptr - ref->text.ptr);

	return origin_where(r, ref->origin, ref->text, offset, part.len ? part.len : 1);
}

/* ${:_profile_base_location_} is bound to the file that its text is written in. */
static bool text_base(struct resolve *r, const struct reference *ref, struct span *ret_base)
{
	const struct piece *piece;
	struct option *option;
	size_t inside;

	if (ref->name.len > 0 || !ref->origin->value || !span_eq(ref->key, base_key))
		return false;
	piece = piece_at(ref->origin->value, ref->token.offset, &inside);
	if (piece->file < SOURCE_FIRST_FILE)
		return false;
	*ret_base = r->config->sources.v.items[piece->file].base;
	option = options_find_name(r->config, &section_at(r, ref->section)->live, base_key);
	if (option)
		option->flags |= OPTION_USED;
	return true;
}

static int reference_value(
	struct resolve *r, struct reference *ref, struct span *ret_value, struct err *err)
{
	enum expr_fault fault = expr_split(ref->token.text, &ref->name, &ref->key);
	uint32_t target = ref->section;

	if (fault != EXPR_OK) {
		struct where where = origin_where(
			r, ref->origin, ref->text, ref->token.offset, ref->token.text.len + 3);

		return malformed(r, fault, ref->token.text, where, err);
	}
	if (text_base(r, ref, ret_value))
		return 0;
	if (ref->name.len > 0) {
		struct section *found = config_section_find(r->config, ref->name);
		struct where where = {0};

		if (!found || r->depth >= LIMIT_RESOLVE_DEPTH)
			where = reference_where(r, ref, false);
		if (resolve_section(r, ref->name, where, &target, err) < 0 ||
			add_dependency(r, ref->section, target, err) < 0)
			return -1;
	}
	if (resolve_get(r, target, ref->key, ret_value, err) < 0)
		return -1;
	if (ret_value->ptr)
		return 0;
	if (span_is(ref->key, "_buildout_section_name_")) {
		*ret_value = section_name(r->config, section_at(r, ref->section));
		return 0;
	}
	return resolve_missing_option(r, target, ref->key, reference_where(r, ref, true), err);
}

static int substitute(struct resolve *r, uint32_t section, const struct resolve_origin *origin,
	struct span text, struct span *ret_text, struct err *err)
{
	scoped_str struct str out = STR_INIT_LIMIT(LIMIT_VALUE_BYTES);
	struct expr_scan scan = {.text = text};
	struct reference ref = {.section = section, .origin = origin, .text = text};

	while (expr_next(&scan, &ref.token)) {
		struct span value = ref.token.text;

		if (ref.token.is_reference && reference_value(r, &ref, &value, err) < 0)
			return -1;
		str_add(&out, value);
		if (out.failed)
			return diag_error(&r->config->diags, err, "E0504",
				origin_where(r, origin, text, ref.token.offset, 1),
				"value longer than %zu bytes after substitution "
				"(LIMIT_VALUE_BYTES)",
				LIMIT_VALUE_BYTES);
	}
	r->config->resolved_bytes += out.len;
	if (r->config->resolved_bytes > LIMIT_RESOLVED_BYTES)
		return diag_error(&r->config->diags, err, "E0504",
			origin_where(r, origin, text, 0, 1),
			"more than %zu bytes of substituted values (LIMIT_RESOLVED_BYTES)",
			LIMIT_RESOLVED_BYTES);
	*ret_text = arena_span(&r->config->arena, str_span(&out));
	return ret_text->ptr ? 0 : config_oom(err);
}

/* ---- options ---- */

static int cycle_error(struct resolve *r, const struct resolve_frame *again, struct err *err)
{
	struct config *config = r->config;
	struct diags *diags = &config->diags;
	const struct resolve_frame *frame = r->chain;

	(void)diag_error(diags, err, "E0304", option_where(config, again->option),
		"circular reference: the value of %.*s:%.*s needs itself",
		SPAN_ARG(section_name(config, section_at(r, again->section))),
		SPAN_ARG(config_name(config, again->option->key)));
	diag_upstream(diags, "Circular reference in substitutions.\n");
	for (; frame; frame = frame->outer) {
		diag_note(diags, option_where(config, frame->option), "needed by %.*s:%.*s",
			SPAN_ARG(section_name(config, section_at(r, frame->section))),
			SPAN_ARG(config_name(config, frame->option->key)));
		if (frame->option == again->option)
			break;
	}
	return -1;
}

/* Compute the value inside the chain of options that need it. */
static int compute(struct resolve *r, uint32_t section, struct option *option, struct err *err)
{
	const struct resolve_origin origin = {.value = option->value};
	struct resolve_frame frame = {.outer = r->chain, .section = section, .option = option};
	struct span text;
	struct span value;

	if (value_text(r->config, option->value, &text, err) < 0)
		return -1;
	value = text;
	if (expr_has_reference(text)) {
		for (const struct resolve_frame *f = r->chain; f; f = f->outer)
			if (f->option == option)
				return cycle_error(r, &frame, err);
		if (r->depth >= LIMIT_RESOLVE_DEPTH)
			return too_deep(r, option_where(r->config, option), err);
		r->chain = &frame;
		r->depth++;
		if (substitute(r, section, &origin, text, &value, err) < 0)
			return -1;
		r->depth--;
		r->chain = frame.outer;
	}
	if (!(option->flags & (OPTION_RESOLVED | OPTION_SET))) {
		option->resolved = value.ptr ? value : span_make("", 0);
		option->flags |= OPTION_RESOLVED;
	}
	return 0;
}

int resolve_option(struct resolve *r, uint32_t section, struct option *option,
	struct span *ret_value, struct err *err)
{
	struct diags *diags = &r->config->diags;
	struct doing doing = {.outer = diags->doing,
		.format = "Getting option %a:%b.",
		.a = section_name(r->config, section_at(r, section)),
		.b = config_name(r->config, option->key)};

	if (!(option->flags & OPTION_RESOLVED)) {
		diags->doing = &doing;
		if (compute(r, section, option, err) < 0)
			return -1;
		diags->doing = doing.outer;
	}
	option->flags |= OPTION_USED;
	*ret_value = option->resolved;
	return 0;
}

int resolve_get(struct resolve *r, uint32_t section, struct span key, struct span *ret_value,
	struct err *err)
{
	struct option *option = options_find_name(r->config, &section_at(r, section)->live, key);

	if (!option) {
		*ret_value = SPAN_EMPTY;
		return 0;
	}
	return resolve_option(r, section, option, ret_value, err);
}

/* ---- sections ---- */

static int by_name(const void *a, const void *b, void *config)
{
	const struct option *const *x = a;
	const struct option *const *y = b;

	return span_cmp(config_name(config, (*x)->key), config_name(config, (*y)->key));
}

static bool has_reference(const struct option *option)
{
	for (const struct piece *piece = option->value; piece; piece = piece->prev)
		if (expr_has_reference(piece->text))
			return true;
	return false;
}

/* Substitute what has references, in the order of names: this decides the order of the parts. */
static int force(struct resolve *r, uint32_t section, struct err *err)
{
	const struct resolve_frame *outer = r->chain;
	VEC(struct option *) v = VEC_INIT;
	bool is_ok = true;
	int status = 0;

	for (struct option *o = section_at(r, section)->live.first; o && is_ok; o = o->next)
		if (!(o->flags & OPTION_REMOVED) && has_reference(o))
			is_ok = vec_push(&v, o);
	if (v.n)
		qsort_r(v.items, v.n, sizeof(*v.items), by_name, r->config);
	r->chain = NULL;
	for (size_t i = 0; i < v.n && status == 0; i++) {
		uint32_t used = v.items[i]->flags & OPTION_USED;
		struct span value;

		status = resolve_option(r, section, v.items[i], &value, err);
		if (!used)
			v.items[i]->flags &= ~(uint32_t)OPTION_USED;
	}
	r->chain = outer;
	vec_done(&v);
	return is_ok ? status : config_oom(err);
}

static int force_dependencies(struct resolve *r, uint32_t section, struct err *err)
{
	static const struct span key = SPAN("<part-dependencies>");
	struct option *option = options_find_name(r->config, &section_at(r, section)->live, key);
	struct span rest;
	struct span word;
	uint32_t other;

	if (!option)
		return 0;
	if (resolve_option(r, section, option, &rest, err) < 0)
		return -1;
	while (span_word(&rest, &word))
		if (resolve_section(r, word, option_where(r->config, option), &other, err) < 0)
			return -1;
	return 0;
}

static int initialise(struct resolve *r, uint32_t section, struct err *err)
{
	struct span recipe;

	if (resolve_expand(r, section, err) < 0 || force(r, section, err) < 0)
		return -1;
	if (span_is(section_name(r->config, section_at(r, section)), "buildout"))
		return 0;
	if (force_dependencies(r, section, err) < 0 ||
		resolve_get(r, section, (struct span)SPAN("recipe"), &recipe, err) < 0)
		return -1;
	if (recipe.len == 0 || !r->init_part)
		return 0;
	return r->init_part(r->context, section, recipe, err);
}

int resolve_section(struct resolve *r, struct span name, struct where from, uint32_t *ret_section,
	struct err *err)
{
	struct diags *diags = &r->config->diags;
	struct doing getting = {.outer = diags->doing, .format = "Getting section %a.", .a = name};
	struct doing initialising = {
		.outer = &getting, .format = "Initializing section %a.", .a = name};
	struct section *section;

	diags->doing = &getting;
	section = config_section_find(r->config, name);
	if (!section)
		return resolve_missing_section(r, name, from, err);
	*ret_section = (uint32_t)(section - r->config->sections.items);
	if (section->state == SECTION_NEW) {
		if (r->depth >= LIMIT_RESOLVE_DEPTH)
			return too_deep(r, from, err);
		diags->doing = &initialising;
		section->state = SECTION_INITIALISING;
		r->depth++;
		if (initialise(r, *ret_section, err) < 0)
			return -1;
		r->depth--;
		section_at(r, *ret_section)->state = SECTION_READY;
	}
	diags->doing = getting.outer;
	return 0;
}

int resolve_text(struct resolve *r, uint32_t section, struct span text, const char *path,
	struct span *ret_text, struct err *err)
{
	const struct resolve_origin origin = {.path = path};
	const struct resolve_frame *outer = r->chain;

	r->chain = NULL;
	if (substitute(r, section, &origin, text, ret_text, err) < 0)
		return -1;
	r->chain = outer;
	if (expr_is_escaped(*ret_text)) {
		scoped_str struct str out = STR_INIT_LIMIT(LIMIT_VALUE_BYTES);

		expr_decode(&out, *ret_text);
		*ret_text = arena_span(&r->config->arena, str_span(&out));
	}
	return ret_text->ptr ? 0 : config_oom(err);
}
