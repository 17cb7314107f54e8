/* SPDX-License-Identifier: Apache-2.0 */
/* The broker's messages survive the wire, at their limits and not one past them. */
#include "wire/msg_broker.h"

#include <string.h>

#include "tests/unit/test.h"

static char big[LIMIT_PARAM_VALUE + 1];

static struct wire_in opened(const struct wire_out *w, uint16_t type)
{
	struct wire_in r;
	struct err e = ERR_INIT;
	assert_done(wire_out_check(w, &e), &e);
	assert_done(wire_open(str_span(&w->bytes), &r, &e), &e);
	assert_int_equal(r.type, type);
	return r;
}

static void fetch_at_its_limits(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct broker_fetch got;
	struct err e = ERR_INIT;
	struct wire_in r;
	struct broker_fetch f = {.url = span_make(big, LIMIT_FETCH_URL),
		.kind = HASH_SHA512,
		.hex = span_make(big, HASH_HEX_MAX),
		.is_offline = true,
		.part = span_make(big, LIMIT_FETCH_PART)};
	(void)state;
	broker_fetch_put(&w, &f);
	r = opened(&w, MSG_FETCH);
	assert_done(broker_fetch_get(&r, &got, &e), &e);
	assert_true(span_eq(got.url, f.url) && span_eq(got.hex, f.hex) && got.is_offline);
	assert_int_equal(got.kind, HASH_SHA512);
	f.url.len++;
	broker_fetch_put(&w, &f);
	r = opened(&w, MSG_FETCH);
	assert_fails(broker_fetch_get(&r, &got, &e), &e, "wire.short");
	f.url.len = 1;
	f.hex.len++;
	broker_fetch_put(&w, &f);
	r = opened(&w, MSG_FETCH);
	assert_fails(broker_fetch_get(&r, &got, &e), &e, "wire.short");
	f.hex.len = 0;
	f.part.len++;
	broker_fetch_put(&w, &f);
	r = opened(&w, MSG_FETCH);
	assert_fails(broker_fetch_get(&r, &got, &e), &e, "wire.short");
}

static void fetch_of_unknown_kind(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct broker_fetch got;
	struct err e = ERR_INIT;
	struct wire_in r;
	(void)state;
	wire_begin(&w, MSG_FETCH);
	wire_put_bytes(&w, span_str("http://a/"));
	wire_put_u8(&w, HASH_SHA512 + 1);
	wire_put_bytes(&w, SPAN_EMPTY);
	wire_put_u8(&w, 0);
	wire_put_bytes(&w, SPAN_EMPTY);
	r = opened(&w, MSG_FETCH);
	assert_fails(broker_fetch_get(&r, &got, &e), &e, "broker.kind");
	wire_put_u8(&w, 0);
	r = opened(&w, MSG_FETCH);
	assert_fails(broker_fetch_get(&r, &got, &e), &e, "wire.trailing");
}

static void answers(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct broker_progress p = {1, 1ULL << 40};
	struct broker_fetched f = {7, true, span_str("abc")};
	struct broker_cached c = {9, span_str("m"), span_str("s"), span_str("t")};
	struct err e = ERR_INIT;
	struct err why = ERR_INIT;
	struct err got_why = ERR_INIT;
	struct wire_in r;
	struct span url;
	(void)state;
	broker_progress_put(&w, &p);
	r = opened(&w, MSG_FETCH_PROGRESS);
	assert_done(broker_progress_get(&r, &p, &e), &e);
	assert_int_equal(p.total_bytes, 1ULL << 40);
	broker_fetched_put(&w, &f);
	r = opened(&w, MSG_FETCHED);
	assert_done(broker_fetched_get(&r, &f, &e), &e);
	assert_int_equal(f.size_bytes, 7);
	assert_span(f.sha256, "abc");
	broker_cached_put(&w, &c);
	r = opened(&w, MSG_CACHED);
	assert_done(broker_cached_get(&r, &c, &e), &e);
	assert_span(c.sha512, "t");
	broker_cache_add_put(&w, span_str("http://x/"));
	r = opened(&w, MSG_CACHE_ADD);
	assert_done(broker_cache_add_get(&r, &url, &e), &e);
	assert_span(url, "http://x/");
	err_set(&why, ERR_INPUT, 0, "fetch.checksum", "wrong");
	broker_error_put(&w, MSG_BROKER_ERROR, &why);
	r = opened(&w, MSG_BROKER_ERROR);
	assert_done(broker_error_get(&r, &got_why, &e), &e);
	assert_memory_equal(&why, &got_why, sizeof(why));
	broker_put_empty(&w, MSG_PARAMS);
	r = opened(&w, MSG_PARAMS);
	assert_done(wire_end(&r, &e), &e);
}

