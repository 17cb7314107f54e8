/* SPDX-License-Identifier: Apache-2.0 */
/* The supervisor's messages survive the wire, at their limits and not one past them. */
#include "wire/msg_super.h"

#include <string.h>

#include "tests/unit/test.h"

static char big[LIMIT_SUPER_REASON + 1];

static struct wire_in opened(const struct wire_out *w, uint16_t type)
{
	struct wire_in r;
	struct err e = ERR_INIT;
	assert_done(wire_out_check(w, &e), &e);
	assert_done(wire_open(str_span(&w->bytes), &r, &e), &e);
	assert_int_equal(r.type, type);
	return r;
}

static void fill(struct super_table *t, uint32_t n_rows)
{
	memset(t, 0, sizeof(*t));
	t->n_services = LIMIT_SUPER_SERVICES;
	t->is_ready = true;
	t->is_last = true;
	t->reason = span_make(big, LIMIT_SUPER_REASON);
	t->n_rows = n_rows;
	for (uint32_t i = 0; i < n_rows && i < LIMIT_SUPER_ROWS; i++)
		t->rows[i] = (struct super_row){.name = span_make(big, LIMIT_SUPER_NAME),
			.kind = SUPER_SERVICE,
			.state = SUPER_FATAL,
			.pid = 4,
			.restarts = 5,
			.uptime_ms = 6,
			.last_exit = i % 2 ? -1 : 255};
}

static void table_at_its_limits(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct super_table t;
	struct super_table got;
	struct err e = ERR_INIT;
	struct wire_in r;
	(void)state;
	fill(&t, LIMIT_SUPER_ROWS);
	super_table_put(&w, &t);
	r = opened(&w, MSG_SUPER_TABLE);
	assert_done(super_table_get(&r, &got, &e), &e);
	assert_int_equal(got.n_rows, LIMIT_SUPER_ROWS);
	assert_int_equal(got.rows[1].last_exit, -1);
	assert_int_equal(got.rows[LIMIT_SUPER_ROWS - 1].name.len, LIMIT_SUPER_NAME);
	assert_true(got.is_ready && got.is_last);
	t.rows[3].name.len++;
	super_table_put(&w, &t);
	r = opened(&w, MSG_SUPER_TABLE);
	assert_fails(super_table_get(&r, &got, &e), &e, "wire.short");
	fill(&t, 1);
	t.n_services++;
	super_table_put(&w, &t);
	r = opened(&w, MSG_SUPER_TABLE);
	assert_fails(super_table_get(&r, &got, &e), &e, "wire.short");
}

static void table_with_a_row_too_many(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct super_table got;
	struct err e = ERR_INIT;
	struct wire_in r;
	(void)state;
	wire_begin(&w, MSG_SUPER_TABLE);
	wire_put_u32(&w, 1);
	wire_put_u8(&w, 0);
	wire_put_u8(&w, 0);
	wire_put_bytes(&w, SPAN_EMPTY);
	wire_put_u32(&w, LIMIT_SUPER_ROWS + 1);
	r = opened(&w, MSG_SUPER_TABLE);
	assert_fails(super_table_get(&r, &got, &e), &e, "wire.short");
}

static void refuses_unknown_states(void **state)
{
	static const struct {
		int kind;
		int state;
		int last_exit;
	} bad[] = {{0, 1, 0}, {3, 1, 0}, {1, 0, 0}, {1, 8, 0}, {1, 1, -2}, {1, 1, 256}};
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct super_table t;
	struct super_table got;
	struct err e = ERR_INIT;
	struct wire_in r;
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fill(&t, 1);
		t.rows[0].kind = (enum super_kind)bad[i].kind;
		t.rows[0].state = (enum super_state)bad[i].state;
		t.rows[0].last_exit = bad[i].last_exit;
		super_table_put(&w, &t);
		r = opened(&w, MSG_SUPER_TABLE);
		assert_fails(super_table_get(&r, &got, &e), &e, "super.kind");
	}
}

static void requests_and_errors(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct err e = ERR_INIT;
	struct err why = ERR_INIT;
	struct err got = ERR_INIT;
	struct span name;
	struct wire_in r;
	(void)state;
	super_name_put(&w, MSG_SUPER_RESTART, span_make(big, LIMIT_SUPER_NAME));
	r = opened(&w, MSG_SUPER_RESTART);
	assert_done(super_name_get(&r, &name, &e), &e);
	assert_int_equal(name.len, LIMIT_SUPER_NAME);
	super_name_put(&w, MSG_SUPER_STOP, span_make(big, LIMIT_SUPER_NAME + 1));
	r = opened(&w, MSG_SUPER_STOP);
	assert_fails(super_name_get(&r, &name, &e), &e, "wire.short");
	err_set(&why, ERR_INPUT, 0, "super.service", "no such service");
	super_error_put(&w, &why);
	r = opened(&w, MSG_SUPER_ERROR);
	assert_done(super_error_get(&r, &got, &e), &e);
	assert_memory_equal(&why, &got, sizeof(why));
	assert_string_equal(super_state_name(SUPER_BACKOFF), "backoff");
	assert_string_equal(super_kind_name(SUPER_SERVICE), "service");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_at_its_limits),
		cmocka_unit_test(table_with_a_row_too_many),
		cmocka_unit_test(refuses_unknown_states),
		cmocka_unit_test(requests_and_errors),
	};
	memset(big, 'a', sizeof(big));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
