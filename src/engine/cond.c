/* SPDX-License-Identifier: Apache-2.0 */
/* Section conditions, `[name: expression]`: a closed grammar for the families that profiles use. */
#include "engine/cond.h"

#include "base/bug.h"
#include "engine/cond_names.h"
#include "engine/cond_system.h"
#include "engine/limit.h"

struct cond {
	const struct cond_env *env;
	struct arena arena;
	struct span text;
	size_t at;
	struct where where;
	struct diags *diags;
	struct err *err;
	unsigned int depth;
	unsigned int
		skip; /* inside what `and` and `or` leave out: nothing is an error of meaning */
	struct cond_texts names;
};

static bool parse_or(struct cond *c, struct cond_value *ret);
static bool parse_items(struct cond *c, const char *close, struct cond_value *ret, bool *ret_comma);

/* ---- words ---- */

static bool fail(struct cond *c, const char *code, size_t at, size_t len, const char *text)
{
	struct where where = c->where;

	if (err_is_set(c->err))
		return false;
	where.col += (uint32_t)at;
	where.len = len ? (uint32_t)len : 1;
	(void)diag_error(c->diags, c->err, code, where, "%s", text);
	if (strcmp(code, "E0601") == 0)
		diag_help(c->diags, "conditions of arbitrary Python need the recipe host");
	return false;
}

static bool unsupported(struct cond *c)
{
	return fail(c, "E0601", c->at, 1, "this condition is not supported");
}

static void skip_space(struct cond *c)
{
	while (c->at < c->text.len && (c->text.ptr[c->at] == ' ' || c->text.ptr[c->at] == '\t'))
		c->at++;
}

static bool is_word_char(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
	       ch == '_';
}

static struct span peek_word(struct cond *c)
{
	size_t n = 0;

	skip_space(c);
	while (c->at + n < c->text.len && is_word_char(c->text.ptr[c->at + n]))
		n++;
	return span_make(c->text.ptr + c->at, n);
}

/* Take `symbol` if it comes next; a word must end there. */
static bool take(struct cond *c, const char *symbol)
{
	size_t n = strlen(symbol);

	skip_space(c);
	if (!span_starts(span_from(c->text, c->at), symbol))
		return false;
	if (is_word_char(symbol[0]) && peek_word(c).len != n)
		return false;
	c->at += n;
	return true;
}

static struct cond_value from_bool(bool value)
{
	return (struct cond_value){.type = COND_BOOL, .number = value};
}

/* ---- names ---- */

static bool version_info(struct cond *c, struct cond_value *ret)
{
	struct cond_value *items = arena_array(&c->arena, struct cond_value, 5);

	if (!items)
		return unsupported(c);
	for (size_t i = 0; i < 3; i++)
		items[i] = (struct cond_value){.type = COND_INT, .number = c->env->python[i]};
	items[3] = (struct cond_value){.type = COND_STR, .text = SPAN("final")};
	items[4] = (struct cond_value){.type = COND_INT};
	*ret = (struct cond_value){.type = COND_LIST, .items = items, .n_items = 5};
	return true;
}

/* int(x), str(x), len(x), bool(x) */
static bool convert(struct cond *c, struct span name, size_t at, struct cond_value *ret)
{
	struct cond_value v = {.type = COND_NONE};

	if (!take(c, "(") || !parse_or(c, &v) || !take(c, ")"))
		return unsupported(c);
	*ret = v;
	if (c->skip)
		return true;
	if (span_is(name, "bool"))
		*ret = from_bool(cond_truth(&v));
	else if (span_is(name, "len") && v.type == COND_LIST)
		*ret = (struct cond_value){.type = COND_INT, .number = (int64_t)v.n_items};
	else if (span_is(name, "len"))
		*ret = (struct cond_value){.type = COND_INT, .number = (int64_t)v.text.len};
	else if (span_is(name, "int") && !cond_int(&v, ret))
		return fail(c, "E0603", at, name.len, "not a number");
	else if (span_is(name, "str") && v.type != COND_STR)
		return unsupported(c);
	return true;
}

/* Functions that look at the system: os.path.isdir(x), os.access(x, os.R_OK), open(x). */
static bool ask_system(struct cond *c, struct span name, size_t at, struct cond_value *ret)
{
	struct cond_value arguments;
	bool has_comma;

	if (!take(c, "(") || !parse_items(c, ")", &arguments, &has_comma))
		return unsupported(c);
	*ret = (struct cond_value){.type = COND_STR};
	if (c->skip)
		return true;
	return cond_system(&c->arena, name, &arguments, ret) ||
	       fail(c, "E0603", at, name.len, "this cannot be asked of the system here");
}