static void instance_addresses(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct broker_instance i = {.title = span_str("web"), .timestamp = span_str("12")};
	struct broker_instance got;
	struct err e = ERR_INIT;
	struct wire_in r;
	(void)state;
	i.software_url = span_make(big, LIMIT_INSTANCE_TEXT);
	i.ipv6.n = LIMIT_INSTANCE_ADDRESSES;
	for (uint32_t k = 0; k < i.ipv6.n; k++)
		i.ipv6.at[k] = span_str("2001:db8::1");
	broker_instance_put(&w, &i);
	r = opened(&w, MSG_INSTANCE);
	assert_done(broker_instance_get(&r, &got, &e), &e);
	assert_span(got.title, "web");
	assert_span(got.timestamp, "12");
	assert_int_equal(got.ipv4.n, 0);
	assert_int_equal(got.ipv6.n, LIMIT_INSTANCE_ADDRESSES);
	assert_span(got.ipv6.at[LIMIT_INSTANCE_ADDRESSES - 1], "2001:db8::1");
	i.software_url.len++;
	broker_instance_put(&w, &i);
	r = opened(&w, MSG_INSTANCE);
	assert_fails(broker_instance_get(&r, &got, &e), &e, "wire.short");
}

static void instance_with_too_many_addresses(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct broker_instance got;
	struct err e = ERR_INIT;
	struct wire_in r;
	(void)state;
	wire_begin(&w, MSG_INSTANCE);
#define PUT_EMPTY(name) wire_put_bytes(&w, SPAN_EMPTY);
	BROKER_INSTANCE_TEXTS(PUT_EMPTY)
#undef PUT_EMPTY
	wire_put_u32(&w, LIMIT_INSTANCE_ADDRESSES + 1);
	for (int k = 0; k <= LIMIT_INSTANCE_ADDRESSES; k++)
		wire_put_bytes(&w, span_str("::"));
	wire_put_u32(&w, 0);
	r = opened(&w, MSG_INSTANCE);
	assert_fails(broker_instance_get(&r, &got, &e), &e, "wire.short");
}

static void pairs_at_their_limits(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct broker_pair p = {span_make(big, LIMIT_PARAM_KEY), span_make(big, LIMIT_PARAM_VALUE)};
	struct broker_pair got;
	struct err e = ERR_INIT;
	struct wire_in r;
	(void)state;
	broker_pair_put(&w, MSG_PARAM, &p);
	r = opened(&w, MSG_PARAM);
	assert_done(broker_pair_get(&r, &got, &e), &e);
	assert_true(span_eq(got.value, p.value));
	p.value.len++;
	broker_pair_put(&w, MSG_PUBLISH, &p);
	r = opened(&w, MSG_PUBLISH);
	assert_fails(broker_pair_get(&r, &got, &e), &e, "wire.short");
	p = (struct broker_pair){span_make(big, LIMIT_PARAM_KEY + 1), SPAN_EMPTY};
	broker_pair_put(&w, MSG_PUBLISH, &p);
	r = opened(&w, MSG_PUBLISH);
	assert_fails(broker_pair_get(&r, &got, &e), &e, "wire.short");
}

static void ends_at_their_limits(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct err e = ERR_INIT;
	struct wire_in r;
	uint32_t n = 0;
	(void)state;
	broker_end_put(&w, MSG_PARAMS_END, LIMIT_PARAMS);
	r = opened(&w, MSG_PARAMS_END);
	assert_done(broker_end_get(&r, &n, &e), &e);
	assert_int_equal(n, LIMIT_PARAMS);
	broker_end_put(&w, MSG_PARAMS_END, LIMIT_PARAMS + 1);
	r = opened(&w, MSG_PARAMS_END);
	assert_fails(broker_end_get(&r, &n, &e), &e, "wire.short");
	broker_end_put(&w, MSG_PUBLISH_END, LIMIT_PUBLISH);
	r = opened(&w, MSG_PUBLISH_END);
	assert_done(broker_end_get(&r, &n, &e), &e);
	broker_end_put(&w, MSG_PUBLISH_END, LIMIT_PUBLISH + 1);
	r = opened(&w, MSG_PUBLISH_END);
	assert_fails(broker_end_get(&r, &n, &e), &e, "wire.short");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fetch_at_its_limits),
		cmocka_unit_test(fetch_of_unknown_kind),
		cmocka_unit_test(answers),
		cmocka_unit_test(instance_addresses),
		cmocka_unit_test(instance_with_too_many_addresses),
		cmocka_unit_test(pairs_at_their_limits),
		cmocka_unit_test(ends_at_their_limits),
	};
	memset(big, 'a', sizeof(big));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
