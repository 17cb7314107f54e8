/* SPDX-License-Identifier: Apache-2.0 */
/* Values of section conditions and what can be done with them: a small part of Python. */
#include "engine/cond_value.h"

bool cond_truth(const struct cond_value *v)
{
	switch (v->type) {
	case COND_BOOL:
	case COND_INT:
		return v->number != 0;
	case COND_STR:
	case COND_VERSION:
		return v->text.len > 0;
	case COND_LIST:
		return v->n_items > 0;
	case COND_NONE:
	default:
		return false;
	}
}

static bool is_number(const struct cond_value *v)
{
	return v->type == COND_INT || v->type == COND_BOOL;
}

static bool is_text(const struct cond_value *v)
{
	return v->type == COND_STR || v->type == COND_VERSION;
}

static int sign(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

/* Dotted numbers, missing ones are zero. False when either is something else. */
static bool version_order(struct span a, struct span b, int *ret_order)
{
	*ret_order = 0;
	while (a.len > 0 || b.len > 0) {
		struct span x = SPAN("0");
		struct span y = SPAN("0");
		uint64_t n = 0;
		uint64_t m = 0;

		if (a.len > 0)
			(void)span_cut(&a, '.', &x);
		if (b.len > 0)
			(void)span_cut(&b, '.', &y);
		if (!span_parse_u64(x, &n) || !span_parse_u64(y, &m))
			return false;
		if (*ret_order == 0)
			*ret_order = n < m ? -1 : n > m;
	}
	return true;
}

/* Order of two values; false when they have none. Lists are as deep as the parser allows. */
static bool order(const struct cond_value *a, const struct cond_value *b, int *ret)
{
	if (is_number(a) && is_number(b)) {
		*ret = sign(a->number, b->number);
		return true;
	}
	if (is_text(a) && is_text(b)) {
		if ((a->type == COND_VERSION || b->type == COND_VERSION) &&
			version_order(a->text, b->text, ret))
			return true;
		*ret = span_cmp(a->text, b->text);
		return true;
	}
	if (a->type == COND_NONE && b->type == COND_NONE) {
		*ret = 0;
		return true;
	}
	if (a->type != COND_LIST || b->type != COND_LIST)
		return false;
	for (size_t i = 0; i < a->n_items && i < b->n_items; i++) {
		if (!order(&a->items[i], &b->items[i], ret))
			return false;
		if (*ret != 0)
			return true;
	}
	*ret = sign((int64_t)a->n_items, (int64_t)b->n_items);
	return true;
}

static bool contains(const struct cond_value *b, const struct cond_value *a, bool *ret)
{
	int result;

	*ret = false;
	if (is_text(a) && is_text(b)) {
		*ret = span_find(b->text, a->text) >= 0;
		return true;
	}
	if (b->type != COND_LIST)
		return false;
	for (size_t i = 0; i < b->n_items && !*ret; i++)
		*ret = order(a, &b->items[i], &result) && result == 0;
	return true;
}

bool cond_compare(
	const struct cond_value *a, enum cond_op op, const struct cond_value *b, bool *ret_holds)
{
	int result = 1;
	bool has_order;

	if (op == COND_IN || op == COND_NOT_IN) {
		if (!contains(b, a, ret_holds))
			return false;
		*ret_holds = *ret_holds == (op == COND_IN);
		return true;
	}
	has_order = order(a, b, &result);
	if (op == COND_EQ || op == COND_NE) {
		*ret_holds = (has_order && result == 0) == (op == COND_EQ);
		return true;
	}
	if (!has_order || a->type == COND_NONE)
		return false;
	*ret_holds = op == COND_LT   ? result < 0
		     : op == COND_LE ? result <= 0
		     : op == COND_GT ? result > 0
				     : result >= 0;
	return true;
}

bool cond_int(const struct cond_value *v, struct cond_value *ret)
{
	struct span text = span_trim(v->text);
	uint64_t number;
	bool is_negative = span_starts(text, "-");

	*ret = (struct cond_value){.type = COND_INT, .number = v->number};
	if (is_number(v))
		return true;
	if (!is_text(v) || !span_parse_u64(span_from(text, is_negative), &number) ||
		number > INT64_MAX)
		return false;
	ret->number = is_negative ? -(int64_t)number : (int64_t)number;
	return true;
}

bool cond_split(
	struct arena *arena, struct span text, struct span separator, struct cond_value *ret)
{
	size_t n = 1;
	struct span rest = text;
	ptrdiff_t at;

	if (separator.len == 0)
		return false;
	for (; (at = span_find(rest, separator)) >= 0; n++)
		rest = span_from(rest, (size_t)at + separator.len);
	*ret = (struct cond_value){.type = COND_LIST, .n_items = n};
	ret->items = arena_array(arena, struct cond_value, n);
	for (size_t i = 0; i < n && ret->items; i++) {
		at = span_find(text, separator);
		ret->items[i] = (struct cond_value){
			.type = COND_STR, .text = at < 0 ? text : span_first(text, (size_t)at)};
		text = at < 0 ? text : span_from(text, (size_t)at + separator.len);
	}
	return ret->items != NULL;
}

static int64_t clamp(int64_t index, int64_t len)
{
	index = index < 0 ? index + len : index;
	return index < 0 ? 0 : index > len ? len : index;
}

bool cond_slice(const struct cond_value *v, int64_t from, int64_t to, struct cond_value *ret)
{
	int64_t len = (int64_t)(v->type == COND_LIST ? v->n_items : v->text.len);

	if (v->type != COND_LIST && !is_text(v))
		return false;
	from = clamp(from, len);
	to = clamp(to, len);
	to = to < from ? from : to;
	*ret = *v;
	if (v->type == COND_LIST) {
		ret->items = v->items + from;
		ret->n_items = (size_t)(to - from);
	} else {
		ret->type = COND_STR;
		ret->text = span_first(span_from(v->text, (size_t)from), (size_t)(to - from));
	}
	return true;
}

bool cond_index(const struct cond_value *v, int64_t index, struct cond_value *ret)
{
	int64_t len = (int64_t)(v->type == COND_LIST ? v->n_items : v->text.len);

	index = index < 0 ? index + len : index;
	if (index < 0 || index >= len)
		return false;
	if (v->type != COND_LIST)
		return cond_slice(v, index, index + 1, ret);
	*ret = v->items[index];
	return true;
}