static bool parse_name(struct cond *c, struct cond_value *ret)
{
	static const char *const modules[] = {"sys", "os", "platform"};
	struct span name = peek_word(c);
	size_t at = c->at;
	bool is_dotted = false;

	c->at += name.len;
	for (size_t i = 0; i < ARRAY_LEN(modules); i++)
		is_dotted = is_dotted || span_is(name, modules[i]);
	if (is_dotted && take(c, ".")) {
		bool is_path = span_is(peek_word(c), "path");

		c->at += peek_word(c).len;
		if (is_path && take(c, "."))
			c->at += peek_word(c).len;
		name = span_make(c->text.ptr + at, c->at - at);
	}
	if (span_is(name, "None")) {
		*ret = (struct cond_value){.type = COND_NONE};
		return true;
	}
	if (span_is(name, "int") || span_is(name, "str") || span_is(name, "len") ||
		span_is(name, "bool"))
		return convert(c, name, at, ret);
	if (span_is(name, "sys.version_info"))
		return version_info(c, ret);
	if (span_is(name, "sys.maxsize")) {
		*ret = (struct cond_value){.type = COND_INT, .number = INT64_MAX};
		return true;
	}
	if (cond_name(c->env, name, &c->names, ret))
		return true;
	if (cond_system_is(name))
		return ask_system(c, name, at, ret);
	if (cond_call(c->env, name, &c->names, ret))
		return (take(c, "(") && take(c, ")")) || unsupported(c);
	*ret = (struct cond_value){.type = COND_NONE};
	if (c->skip)
		return true;
	if (is_dotted || span_is(name, "re"))
		return unsupported(c);
	return fail(c, "E0602", at, name.len, "this name is not defined in conditions");
}

/* ---- literals ---- */

static bool parse_string(struct cond *c, struct cond_value *ret)
{
	char quote = c->text.ptr[c->at];
	size_t start = c->at + 1;
	size_t end = start;

	while (end < c->text.len && c->text.ptr[end] != quote && c->text.ptr[end] != '\\')
		end++;
	if (end >= c->text.len || c->text.ptr[end] != quote)
		return unsupported(c);
	*ret = (struct cond_value){
		.type = COND_STR, .text = span_make(c->text.ptr + start, end - start)};
	c->at = end + 1;
	return true;
}

static bool parse_number(struct cond *c, struct cond_value *ret)
{
	struct span word = peek_word(c);
	struct cond_value text = {.type = COND_STR, .text = word};

	if (!cond_int(&text, ret))
		return unsupported(c);
	c->at += word.len;
	return true;
}

/* int(q) for q in LIST, the cursor behind the '['. *ret_is: it was that. */
static bool parse_mapping(struct cond *c, bool *ret_is, struct cond_value *ret)
{
	size_t start = c->at;
	struct cond_value list;
	struct span name;

	*ret_is = false;
	if (!take(c, "int") || !take(c, "(") || (name = peek_word(c)).len == 0) {
		c->at = start;
		return true;
	}
	c->at += name.len;
	if (!take(c, ")") || !take(c, "for") || !span_eq(peek_word(c), name)) {
		c->at = start;
		return true;
	}
	c->at += name.len;
	*ret_is = true;
	if (!take(c, "in") || !parse_or(c, &list) || !take(c, "]"))
		return unsupported(c);
	*ret = (struct cond_value){.type = COND_LIST};
	if (c->skip)
		return true;
	ret->items = arena_array(&c->arena, struct cond_value, list.n_items + 1);
	for (; ret->items && ret->n_items < list.n_items; ret->n_items++)
		if (!cond_int(&list.items[ret->n_items], &ret->items[ret->n_items]))
			return fail(c, "E0603", start, 1, "not a number");
	return ret->items != NULL || unsupported(c);
}

/* Items up to `close`. *ret_comma: there was a comma, so that (x,) differs from (x). */
static bool parse_items(struct cond *c, const char *close, struct cond_value *ret, bool *ret_comma)
{
	enum { MAX_ITEMS = 64 };

	*ret_comma = false;
	*ret = (struct cond_value){.type = COND_LIST};
	ret->items = arena_array(&c->arena, struct cond_value, MAX_ITEMS);
	if (!ret->items)
		return unsupported(c);
	while (!take(c, close)) {
		if (ret->n_items >= MAX_ITEMS || !parse_or(c, &ret->items[ret->n_items++]))
			return unsupported(c);
		if (take(c, ",")) {
			*ret_comma = true;
			continue;
		}
		return take(c, close) || unsupported(c);
	}
	return true;
}

