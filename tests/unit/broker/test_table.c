/* SPDX-License-Identifier: Apache-2.0 */
/* What the broker's table admits, and the sets of keys and values at their limits. */
#include "isolate/broker/table.h"

#include <string.h>

#include "isolate/broker/pairs.h"
#include "tests/unit/test.h"

static char big[LIMIT_WIRE_BYTES];

static int admit(struct broker *b, enum broker_side side, uint16_t type, size_t bytes, size_t n_fds,
	struct err *err)
{
	struct wire_in in = {.type = type};
	struct chan_fds fds = {.n = n_fds};
	const struct table_row *row = NULL;
	struct table_call call = {.in = &in, .message = span_make(big, bytes), .fds = &fds};
	int rc = table_admit(b, side, &call, &row, err);
	if (rc == 0)
		assert_int_equal(row->type, type);
	return rc;
}

static void phases_and_sides(void **state)
{
	struct broker b;
	struct err e = ERR_INIT;
	(void)state;
	broker_init(&b, PHASE_BUILD);
	assert_done(admit(&b, SIDE_ENGINE, MSG_FETCH, 20, 0, &e), &e);
	assert_fails(admit(&b, SIDE_AGENT, MSG_FETCH, 20, 0, &e), &e, "broker.unknown");
	assert_fails(admit(&b, SIDE_ENGINE, MSG_PARAMS, 8, 0, &e), &e, "broker.phase");
	assert_fails(admit(&b, SIDE_ENGINE, MSG_PUBLISH, 8, 0, &e), &e, "broker.phase");
	assert_fails(admit(&b, SIDE_AGENT, MSG_INSTANCE, 8, 0, &e), &e, "broker.phase");
	assert_fails(admit(&b, SIDE_AGENT, MSG_CACHE_ADD, 8, 1, &e), &e, "broker.phase");
	assert_fails(admit(&b, SIDE_ENGINE, MSG_FETCHED, 8, 0, &e), &e, "broker.unknown");
	b.phase = PHASE_OPERATOR;
	assert_done(admit(&b, SIDE_AGENT, MSG_CACHE_ADD, 20, 1, &e), &e);
	assert_fails(admit(&b, SIDE_ENGINE, MSG_FETCH, 20, 0, &e), &e, "broker.phase");
	broker_done(&b);
}

static void once_size_and_descriptors(void **state)
{
	struct broker b;
	struct err e = ERR_INIT;
	(void)state;
	broker_init(&b, PHASE_INSTANCE);
	assert_done(admit(&b, SIDE_AGENT, MSG_INSTANCE, 100, 0, &e), &e);
	assert_fails(admit(&b, SIDE_AGENT, MSG_INSTANCE, 100, 0, &e), &e, "broker.once");
	assert_done(admit(&b, SIDE_ENGINE, MSG_FETCH, 8 << 10, 0, &e), &e);
	assert_fails(admit(&b, SIDE_ENGINE, MSG_FETCH, (8 << 10) + 1, 0, &e), &e, "broker.size");
	assert_fails(admit(&b, SIDE_ENGINE, MSG_FETCH, 8, 1, &e), &e, "broker.fds");
	broker_done(&b);
}

static void pairs_have_limits(void **state)
{
	struct pairs p;
	struct err e = ERR_INIT;
	struct broker_pair pair = {span_str("a"), span_str("1")};
	(void)state;
	pairs_init(&p, 2, 10);
	assert_done(pairs_add(&p, &pair, &e), &e);
	pair.key = span_str("b");
	assert_done(pairs_add(&p, &pair, &e), &e);
	pair.value = span_str("1234567");
	assert_done(pairs_add(&p, &pair, &e), &e); /* replaces: 2 + 8 bytes */
	assert_int_equal(p.list.n, 2);
	assert_int_equal(p.n_received, 3);
	pair.value = span_str("12345678");
	assert_fails(pairs_add(&p, &pair, &e), &e, "pairs.limit");
	pair = (struct broker_pair){span_str("c"), SPAN_EMPTY};
	assert_fails(pairs_add(&p, &pair, &e), &e, "pairs.limit");
	pairs_done(&p);
	assert_int_equal(p.list.n, 0);
}

static void keys_are_checked(void **state)
{
	struct pairs p;
	struct err e = ERR_INIT;
	struct broker_pair pair = {SPAN_EMPTY, SPAN_EMPTY};
	(void)state;
	pairs_init(&p, 9, 1000);
	assert_fails(pairs_add(&p, &pair, &e), &e, "pairs.key");
	pair.key = span_make(big, LIMIT_PARAM_KEY + 1);
	assert_fails(pairs_add(&p, &pair, &e), &e, "pairs.key");
	pair.key = span_str("a\nb");
	assert_fails(pairs_add(&p, &pair, &e), &e, "pairs.key");
	pair.key = span_make(big, LIMIT_PARAM_KEY);
	assert_done(pairs_add(&p, &pair, &e), &e);
	pair.key = span_str("cl\xc3\xa9");
	assert_done(pairs_add(&p, &pair, &e), &e);
	pairs_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases_and_sides),
		cmocka_unit_test(once_size_and_descriptors),
		cmocka_unit_test(pairs_have_limits),
		cmocka_unit_test(keys_are_checked),
	};
	memset(big, 'a', sizeof(big));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
