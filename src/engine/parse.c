/* SPDX-License-Identifier: Apache-2.0 */
/* One file of the buildout language: lines to sections and options with their final values. */
#include "engine/parse.h"

#include "engine/cond.h"
#include "engine/lex.h"
#include "engine/limit.h"
#include "engine/literal.h"

enum { BAD_LINES_SHOWN = 20 };

struct parser {
	struct config *config;
	const struct cond_env *env;
	struct parsed *parsed;
	uint32_t file;
	uint32_t line;
	struct parsed_section *section; /* NULL before the first header */
	uint32_t option_line;           /* 0: no option to continue */
	uint32_t key;
	struct literal literal;
	bool is_live; /* the last condition held */
	size_t n_bad;
};

void parsed_done(struct parsed *parsed)
{
	map_done(&parsed->section_of);
	vec_done(&parsed->sections);
}

struct parsed_section *parsed_find(const struct parsed *parsed, struct span name)
{
	uint32_t nth;

	return map_find(&parsed->section_of, name, &nth) ? parsed->sections.items[nth] : NULL;
}

static int section_open(struct parser *p, struct span name, struct err *err)
{
	struct parsed *parsed = p->parsed;
	struct parsed_section *section = parsed_find(parsed, name);

	if (!section) {
		section = arena_new(&p->config->arena, struct parsed_section);
		if (!section)
			return config_oom(err);
		section->line = p->line;
		if (config_symbol(p->config, name, &section->name, err) < 0)
			return -1;
		options_init(p->config, &section->options);
		if (!vec_push(&parsed->sections, section) ||
			!map_put(&parsed->section_of, config_name(p->config, section->name),
				(uint32_t)(parsed->sections.n - 1)))
			return config_oom(err);
		if (parsed->last)
			parsed->last->next = section;
		else
			parsed->first = section;
		parsed->last = section;
	}
	p->section = section;
	return 0;
}

/* Store the option that was being read. */
static int option_flush(struct parser *p, struct err *err)
{
	struct piece from = {.file = p->file, .line = p->option_line};
	struct option option = {.key = p->key, .file = p->file, .line = p->option_line};
	struct span text;

	if (p->option_line == 0)
		return 0;
	p->option_line = 0;
	text = literal_end(&p->literal);
	if (str_check(&p->literal.text, err) < 0)
		return -1;
	if (!p->literal.is_single) {
		text = arena_span(&p->config->arena, text);
		if (!text.ptr)
			return config_oom(err);
	}
	if (piece_new(p->config, text, NULL, &from, 0, &option.value, err) < 0)
		return -1;
	return options_put(p->config, &p->section->options, &option, NULL, err);
}

static struct where line_where(const struct parser *p, struct span raw)
{
	struct span text = lex_strip(raw);

	return (struct where){.file = p->file,
		.line = p->line,
		.col = text.len ? (uint32_t)(text.ptr - raw.ptr) + 1 : 1,
		.len = text.len ? (uint32_t)text.len : 1};
}

static int parse_header(struct parser *p, const struct lex_line *line, struct err *err)
{
	p->is_live = true;
	if (line->expression.ptr && p->env) {
		struct where where = line_where(p, line->raw);

		where.col = (uint32_t)(line->expression.ptr - line->raw.ptr) + 1;
		where.len = line->expression.len ? (uint32_t)line->expression.len : 1;
		if (cond_eval(p->env, line->expression, where, &p->config->diags, &p->is_live,
			    err) < 0)
			return -1;
	}
	if (!p->is_live)
		return 0;
	if (option_flush(p, err) < 0)
		return -1;
	return section_open(p, line->name, err);
}

static int parse_option(struct parser *p, const struct lex_line *line, struct err *err)
{
	if (!p->is_live)
		return 0;
	if (option_flush(p, err) < 0)
		return -1;
	/* The operator belongs to the key: `x +` and `x` are two options until they are merged. */
	if (config_symbol(p->config, lex_strip_right(line->name), &p->key, err) < 0)
		return -1;
	p->option_line = p->line;
	literal_begin(&p->literal, line->value);
	return 0;
}

