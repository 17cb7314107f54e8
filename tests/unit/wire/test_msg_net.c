/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of cantle-net: golden bytes, round trips, limits, and calls over a real channel. */
#include <string.h>

#include "tests/unit/test.h"
#include "wire/chan.h"
#include "wire/msg_net.h"

static void hello_has_golden_bytes(void **state)
{
	static const char golden[] = "CNTL\x01\0\0\x05\x07\0\0\0\x10\0\0\0"
				     "\xfd\x01\x02\x03\x04\x05\0\x07\0\0\0\0\0\0\0\0";
	struct msg_net_hello hello = {.node = 7, .prefix = {0xfd, 1, 2, 3, 4, 5, 0, 7}};
	struct msg_net_hello back;
	struct err err = ERR_INIT;
	struct wire_in r;
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	(void)state;
	msg_net_put_hello(&w, &hello);
	assert_int_equal(w.bytes.len, sizeof(golden) - 1);
	assert_memory_equal(w.bytes.ptr, golden, w.bytes.len);
	assert_done(wire_open(str_span(&w.bytes), &r, &err), &err);
	assert_int_equal(r.type, MSG_NET_HELLO);
	assert_done(msg_net_get_hello(&r, &back, &err), &err);
	assert_memory_equal(&back, &hello, sizeof(hello));
}

static void short_prefix_is_refused(void **state)
{
	struct msg_net_hello back;
	struct err err = ERR_INIT;
	struct wire_in r;
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	(void)state;
	wire_begin(&w, MSG_NET_HELLO);
	wire_put_u32(&w, 7);
	wire_put_bytes(&w, span_make("0123456789abcde", 15));
	assert_done(wire_open(str_span(&w.bytes), &r, &err), &err);
	assert_fails(msg_net_get_hello(&r, &back, &err), &err, "msg.net");
}

static void features_come_back(void **state)
{
	struct msg_net_features features = {.mask = NET_FEATURE_IPV6 | NET_FEATURE_NETNS};
	struct msg_net_features back;
	struct err err = ERR_INIT;
	struct wire_in r;
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	(void)state;
	err_set(&features.why, ERR_OS, 95, "net.veth", "make the link of slot %d", 1);
	for (int has_why = 1; has_why >= 0; has_why--) {
		if (!has_why)
			err_clear(&features.why);
		msg_net_put_features(&w, &features);
		assert_done(wire_open(str_span(&w.bytes), &r, &err), &err);
		assert_done(msg_net_get_features(&r, &back, &err), &err);
		assert_int_equal(back.mask, features.mask);
		assert_int_equal(err_is_set(&back.why), has_why);
		assert_string_equal(back.why.step, features.why.step);
		assert_string_equal(back.why.text, features.why.text);
	}
}

static void all_links_fit(void **state)
{
	struct msg_net_links links = {.marks = {0}};
	struct msg_net_links back;
	struct err err = ERR_INIT;
	struct wire_in r;
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	(void)state;
	for (size_t slot = 1; slot < LIMIT_SLOTS; slot++)
		links.marks[slot] = NET_MARK_LINK;
	links.marks[9] = 0;
	links.marks[10] = NET_MARK_LEAVING | NET_MARK_FOREIGN;
	msg_net_put_links(&w, &links);
	assert_done(wire_open(str_span(&w.bytes), &r, &err), &err);
	assert_done(msg_net_get_links(&r, &back, &err), &err);
	assert_memory_equal(&back, &links, sizeof(links));
}

/* A list of n entries (slot, marks), twice the same slot. */
static int get_links(uint32_t n, uint16_t slot, uint8_t marks, struct err *err)
{
	struct msg_net_links back;
	struct wire_in r;
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	wire_begin(&w, MSG_NET_LINKS);
	wire_put_u32(&w, n);
	for (uint32_t i = 0; i < n; i++) {
		wire_put_u16(&w, slot);
		wire_put_u8(&w, marks);
	}
	assert_done(wire_open(str_span(&w.bytes), &r, err), err);
	return msg_net_get_links(&r, &back, err);
}

static void impossible_links_are_refused(void **state)
{
	struct err err = ERR_INIT;
	(void)state;
	assert_done(get_links(1, LIMIT_SLOTS - 1, 1, &err), &err);
	assert_fails(get_links(1, LIMIT_SLOTS, 1, &err), &err, "msg.net");
	assert_fails(get_links(1, 0, 1, &err), &err, "msg.net");
	assert_fails(get_links(1, 5, 0, &err), &err, "msg.net");
	assert_fails(get_links(2, 5, 1, &err), &err, "msg.net");
	assert_fails(get_links(LIMIT_SLOTS, 5, 1, &err), &err, "wire.short");
}

/* The answer lies in the channel before the question is asked. */
static void calls_hand_on_what_failed(void **state)
{
	struct fd_chan ours = FD_INIT;
	struct fd_chan theirs = FD_INIT;
	struct msg_net_links links;
	struct err err = ERR_INIT;
	struct err why = ERR_INIT;
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	(void)state;
	assert_done(chan_pair(&ours, &theirs, &err), &err);
	err_set(&why, ERR_OS, 1, "net.link", "list links");
	msg_net_put_failed(&w, &why);
	assert_done(chan_send(theirs, &w, NULL, 0, &err), &err);
	assert_true(msg_net_list(ours, &links, &err) < 0);
	assert_string_equal(err.step, "net.link");
	assert_int_equal(err.num, 1);
	err_clear(&err);
	msg_net_put_plain(&w, MSG_NET_DONE);
	assert_done(chan_send(theirs, &w, NULL, 0, &err), &err);
	assert_fails(msg_net_list(ours, &links, &err), &err, "msg.net");
	fd_chan_close(&theirs);
	assert_true(msg_net_list(ours, &links, &err) < 0);
	assert_string_equal(err.step, "chan.send");
	fd_chan_close(&ours);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello_has_golden_bytes),
		cmocka_unit_test(short_prefix_is_refused),
		cmocka_unit_test(features_come_back),
		cmocka_unit_test(all_links_fit),
		cmocka_unit_test(impossible_links_are_refused),
		cmocka_unit_test(calls_hand_on_what_failed),
	};
	return cmocka_run_group_tests_name("wire/msg_net", tests, NULL, NULL);
}
