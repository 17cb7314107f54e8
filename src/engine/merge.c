/* SPDX-License-Identifier: Apache-2.0 */
/* Putting one list of options over another: assignment, `+=` and `-=`. */
#include "engine/merge.h"

#include "engine/limit.h"

char merge_operator(struct span key, struct span *ret_plain)
{
	char op = key.len ? key.ptr[key.len - 1] : '\0';

	if (op != '+' && op != '-')
		return '\0';
	while (key.len && (key.ptr[key.len - 1] == op || key.ptr[key.len - 1] == ' '))
		key.len--;
	*ret_plain = key;
	return op;
}

int merge_copy(
	struct config *config, struct options *to, const struct options *from, struct err *err)
{
	for (const struct option *option = from->first; option; option = option->next)
		if (option->value && !(option->flags & OPTION_REMOVED) &&
			options_put(config, to, option, NULL, err) < 0)
			return -1;
	return 0;
}

/* The pieces of a value, first line first: a chain may be as long as the profile, so no recursion. */
struct pieces {
	VEC(const struct piece *) v;
};

static bool pieces_collect(struct pieces *pieces, const struct piece *value)
{
	*pieces = (struct pieces){.v = VEC_INIT};
	for (; value; value = value->prev)
		if (!vec_push(&pieces->v, value))
			return false;
	for (size_t i = 0; i < pieces->v.n / 2; i++) {
		const struct piece *swapped = pieces->v.items[i];

		pieces->v.items[i] = pieces->v.items[pieces->v.n - 1 - i];
		pieces->v.items[pieces->v.n - 1 - i] = swapped;
	}
	return true;
}

/* base + "\n" + value */
static int append(struct config *config, const struct piece *base, const struct piece *value,
	const struct piece **ret, struct err *err)
{
	struct pieces pieces;
	int status = 0;

	if (!pieces_collect(&pieces, value))
		status = config_oom(err);
	for (size_t i = 0; i < pieces.v.n && status == 0; i++)
		status = piece_new(
			config, pieces.v.items[i]->text, base, pieces.v.items[i], 0, &base, err);
	vec_done(&pieces.v);
	*ret = base;
	return status;
}

/* The text as lines, the last one even when it is empty (Python's split("\n")). */
static bool next_line(struct span *rest, bool *is_last, struct span *ret_line)
{
	ptrdiff_t at = span_index(*rest, '\n');

	if (*is_last)
		return false;
	*is_last = at < 0;
	*ret_line = at < 0 ? *rest : span_first(*rest, (size_t)at);
	*rest = at < 0 ? SPAN_EMPTY : span_from(*rest, (size_t)at + 1);
	return true;
}

static bool lines_put(struct map *lines, const struct piece *value)
{
	for (; value; value = value->prev) {
		struct span rest = value->text;
		struct span line;

		for (bool is_last = false; next_line(&rest, &is_last, &line);)
			if (!map_put(lines, span_make(line.ptr ? line.ptr : "", line.len), 0))
				return false;
	}
	return true;
}

/* Add to *kept the lines of `piece` that are in no line of `lines`; neighbours stay one piece. */
static int filter(struct config *config, const struct piece *piece, const struct map *lines,
	const struct piece **kept, struct err *err)
{
	struct span rest = piece->text;
	struct span line;
	struct piece *open = NULL;
	uint32_t found;

	for (bool is_last = false; next_line(&rest, &is_last, &line);) {
		uint32_t offset = line.ptr ? (uint32_t)(line.ptr - piece->text.ptr) : 0;

		if (map_find(lines, span_make(line.ptr ? line.ptr : "", line.len), &found)) {
			open = NULL;
			continue;
		}
		if (open) {
			open->text.len += 1 + line.len;
			continue;
		}
		open = arena_new(&config->arena, struct piece);
		if (!open)
			return config_oom(err);
		*open = (struct piece){.text = line,
			.prev = *kept,
			.file = piece->file,
			.line = piece->line,
			.offset = piece->offset + offset};
		*kept = open;
	}
	return 0;
}

