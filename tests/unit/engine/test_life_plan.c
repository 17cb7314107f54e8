/* SPDX-License-Identifier: Apache-2.0 */
/* The decision table of the life cycle. */
#include "base/bug.h"
#include "engine/life_plan.h"
#include "tests/unit/test.h"

/* "a=1 b=2": parts with one option; old ones are recorded, a '!' marks a missing file. */
struct scene {
	struct installed old;
	struct span missing[8];
	struct life_part parts[8];
	struct installed_option options[8];
	size_t n_parts;
};

static void scene_open(struct scene *scene, const char *old, const char *now)
{
	struct span rest = span_str(old);
	struct span word;
	struct err err = ERR_INIT;

	*scene = (struct scene){.n_parts = 0};
	installed_init(&scene->old);
	while (span_word(&rest, &word)) {
		struct installed_option option = {
			.key = SPAN("x"), .value = span_first(span_from(word, 2), 1)};

		scene->missing[scene->old.parts.n] =
			span_ends(word, "!") ? span_str("/gone") : SPAN_EMPTY;
		assert_done(
			installed_put(&scene->old, span_first(word, 1), &option, 1, &err), &err);
	}
	rest = span_str(now);
	while (span_word(&rest, &word)) {
		size_t i = scene->n_parts++;

		scene->options[i] =
			(struct installed_option){.key = SPAN("x"), .value = span_from(word, 2)};
		scene->parts[i] = (struct life_part){
			.name = span_first(word, 1), .options = &scene->options[i], .n_options = 1};
	}
}

static void assert_plan(const char *old, const char *now, bool is_partial, const char *wanted)
{
	static const char letters[] = {
		[LIFE_UNINSTALL] = '-', [LIFE_INSTALL] = '+', [LIFE_UPDATE] = '~'};
	scoped_str struct str got = STR_INIT;
	struct life_plan plan;
	struct scene scene;
	struct err err = ERR_INIT;
	struct life_input input;

	scene_open(&scene, old, now);
	input = (struct life_input){.old = &scene.old,
		.missing = scene.missing,
		.parts = scene.parts,
		.n_parts = scene.n_parts,
		.is_partial = is_partial};
	assert_done(life_plan_make(&input, &plan, &err), &err);
	for (size_t i = 0; i < plan.ops.n; i++) {
		const struct life_op *op = &plan.ops.items[i];
		struct span name = op->action == LIFE_UNINSTALL
					   ? scene.old.parts.items[op->index].name
					   : scene.parts[op->index].name;

		str_addf(&got, "%s%c%.*s", i ? " " : "", letters[op->action], SPAN_ARG(name));
	}
	assert_string_equal(str_cstr(&got), wanted);
	life_plan_done(&plan);
	installed_done(&scene.old);
}

static void each_row_of_the_table(void **state)
{
	(void)state;
	assert_plan("", "", false, "");
	assert_plan("", "a=1 b=1", false, "+a +b");
	assert_plan("a=1 b=1", "a=1 b=1", false, "~a ~b");
	assert_plan("a=1 b=1", "", false, "-b -a");
	assert_plan("a=1 b=1", "a=1", false, "-b ~a");
	assert_plan("a=1", "a=2", false, "-a +a");
	assert_plan("a=1!", "a=1", false, "-a +a");
	assert_plan("a=1 b=1", "b=2", true, "-b +b");
	assert_plan("a=1 b=1 c=1", "c=1 d=1 a=2", false, "-b -a ~c +d +a");
}

static void reasons_name_what_changed(void **state)
{
	struct life_plan plan;
	struct scene scene;
	struct err err = ERR_INIT;
	struct life_input input;

	(void)state;
	scene_open(&scene, "a=1 b=1! c=1", "a=2 b=1");
	input = (struct life_input){.old = &scene.old,
		.missing = scene.missing,
		.parts = scene.parts,
		.n_parts = scene.n_parts};
	assert_done(life_plan_make(&input, &plan, &err), &err);
	assert_int_equal(plan.ops.items[0].reason, LIFE_GONE);
	assert_int_equal(plan.ops.items[1].reason, LIFE_MISSING);
	assert_span(plan.ops.items[1].key, "/gone");
	assert_int_equal(plan.ops.items[2].reason, LIFE_CHANGED);
	assert_span(plan.ops.items[2].key, "x");
	life_plan_done(&plan);
	installed_done(&scene.old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_of_the_table),
		cmocka_unit_test(reasons_name_what_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
