/* SPDX-License-Identifier: Apache-2.0 */
/* Frames and channels, at their limits and one past them. */
#include "wire/wire.h"

#include <errno.h>
#include <string.h>

#include "wire/chan.h"
#include "wire/msg_event.h"

#include "tests/unit/test.h"

static void round_trip(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct wire_in r;
	struct err e = ERR_INIT;
	struct err sent = ERR_INIT;
	struct err got = ERR_INIT;
	(void)state;
	err_set(&sent, ERR_OS, EPERM, "a.b", "text");
	wire_begin(&w, 9);
	wire_put_u16(&w, 65535);
	wire_put_i64(&w, -5);
	wire_put_bytes(&w, span_str("bytes"));
	wire_put_err(&w, &sent);
	assert_done(wire_open(str_span(&w.bytes), &r, &e), &e);
	assert_int_equal(r.type, 9);
	assert_int_equal(wire_get_u16(&r), 65535);
	assert_int_equal(wire_get_i64(&r), -5);
	assert_span(wire_get_bytes(&r, 5), "bytes");
	wire_get_err(&r, &got);
	assert_done(wire_end(&r, &e), &e);
	assert_memory_equal(&sent, &got, sizeof(got));
}

static void refuses_short_long_and_trailing(void **state)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct wire_in r;
	struct err e = ERR_INIT;
	(void)state;
	wire_begin(&w, 1);
	wire_put_bytes(&w, span_str("123456"));
	assert_done(wire_open(str_span(&w.bytes), &r, &e), &e);
	wire_get_bytes(&r, 5); /* limit 5, length 6 */
	assert_fails(wire_end(&r, &e), &e, "wire.short");
	assert_done(wire_open(str_span(&w.bytes), &r, &e), &e);
	wire_get_u32(&r);
	assert_fails(wire_end(&r, &e), &e, "wire.trailing");
	assert_fails(wire_open(span_str("CNTL"), &r, &e), &e, "wire.header");
}

static void message_limit(void **state)
{
	static char big[LIMIT_WIRE_BYTES];
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct err e = ERR_INIT;
	(void)state;
	wire_begin(&w, 1);
	wire_put_bytes(&w, span_make(big, LIMIT_WIRE_BYTES - WIRE_HEADER_BYTES - 4));
	assert_done(wire_out_check(&w, &e), &e);
	wire_put_u8(&w, 0);
	assert_fails(wire_out_check(&w, &e), &e, "wire.limit");
}

static void channel_passes_bytes_and_descriptors(void **state)
{
	static char big[LIMIT_WIRE_BYTES];
	scoped_fd_chan a = FD_INIT;
	scoped_fd_chan b = FD_INIT;
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	scoped_str struct str buf = STR_INIT;
	scoped_chan_fds struct chan_fds fds = CHAN_FDS_INIT;
	struct wire_in r;
	struct err e = ERR_INIT;
	int pass[2] = {0, 1};
	(void)state;
	assert_done(chan_pair(&a, &b, &e), &e);
	wire_begin(&w, 3);
	wire_put_bytes(&w, span_make(big, LIMIT_WIRE_BYTES - WIRE_HEADER_BYTES - 4));
	assert_done(chan_send(a, &w, pass, 2, &e), &e);
	assert_int_equal(chan_recv_wire(b, &buf, &fds, &r, &e), CHAN_MESSAGE);
	assert_int_equal(fds.n, 2);
	assert_int_equal(buf.len, LIMIT_WIRE_BYTES);
	/* A reader that allows no descriptors refuses them, and none leaks. */
	wire_begin(&w, 3);
	assert_done(chan_send(a, &w, pass, 2, &e), &e);
	assert_fails(chan_recv(b, &buf, NULL, &e), &e, "chan.recv");
	fd_chan_close(&a);
	assert_int_equal(chan_recv(b, &buf, NULL, &e), CHAN_CLOSED);
}

static void events_are_cut_and_checked(void **state)
{
	static char big[LIMIT_EVENT_TEXT + 1];
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct wire_in r;
	struct err e = ERR_INIT;
	struct event ev = {EVENT_NOTE, span_str("p"), span_make(big, sizeof(big)), 5};
	(void)state;
	memset(big, 'x', sizeof(big));
	event_put(&w, &ev);
	assert_done(wire_open(str_span(&w.bytes), &r, &e), &e);
	assert_done(event_get(&r, &ev, &e), &e);
	assert_int_equal(ev.text.len, LIMIT_EVENT_TEXT);
	ev = (struct event){EVENT_KIND_END_, span_str("p"), span_str("t"), 5};
	event_put(&w, &ev);
	assert_done(wire_open(str_span(&w.bytes), &r, &e), &e);
	assert_fails(event_get(&r, &ev, &e), &e, "event.kind");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(refuses_short_long_and_trailing),
		cmocka_unit_test(message_limit),
		cmocka_unit_test(channel_passes_bytes_and_descriptors),
		cmocka_unit_test(events_are_cut_and_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