static int subtract(struct config *config, const struct piece *base, const struct piece *value,
	const struct piece **ret, struct err *err)
{
	scoped_map struct map lines = MAP_INIT;
	const struct piece *kept = NULL;
	struct pieces pieces;
	int status = 0;

	if (!pieces_collect(&pieces, base) || !lines_put(&lines, value))
		status = config_oom(err);
	for (size_t i = 0; i < pieces.v.n && status == 0; i++)
		status = filter(config, pieces.v.items[i], &lines, &kept, err);
	vec_done(&pieces.v);
	if (status == 0 && !kept)
		status = piece_new(config, SPAN_EMPTY, NULL, base, 0, &kept, err);
	*ret = kept;
	return status;
}

/* What an operator of `upper` on `plain` acts on; an empty text written here when there is nothing. */
static int find_base(struct config *config, struct options *lower, const struct options *upper,
	const struct option *operation, struct span plain, const struct option **ret_base,
	struct err *err)
{
	struct option *base = options_find_name(config, upper, plain);

	if (!base)
		base = options_find_name(config, lower, plain);
	if (!base) {
		base = options_find(config, lower, operation->key);
		if (base)
			base->flags |= OPTION_REMOVED;
	}
	if (!base) {
		base = arena_new(&config->arena, struct option);
		if (!base)
			return config_oom(err);
		*base = *operation;
		if (piece_new(config, SPAN_EMPTY, NULL, operation->value, 0, &base->value, err) < 0)
			return -1;
	}
	*ret_base = base;
	return 0;
}

static int operate(struct config *config, struct options *lower, struct options *upper,
	struct option *operation, char op, struct span plain, struct err *err)
{
	struct option result = *operation;
	const struct option *base;
	struct change *change = arena_new(&config->arena, struct change);

	if (!change)
		return config_oom(err);
	if (find_base(config, lower, upper, operation, plain, &base, err) < 0 ||
		config_symbol(config, plain, &result.key, err) < 0)
		return -1;
	*change = (struct change){
		.prev = base->changes, .op = op, .file = base->file, .line = base->line};
	result.changes = change;
	if (op == '+' && append(config, base->value, operation->value, &result.value, err) < 0)
		return -1;
	if (op == '-' && subtract(config, base->value, operation->value, &result.value, err) < 0)
		return -1;
	operation->flags |= OPTION_REMOVED;
	return options_put(config, upper, &result, NULL, err);
}

/* Operators of one list in their order: by plain key, `+` before `-`. */
struct operation {
	struct option *option;
	struct span plain;
	char op;
};

static int operation_cmp(const void *a, const void *b)
{
	const struct operation *x = a;
	const struct operation *y = b;
	int order = span_cmp(x->plain, y->plain);

	return order ? order : x->op - y->op;
}

static int operate_all(
	struct config *config, struct options *lower, struct options *upper, struct err *err)
{
	VEC(struct operation) v = VEC_INIT;
	int status = 0;

	for (struct option *option = upper->first; option; option = option->next) {
		struct operation operation = {.option = option};

		operation.op = merge_operator(config_name(config, option->key), &operation.plain);
		if (operation.op && !vec_push(&v, operation)) {
			vec_done(&v);
			return config_oom(err);
		}
	}
	if (v.n)
		qsort(v.items, v.n, sizeof(*v.items), operation_cmp);
	for (size_t i = 0; i < v.n && status == 0; i++)
		status = operate(config, lower, upper, v.items[i].option, v.items[i].op,
			v.items[i].plain, err);
	vec_done(&v);
	return status;
}

static bool has_operators(const struct config *config, const struct options *list)
{
	struct span plain;

	for (const struct option *option = list->first; option; option = option->next)
		if (merge_operator(config_name(config, option->key), &plain))
			return true;
	return false;
}

int merge_options(
	struct config *config, struct options *lower, const struct options *upper, struct err *err)
{
	struct options copy;
	const struct options *from = upper;

	if (has_operators(config, upper)) {
		options_init(config, &copy);
		if (merge_copy(config, &copy, upper, err) < 0 ||
			operate_all(config, lower, &copy, err) < 0)
			return -1;
		from = &copy;
	}
	for (const struct option *option = from->first; option; option = option->next) {
		const struct option *below = options_find(config, lower, option->key);
		struct option *kept;
		struct change *change;

		if (option->flags & OPTION_REMOVED)
			continue;
		change =
			below && !option->changes ? arena_new(&config->arena, struct change) : NULL;
		if (change)
			*change = (struct change){.prev = below->changes,
				.op = '=',
				.file = below->file,
				.line = below->line};
		if (options_put(config, lower, option, &kept, err) < 0)
			return -1;
		if (change)
			kept->changes = change;
	}
	return 0;
}
