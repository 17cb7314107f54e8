/* SPDX-License-Identifier: Apache-2.0 */
/* Control messages: round trips, limits and one past them, and what the other end may not say. */
#include "wire/msg_ctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#include "tests/unit/test.h"

static struct wire_in reopen(const struct wire_out *w, uint16_t type)
{
	struct wire_in r;
	struct err e = ERR_INIT;

	assert_done(wire_out_check(w, &e), &e);
	assert_done(wire_open(str_span(&w->bytes), &r, &e), &e);
	assert_int_equal(r.type, type);
	return r;
}

static void hello(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	const struct ctl_hello sent = {.uid = 7, .gid = 8, .version = SPAN("0.1.0")};
	struct ctl_hello got;
	struct err e = ERR_INIT;
	struct wire_in r;

	(void)state;
	ctl_hello_put(&w, &sent);
	r = reopen(&w, CTL_HELLO);
	assert_done(ctl_hello_get(&r, &got, &e), &e);
	assert_int_equal(got.uid, 7);
	assert_int_equal(got.gid, 8);
	assert_span(got.version, "0.1.0");
}

static void hello_of_root_is_refused(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct ctl_hello got;
	struct err e = ERR_INIT;
	struct wire_in r;

	(void)state;
	ctl_hello_put(&w, &(struct ctl_hello){.uid = 0, .gid = 8});
	r = reopen(&w, CTL_HELLO);
	assert_fails(ctl_hello_get(&r, &got, &e), &e, "ctl.hello");
	ctl_hello_put(&w, &(struct ctl_hello){.uid = 7, .gid = 0});
	r = reopen(&w, CTL_HELLO);
	assert_fails(ctl_hello_get(&r, &got, &e), &e, "ctl.hello");
}

static void request(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	scoped(arena_done) struct arena arena = ARENA_INIT(1 << 20);
	struct ctl_option options[] = {{"parameter", "a=1"}, {"tenant", "t"}, {"parameter", "b=2"}};
	const char *words[] = {"blog", "/srv/p.cfg"};
	const struct ctl_request sent = {
		.verb = CTL_VERB_REQUEST,
		.options = options,
		.n_options = 3,
		.words = words,
		.n_words = 2,
		.roles = {CTL_ROLE_STDIN, CTL_ROLE_FILE, CTL_ROLE_FILE},
		.n_roles = 3,
	};
	struct ctl_request got;
	struct err e = ERR_INIT;
	struct wire_in r;

	(void)state;
	ctl_request_put(&w, &sent);
	r = reopen(&w, CTL_REQUEST);
	assert_done(ctl_request_get(&r, 3, &arena, &got, &e), &e);
	assert_int_equal(got.verb, CTL_VERB_REQUEST);
	assert_int_equal(got.n_options, 3);
	assert_string_equal(got.options[0].value, "a=1");
	assert_string_equal(ctl_request_value(&got, "parameter", ""), "b=2");
	assert_string_equal(ctl_request_value(&got, "type", "none"), "none");
	assert_true(ctl_request_has(&got, "tenant"));
	assert_int_equal(got.n_words, 2);
	assert_string_equal(got.words[1], "/srv/p.cfg");
	assert_null(got.words[2]);
	assert_int_equal(ctl_request_role(&got, CTL_ROLE_FILE, 1), 2);
	assert_true(ctl_request_role(&got, CTL_ROLE_FILE, 2) == SIZE_MAX);
	r = reopen(&w, CTL_REQUEST);
	assert_fails(ctl_request_get(&r, 2, &arena, &got, &e), &e, "ctl.role");
}

static void request_enums_are_checked(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	scoped(arena_done) struct arena arena = ARENA_INIT(1 << 20);
	struct ctl_request sent = {.verb = CTL_VERB_END_};
	struct ctl_request got;
	struct err e = ERR_INIT;
	struct wire_in r;

	(void)state;
	ctl_request_put(&w, &sent);
	r = reopen(&w, CTL_REQUEST);
	assert_fails(ctl_request_get(&r, 0, &arena, &got, &e), &e, "ctl.verb");
	sent.verb = CTL_VERB_PS;
	sent.n_roles = 1;
	sent.roles[0] = CTL_ROLE_END_;
	ctl_request_put(&w, &sent);
	r = reopen(&w, CTL_REQUEST);
	assert_fails(ctl_request_get(&r, 1, &arena, &got, &e), &e, "ctl.role");
}

/* Put n options and n words and say whether the other end takes them. */
static int take_many(size_t n_options, size_t n_words, struct arena *arena, struct err *e)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct ctl_option *options = calloc(n_options + 1, sizeof(*options));
	const char **words = calloc(n_words + 1, sizeof(*words));
	struct ctl_request got;
	struct wire_in r;
	int outcome;

	for (size_t i = 0; i < n_options; i++)
		options[i] = (struct ctl_option){"p", "v"};
	for (size_t i = 0; i < n_words; i++)
		words[i] = "w";
	ctl_request_put(&w, &(struct ctl_request){.verb = CTL_VERB_RUN,
				    .options = options,
				    .n_options = n_options,
				    .words = words,
				    .n_words = n_words});
	free(options);
	free(words);
	r = reopen(&w, CTL_REQUEST);
	outcome = ctl_request_get(&r, 0, arena, &got, e);
	if (outcome == 0) {
		assert_int_equal(got.n_options, n_options);
		assert_int_equal(got.n_words, n_words);
	}
	return outcome;
}

