/* SPDX-License-Identifier: Apache-2.0 */
/* What to uninstall, install and update: old state and new parts to a list of operations (pure). */
#include "engine/life_plan.h"

#include "base/map.h"

void life_plan_done(struct life_plan *plan)
{
	vec_done(&plan->ops);
}

static bool is_paths(struct span key)
{
	return span_is(key, "__buildout_installed__");
}

/* The first option that differs; both lists are sorted. False when they are the same. */
static bool differs(
	const struct installed_part *old, const struct life_part *part, struct span *ret_key)
{
	size_t i = 0;
	size_t k = 0;

	for (;;) {
		const struct installed_option *a;
		const struct installed_option *b;

		while (i < old->options.n && is_paths(old->options.items[i].key))
			i++;
		while (k < part->n_options && is_paths(part->options[k].key))
			k++;
		a = i < old->options.n ? &old->options.items[i] : NULL;
		b = k < part->n_options ? &part->options[k] : NULL;
		if (!a && !b)
			return false;
		if (!a || !b || !span_eq(a->key, b->key) || !installed_same(a->value, b->value)) {
			*ret_key = !a                              ? b->key
				   : !b                            ? a->key
				   : span_cmp(a->key, b->key) <= 0 ? a->key
								   : b->key;
			return true;
		}
		i++;
		k++;
	}
}

static bool plan_uninstall(const struct life_input *input, const struct map *wanted, size_t old,
	struct life_op *ret_op)
{
	const struct installed_part *part = &input->old->parts.items[old];
	uint32_t index;

	*ret_op = (struct life_op){.action = LIFE_UNINSTALL, .index = old};
	if (!map_find(wanted, part->name, &index)) {
		ret_op->reason = LIFE_GONE;
		return !input->is_partial;
	}
	if (differs(part, &input->parts[index], &ret_op->key)) {
		ret_op->reason = LIFE_CHANGED;
		return true;
	}
	ret_op->reason = LIFE_MISSING;
	ret_op->key = input->missing[old];
	return ret_op->key.len > 0;
}

static bool plan_ops(
	const struct life_input *input, struct map *wanted, struct map *kept, struct life_plan *ret)
{
	struct life_op op;

	for (size_t i = 0; i < input->n_parts; i++)
		if (!map_put(wanted, input->parts[i].name, (uint32_t)i))
			return false;
	for (size_t i = input->old->parts.n; i-- > 0;) {
		bool is_ok = plan_uninstall(input, wanted, i, &op)
				     ? vec_push(&ret->ops, op)
				     : map_put(kept, input->old->parts.items[i].name, (uint32_t)i);

		if (!is_ok)
			return false;
	}
	for (size_t i = 0; i < input->n_parts; i++) {
		uint32_t old;
		bool is_kept = map_find(kept, input->parts[i].name, &old);

		op = (struct life_op){.action = is_kept ? LIFE_UPDATE : LIFE_INSTALL,
			.reason = is_kept ? LIFE_SAME : LIFE_NEW,
			.index = i};
		if (!vec_push(&ret->ops, op))
			return false;
	}
	return true;
}

int life_plan_make(const struct life_input *input, struct life_plan *ret, struct err *err)
{
	scoped_map struct map wanted = MAP_INIT;
	scoped_map struct map kept = MAP_INIT;

	*ret = (struct life_plan){.ops = VEC_INIT};
	if (plan_ops(input, &wanted, &kept, ret))
		return 0;
	life_plan_done(ret);
	return err_set(err, ERR_LIMIT, 0, "engine.memory", "out of memory");
}