/* A state file names its options as they were stored, `x +` included: "x + = value". */
static bool split_saved(struct lex_line *line)
{
	ptrdiff_t at = span_find(line->raw, (struct span)SPAN(" ="));

	if (line->kind != LEX_BAD || at <= 0 || line->raw.ptr[0] == '[')
		return false;
	line->name = span_first(line->raw, (size_t)at);
	line->value = lex_strip(span_from(line->raw, (size_t)at + 2));
	return true;
}

/* What is wrong with a line that is nothing; the most frequent mistakes are named. */
static void explain_bad(struct parser *p, const struct lex_line *line)
{
	struct diags *diags = &p->config->diags;
	struct span raw = line->raw;

	if (line->kind == LEX_INDENTED)
		diag_help(
			diags, "a continuation line needs an option above it in the same section");
	else if (raw.ptr[0] == '[')
		diag_help(diags, "a section name has no white space and none of # [ ] : ; { }");
	else if (span_index(raw, '=') < 0 && span_index(raw, ':') > 0)
		diag_help(diags, "the only separator is `=`; `:` is not one");
	else if (span_index(raw, '=') > 0)
		diag_help(diags, "an option name has no white space and none of { } [ ] = :");
	else
		diag_help(diags, "indent the line if it continues the value above");
}

static void bad_line(struct parser *p, const struct lex_line *line)
{
	struct err ignored = ERR_INIT;

	if (p->n_bad++ >= BAD_LINES_SHOWN)
		return;
	(void)diag_error(&p->config->diags, &ignored, "E0102", line_where(p, line->raw),
		"this line is neither a section header nor an option");
	explain_bad(p, line);
}

static int parse_line(struct parser *p, struct lex_line *line, struct err *err)
{
	bool is_blank = lex_strip(line->raw).len == 0;

	if (line->kind == LEX_COMMENT)
		return 0;
	if ((line->kind == LEX_INDENTED || line->kind == LEX_BLANK) && p->section &&
		p->option_line) {
		if (p->is_live)
			literal_add(&p->literal, line->raw);
		return 0;
	}
	if (line->kind == LEX_HEADER)
		return parse_header(p, line, err);
	if (!p->section) {
		if (is_blank)
			return 0;
		return diag_error(&p->config->diags, err, "E0101", line_where(p, line->raw),
			"text before the first section header");
	}
	if (line->kind == LEX_OPTION || (!p->env && split_saved(line)))
		return parse_option(p, line, err);
	if (!is_blank)
		bad_line(p, line);
	return 0;
}

/*
 * Slapos: a section that mentions ${:_profile_base_location_} has the option, set to the directory
 * of this file. References in its own text do not read it: they are bound to the text's file.
 */
static int inject_base(struct parser *p, struct err *err)
{
	static const struct span mention = SPAN("${:_profile_base_location_}");
	static const struct span key = SPAN("_profile_base_location_");
	struct span base = p->config->sources.v.items[p->file].base;

	for (struct parsed_section *s = p->parsed->first; s; s = s->next) {
		for (const struct option *o = s->options.first; o; o = o->next) {
			if (span_find(o->value->text, mention) < 0)
				continue;
			if (options_assign(
				    p->config, &s->options, key, base, p->file, o->line, err) < 0)
				return -1;
			break;
		}
	}
	return 0;
}

static int parse_lines(struct parser *p, struct err *err)
{
	struct span rest = p->config->sources.v.items[p->file].text;
	struct lex_line line;

	for (p->line = 1; lex_next(&rest, &line); p->line++)
		if (parse_line(p, &line, err) < 0)
			return -1;
	if (option_flush(p, err) < 0)
		return -1;
	if (p->n_bad)
		return err_set(err, ERR_INPUT, 0, "profile.E0102",
			"%zu lines of '%.*s' are no profile text", p->n_bad,
			SPAN_ARG(p->config->sources.v.items[p->file].path));
	return p->env ? inject_base(p, err) : 0;
}

int parse_file(struct config *config, const struct cond_env *env, uint32_t file, struct parsed *ret,
	struct err *err)
{
	struct parser parser = {
		.config = config,
		.env = env,
		.parsed = ret,
		.file = file,
		.literal = LITERAL_INIT(LIMIT_FILE_BYTES),
		.is_live = true,
	};
	int status;

	*ret = PARSED_INIT;
	status = parse_lines(&parser, err);
	literal_done(&parser.literal);
	if (status < 0)
		parsed_done(ret);
	return status;
}