static void request_limits(void **state)
{
	scoped(arena_done) struct arena arena = ARENA_INIT(1 << 20);
	scoped(arena_done) struct arena small = ARENA_INIT(64);
	struct err e = ERR_INIT;

	(void)state;
	assert_done(take_many(LIMIT_CTL_OPTIONS, LIMIT_CTL_WORDS, &arena, &e), &e);
	assert_fails(take_many(LIMIT_CTL_OPTIONS + 1, 0, &arena, &e), &e, "wire.short");
	assert_fails(take_many(0, LIMIT_CTL_WORDS + 1, &arena, &e), &e, "wire.short");
	assert_fails(take_many(LIMIT_CTL_OPTIONS, 0, &small, &e), &e, "wire.short");
}

static void events_are_cut(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	char *text = malloc(LIMIT_CTL_TEXT + 1);
	struct ctl_event got;
	struct err e = ERR_INIT;
	struct wire_in r;

	(void)state;
	memset(text, 'x', LIMIT_CTL_TEXT + 1);
	ctl_event_put(&w, &(struct ctl_event){.kind = CTL_EVENT_DIAG,
				  .subject = span_make("a\0b", 3),
				  .elapsed_ms = 12,
				  .text = span_make(text, LIMIT_CTL_TEXT + 1)});
	r = reopen(&w, CTL_EVENT);
	assert_done(ctl_event_get(&r, &got, &e), &e);
	assert_int_equal(got.kind, CTL_EVENT_DIAG);
	assert_int_equal(got.elapsed_ms, 12);
	assert_span(got.subject, "a");
	assert_int_equal(got.text.len, LIMIT_CTL_TEXT);
	free(text);
	ctl_event_put(&w, &(struct ctl_event){.kind = CTL_EVENT_END_});
	r = reopen(&w, CTL_EVENT);
	assert_fails(ctl_event_get(&r, &got, &e), &e, "ctl.kind");
}

static void data_limit(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	char *bytes = calloc(1, LIMIT_CTL_DATA + 1);
	struct span got;
	struct err e = ERR_INIT;
	struct wire_in r;

	(void)state;
	ctl_data_put(&w, span_make(bytes, LIMIT_CTL_DATA));
	r = reopen(&w, CTL_DATA);
	assert_done(ctl_data_get(&r, &got, &e), &e);
	assert_int_equal(got.len, LIMIT_CTL_DATA);
	ctl_data_put(&w, span_make(bytes, LIMIT_CTL_DATA + 1));
	free(bytes);
	r = reopen(&w, CTL_DATA);
	assert_fails(ctl_data_get(&r, &got, &e), &e, "wire.short");
}

static void signals(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	int got = 0;
	struct err e = ERR_INIT;
	struct wire_in r;

	(void)state;
	ctl_signal_put(&w, 64);
	r = reopen(&w, CTL_SIGNAL);
	assert_done(ctl_signal_get(&r, &got, &e), &e);
	assert_int_equal(got, 64);
	ctl_signal_put(&w, 65);
	r = reopen(&w, CTL_SIGNAL);
	assert_fails(ctl_signal_get(&r, &got, &e), &e, "ctl.kind");
	ctl_signal_put(&w, 0);
	r = reopen(&w, CTL_SIGNAL);
	assert_fails(ctl_signal_get(&r, &got, &e), &e, "ctl.kind");
}

static void result(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct ctl_result sent = {.status = 12, .has_err = true, .err = ERR_INIT};
	struct ctl_result got;
	struct err e = ERR_INIT;
	struct wire_in r;

	(void)state;
	err_set(&sent.err, ERR_INPUT, ENOENT, "profile.open", "open '%s'", "x.cfg");
	ctl_result_put(&w, &sent);
	r = reopen(&w, CTL_RESULT);
	assert_done(ctl_result_get(&r, &got, &e), &e);
	assert_int_equal(got.status, 12);
	assert_memory_equal(&got.err, &sent.err, sizeof(sent.err));
	ctl_result_put(&w, &(struct ctl_result){.status = 0});
	r = reopen(&w, CTL_RESULT);
	assert_done(ctl_result_get(&r, &got, &e), &e);
	assert_false(got.has_err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello),
		cmocka_unit_test(hello_of_root_is_refused),
		cmocka_unit_test(request),
		cmocka_unit_test(request_enums_are_checked),
		cmocka_unit_test(request_limits),
		cmocka_unit_test(events_are_cut),
		cmocka_unit_test(data_limit),
		cmocka_unit_test(signals),
		cmocka_unit_test(result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