static bool parse_atom(struct cond *c, struct cond_value *ret)
{
	bool has_comma;
	bool is_mapping;
	char ch;

	skip_space(c);
	ch = c->at < c->text.len ? c->text.ptr[c->at] : '\0';
	if (ch == '\'' || ch == '"')
		return parse_string(c, ret);
	if (ch >= '0' && ch <= '9')
		return parse_number(c, ret);
	if (take(c, "[")) {
		if (!parse_mapping(c, &is_mapping, ret))
			return false;
		return is_mapping || parse_items(c, "]", ret, &has_comma);
	}
	if (take(c, "(")) {
		struct cond_value list;

		if (!parse_items(c, ")", &list, &has_comma))
			return false;
		*ret = list.n_items == 1 && !has_comma ? list.items[0] : list;
		return true;
	}
	return is_word_char(ch) ? parse_name(c, ret) : unsupported(c);
}

/* ---- trailers ---- */

static bool parse_method(struct cond *c, struct cond_value *v)
{
	struct span name = peek_word(c);
	struct cond_value argument = {.type = COND_NONE};
	bool is_text = v->type == COND_STR || v->type == COND_VERSION;

	c->at += name.len;
	if (span_is(name, "read") && (c->skip || v->type == COND_STR))
		return (take(c, "(") && take(c, ")")) || unsupported(c);
	if (v->type == COND_LIST && span_is(name, "major"))
		return cond_index(v, 0, v) || unsupported(c);
	if (v->type == COND_LIST && span_is(name, "minor"))
		return cond_index(v, 1, v) || unsupported(c);
	if (!take(c, "(") || !parse_or(c, &argument) || !take(c, ")"))
		return unsupported(c);
	if (c->skip)
		return true;
	if (!is_text || argument.type != COND_STR)
		return unsupported(c);
	if (span_is(name, "split"))
		return cond_split(&c->arena, v->text, argument.text, v) || unsupported(c);
	if (span_is(name, "startswith"))
		*v = from_bool(span_eq(span_first(v->text, argument.text.len), argument.text));
	else if (span_is(name, "endswith"))
		*v = from_bool(v->text.len >= argument.text.len &&
			       span_eq(span_from(v->text, v->text.len - argument.text.len),
				       argument.text));
	else
		return unsupported(c);
	return true;
}

static bool parse_bound(struct cond *c, int64_t fallback, int64_t *ret)
{
	bool is_negative = take(c, "-");
	struct cond_value v;

	*ret = fallback;
	skip_space(c);
	if (c->at < c->text.len && c->text.ptr[c->at] >= '0' && c->text.ptr[c->at] <= '9') {
		if (!parse_number(c, &v))
			return false;
		*ret = is_negative ? -v.number : v.number;
		return true;
	}
	return !is_negative || unsupported(c);
}

static bool parse_subscript(struct cond *c, struct cond_value *v)
{
	int64_t from;
	int64_t to;
	bool is_done;

	skip_space(c);
	if (c->at < c->text.len && (c->text.ptr[c->at] == '\'' || c->text.ptr[c->at] == '"')) {
		struct cond_value key;

		if (!parse_string(c, &key) || !take(c, "]"))
			return unsupported(c);
		return c->skip || cond_system_field(v->text, key.text, v) ||
		       fail(c, "E0603", c->at - 1, 1, "there is no such key");
	}
	if (!parse_bound(c, 0, &from))
		return false;
	if (take(c, ":")) {
		if (!parse_bound(c, INT32_MAX, &to) || !take(c, "]"))
			return unsupported(c);
		is_done = c->skip || cond_slice(v, from, to, v);
	} else {
		if (!take(c, "]"))
			return unsupported(c);
		is_done = c->skip || cond_index(v, from, v);
	}
	return is_done || fail(c, "E0603", c->at - 1, 1, "no such index");
}

static bool parse_primary(struct cond *c, struct cond_value *ret)
{
	if (!parse_atom(c, ret))
		return false;
	for (;;) {
		if (take(c, ".")) {
			if (!parse_method(c, ret))
				return false;
		} else if (take(c, "[")) {
			if (!parse_subscript(c, ret))
				return false;
		} else {
			return true;
		}
	}
}

/* ---- operators ---- */

