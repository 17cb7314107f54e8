/* SPDX-License-Identifier: Apache-2.0 */
/* References, macros, escapes, base locations, cycles and limits. */
#include "engine/expr.h"
#include "engine/limit.h"
#include "tests/unit/engine/fixture.h"

struct world {
	struct config config;
	struct resolve resolve;
	struct err err;
};

static void world_open(struct world *w, const char *text)
{
	w->err = ERR_INIT;
	assert_done(config_init(&w->config, &w->err), &w->err);
	w->resolve = (struct resolve){.config = &w->config};
	assert_done(fixture_add(&w->config, "/dir", text, &w->err), &w->err);
}

static void assert_resolved(const char *text, const char *wanted)
{
	struct world w;
	struct span value;

	world_open(&w, text);
	assert_done(fixture_get(&w.resolve, "s", "x", &value, &w.err), &w.err);
	assert_span(value, wanted);
	config_done(&w.config);
}

static void assert_refused_at(const char *text, const char *code, uint32_t line, uint32_t col)
{
	struct world w;
	struct span value;
	const struct diag *diag;

	world_open(&w, text);
	assert_int_equal(fixture_get(&w.resolve, "s", "x", &value, &w.err), -1);
	assert_int_equal(w.config.diags.v.n, 1);
	diag = &w.config.diags.v.items[0];
	assert_string_equal(diag->code, code);
	assert_int_equal(diag->where.line, line);
	assert_int_equal(diag->where.col, col);
	config_done(&w.config);
}

static void references_are_replaced(void **state)
{
	(void)state;
	assert_resolved("[s]\nx = <${t:v}|${:y}>\ny = 2\n[t]\nv = 1\n", "<1|2>");
	assert_resolved("[s]\nx = ${a:p}\nq = z\n[a]\np = ${b:p}!\n[b]\np = ${s:q}\n", "z!");
	assert_resolved("[s]\nx = ${:_buildout_section_name_}\n", "s");
	assert_resolved("[s]\nx = ${t:_buildout_section_name_}\n[t]\n", "s");
	assert_resolved("[s]\nx = $HOME $$ ${s:y\ny = 1\n", "$HOME $$ ${s:y");
	assert_resolved("[s]\nx = $${a:b} $$${:y}\ny = 1\n", "$${a:b} $$1");
	assert_resolved("[s]\nx = ${:e}\ne =\n", "");
}

static void macros_are_expanded_late(void **state)
{
	(void)state;
	assert_resolved("[m]\nx = ${:w}\n[s]\n<= m\nw = child\n", "child");
	assert_resolved("[m]\nx =\n  1\n  2\n[s]\n<= m\nx += 3\n", "1\n2\n3");
	assert_resolved("[m]\nx = 1\n[n]\nx = 2\n[s]\n<= m\n  n\n", "2");
	assert_resolved("[a]\nx = 1\n[b]\n<= a\n[s]\n<= b\n", "1");
	assert_refused_at("[s]\n<= m n\nx = 1\n[m]\n[n]\n", "E0305", 2, 4);
	assert_refused_at("[s]\n<= a\n[a]\n<=\n  b\n[b]\n<= a\n", "E0306", 7, 4);
}

/* A recipe that computes an option, as part_set() would. */
static int set_location(void *context, uint32_t section, struct span recipe, struct err *err)
{
	struct world *w = context;
	struct option fresh = {.file = SOURCE_COMPUTED};
	struct option *option;

	(void)recipe;
	if (config_symbol(&w->config, span_str("location"), &fresh.key, err) < 0 ||
		options_put(&w->config, &w->config.sections.items[section].live, &fresh, &option,
			err) < 0)
		return -1;
	option->resolved = section_name(&w->config, &w->config.sections.items[section]);
	option->flags |= OPTION_RESOLVED | OPTION_SET;
	return 0;
}

static void macros_do_not_inherit_what_recipes_set(void **state)
{
	struct world w;
	struct span value;

	(void)state;
	world_open(&w, "[m]\nrecipe = r\n[s]\n<= m\ny = ${m:location}\n");
	w.resolve.init_part = set_location;
	w.resolve.context = &w;
	assert_done(fixture_get(&w.resolve, "m", "location", &value, &w.err), &w.err);
	assert_span(value, "m");
	assert_done(fixture_get(&w.resolve, "s", "location", &value, &w.err), &w.err);
	assert_span(value, "s");
	config_done(&w.config);
}