static bool take_comparison(struct cond *c, enum cond_op *ret)
{
	static const struct {
		const char *symbol;
		enum cond_op op;
	} rows[] = {{"==", COND_EQ}, {"!=", COND_NE}, {"<=", COND_LE}, {">=", COND_GE},
		{"<", COND_LT}, {">", COND_GT}, {"in", COND_IN}};
	size_t start = c->at;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (take(c, rows[i].symbol)) {
			*ret = rows[i].op;
			return true;
		}
	if (take(c, "not") && take(c, "in")) {
		*ret = COND_NOT_IN;
		return true;
	}
	c->at = start;
	return false;
}

/* a < b < c holds when both hold. */
static bool parse_comparison(struct cond *c, struct cond_value *ret)
{
	struct cond_value left;
	enum cond_op op;
	bool is_first = true;
	bool all = true;

	if (!parse_primary(c, &left))
		return false;
	*ret = left;
	for (size_t at = c->at; take_comparison(c, &op); at = c->at) {
		struct cond_value right;
		bool holds = false;

		if (!parse_primary(c, &right))
			return false;
		if (!c->skip && !cond_compare(&left, op, &right, &holds))
			return fail(c, "E0603", at, 1, "these values cannot be compared");
		all = all && holds;
		left = right;
		is_first = false;
	}
	if (!is_first)
		*ret = from_bool(all);
	return true;
}

static bool parse_not(struct cond *c, struct cond_value *ret)
{
	if (!take(c, "not"))
		return parse_comparison(c, ret);
	if (++c->depth > LIMIT_COND_DEPTH)
		return fail(c, "E0506", c->at, 1, "condition nested too deep (LIMIT_COND_DEPTH)");
	if (!parse_not(c, ret))
		return false;
	c->depth--;
	*ret = from_bool(!cond_truth(ret));
	return true;
}

static bool parse_and(struct cond *c, struct cond_value *ret)
{
	if (!parse_not(c, ret))
		return false;
	while (take(c, "and")) {
		bool is_skipped = c->skip || !cond_truth(ret);
		struct cond_value right;

		c->skip += is_skipped;
		if (!parse_not(c, &right))
			return false;
		c->skip -= is_skipped;
		*ret = is_skipped ? *ret : right;
	}
	return true;
}

static bool parse_or(struct cond *c, struct cond_value *ret)
{
	if (++c->depth > LIMIT_COND_DEPTH)
		return fail(c, "E0506", c->at, 1, "condition nested too deep (LIMIT_COND_DEPTH)");
	if (!parse_and(c, ret))
		return false;
	while (take(c, "or")) {
		bool is_skipped = c->skip || cond_truth(ret);
		struct cond_value right;

		c->skip += is_skipped;
		if (!parse_and(c, &right))
			return false;
		c->skip -= is_skipped;
		*ret = is_skipped ? *ret : right;
	}
	c->depth--;
	return true;
}

/* The condition is the first element of a Python list: a comma ends it, what follows is ignored. */
static bool evaluate(struct cond *c, struct cond_value *ret)
{
	struct cond_value ignored;

	if (!parse_or(c, ret))
		return false;
	while (take(c, ",")) {
		skip_space(c);
		if (c->at < c->text.len && !parse_or(c, &ignored))
			return false;
	}
	skip_space(c);
	return c->at >= c->text.len || unsupported(c);
}

/* In the expression `\x23` and `\x3b` stand for '#' and ';', which would start a comment. */
static bool unescape(struct cond *c, struct span expression)
{
	char *text = arena_cstr(&c->arena, expression);
	size_t out = 0;

	if (!text)
		return unsupported(c);
	for (size_t i = 0; i < expression.len; i++) {
		struct span rest = span_from(expression, i);
		bool is_hash = span_starts(rest, "\\x23");

		if (is_hash || span_starts(rest, "\\x3b")) {
			text[out++] = is_hash ? '#' : ';';
			i += 3;
		} else {
			text[out++] = expression.ptr[i];
		}
	}
	c->text = span_make(text, out);
	return true;
}

int cond_eval(const struct cond_env *env, struct span expression, struct where where,
	struct diags *diags, bool *ret_value, struct err *err)
{
	struct cond c = {.env = env,
		.arena = ARENA_INIT(1 << 20),
		.where = where,
		.diags = diags,
		.err = err};
	struct cond_value value = {.type = COND_NONE};
	bool is_ok;

	cond_texts_init(env, &c.names);
	if (expression.len > LIMIT_COND_BYTES)
		is_ok = fail(&c, "E0506", 0, 1, "condition longer than LIMIT_COND_BYTES");
	else
		is_ok = unescape(&c, expression) && evaluate(&c, &value);
	*ret_value = cond_truth(&value);
	arena_done(&c.arena);
	return is_ok ? 0 : -1;
}