static void a_base_location_belongs_to_its_text(void **state)
{
	struct world w;
	struct span value;

	(void)state;
	world_open(&w, "[m]\np = ${:_profile_base_location_}/f\n[s]\n<= m\n");
	assert_done(fixture_add(&w.config, "/other",
			    "[s]\nq = ${:_profile_base_location_}/g\n[m]\np += "
			    "${:_profile_base_location_}\n",
			    &w.err),
		&w.err);
	assert_done(fixture_get(&w.resolve, "s", "p", &value, &w.err), &w.err);
	assert_span(value, "/dir/f\n/other");
	assert_done(fixture_get(&w.resolve, "s", "q", &value, &w.err), &w.err);
	assert_span(value, "/other/g");
	assert_done(
		fixture_get(&w.resolve, "s", "_profile_base_location_", &value, &w.err), &w.err);
	assert_span(value, "/other");
	config_done(&w.config);
}

static void mistakes_are_pointed_at(void **state)
{
	(void)state;
	assert_refused_at("[s]\nx =\n  a\n  b ${t:nope}\n[t]\nv = 1\n", "E0301", 4, 9);
	assert_refused_at("[s]\nx = ${nope:v}\n", "E0302", 2, 7);
	assert_refused_at("[s]\nx = ${abc}\n", "E0303", 2, 5);
	assert_refused_at("[s]\nx = ${a:b:c}\n", "E0303", 2, 5);
	assert_refused_at("[s]\nx = ${a/b:c}\n", "E0303", 2, 5);
	assert_refused_at("[s]\nx = ${a:}\n", "E0303", 2, 5);
	assert_refused_at("[s]\nx = ${:y}\ny = ${:x}\n", "E0304", 2, 1);
}

static void chain(struct str *text, unsigned int n)
{
	str_adds(text, "[s]\nx = ${:y0}\n");
	for (unsigned int i = 0; i < n; i++)
		str_addf(text, "y%u = ${:y%u}\n", i, i + 1);
	str_addf(text, "y%u = end\n", n);
}

static void depth_has_a_limit(void **state)
{
	scoped_str struct str text = STR_INIT;

	(void)state;
	chain(&text, LIMIT_RESOLVE_DEPTH - 2);
	assert_resolved(str_cstr(&text), "end");
	str_cut(&text, 0);
	chain(&text, LIMIT_RESOLVE_DEPTH + 10);
	assert_refused_at(str_cstr(&text), "E0503", LIMIT_RESOLVE_DEPTH + 1, 1);
}

static void doubling_has_a_limit(void **state)
{
	scoped_str struct str text = STR_INIT;
	struct world w;
	struct span value;

	(void)state;
	str_adds(&text, "[s]\nx = ${:y40}\ny0 = 0123456789\n");
	for (unsigned int i = 1; i <= 40; i++)
		str_addf(&text, "y%u = ${:y%u}${:y%u}\n", i, i - 1, i - 1);
	world_open(&w, str_cstr(&text));
	assert_int_equal(fixture_get(&w.resolve, "s", "x", &value, &w.err), -1);
	assert_string_equal(w.config.diags.v.items[0].code, "E0504");
	config_done(&w.config);
}

static void any_text_is_substituted(void **state)
{
	struct world w;
	struct span value;
	uint32_t section;

	(void)state;
	world_open(&w, "[s]\ny = 1\n");
	assert_done(resolve_section(&w.resolve, span_str("s"), (struct where){0}, &section, &w.err),
		&w.err);
	assert_done(resolve_text(&w.resolve, section, span_str("a ${:y} $${b:c} $$"), "/t", &value,
			    &w.err),
		&w.err);
	assert_span(value, "a 1 ${b:c} $$");
	assert_int_equal(
		resolve_text(&w.resolve, section, span_str("1\n 2 ${:n}"), "/t", &value, &w.err),
		-1);
	assert_int_equal(w.config.diags.v.items[0].where.line, 2);
	assert_int_equal(w.config.diags.v.items[0].where.col, 7);
	config_done(&w.config);
}

static void unclosed_references_cost_linear_time(void **state)
{
	enum { N = 1 << 20 };
	char *text = malloc(2 * N);
	struct expr_scan scan = {.text = {text, (size_t)2 * N}};
	struct expr_token token;
	size_t n = 0;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < N; i++)
		memcpy(text + 2 * i, "${", 2);
	while (expr_next(&scan, &token))
		n += token.text.len;
	assert_int_equal(n, 2 * N);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references_are_replaced),
		cmocka_unit_test(macros_are_expanded_late),
		cmocka_unit_test(macros_do_not_inherit_what_recipes_set),
		cmocka_unit_test(a_base_location_belongs_to_its_text),
		cmocka_unit_test(mistakes_are_pointed_at),
		cmocka_unit_test(depth_has_a_limit),
		cmocka_unit_test(doubling_has_a_limit),
		cmocka_unit_test(any_text_is_substituted),
		cmocka_unit_test(unclosed_references_cost_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
