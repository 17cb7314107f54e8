/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of the launcher: what is put is got back, and nothing short, long or unknown passes. */
#include <string.h>

#include "tests/unit/test.h"
#include "wire/msg_launch.h"

static struct launch_msg example(uint16_t type)
{
	struct launch_msg msg = {.type = type, .id = 0x1122334455667788};
	msg.node = msg.n_roots = 3;
	msg.signo = 15;
	msg.pid = 4242;
	msg.landlock_abi = 7;
	msg.how = LAUNCH_EXIT_SIGNAL;
	msg.code = 9;
	msg.is_oom = 1;
	msg.n_degraded = 2;
	msg.degraded[1] = 5;
	msg.n_results = 1;
	msg.results[0] = (struct launch_result){.op = 1, .num = 2, .text = SPAN("max"), .fd = 1};
	(void)err_set(&msg.error, ERR_OS, 2, "mount.proc", "mount");
	return msg;
}

static int decode(const struct wire_out *w, size_t n, struct launch_msg *ret, struct err *err)
{
	struct wire_in in;
	if (wire_open(span_make(w->bytes.ptr, n), &in, err) < 0)
		return -1;
	return launch_msg_get(&in, ret, err);
}

static void test_round_trip(void **state)
{
	static const uint16_t types[] = {MSG_LAUNCH_HELLO, MSG_LAUNCH_START, MSG_LAUNCH_RELEASE,
		MSG_LAUNCH_SIGNAL, MSG_LAUNCH_ADOPT, MSG_LAUNCH_READY, MSG_LAUNCH_CREATED,
		MSG_LAUNCH_RUNNING, MSG_LAUNCH_DONE, MSG_LAUNCH_FAILED, MSG_LAUNCH_EXITED};
	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const struct launch_msg msg = example(types[i]);
		scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
		scoped_wire_out struct wire_out again = WIRE_OUT_INIT;
		struct launch_msg got;
		struct err err = ERR_INIT;
		launch_msg_put(&w, &msg);
		assert_done(decode(&w, w.bytes.len, &got, &err), &err);
		assert_int_equal(got.id, msg.id);
		launch_msg_put(&again, &got);
		assert_int_equal(again.bytes.len, w.bytes.len);
		assert_memory_equal(again.bytes.ptr, w.bytes.ptr, w.bytes.len);
		for (size_t n = 0; n < w.bytes.len; n++) {
			assert_true(decode(&w, n, &got, &err) < 0);
			err_clear(&err);
		}
		str_addc(&w.bytes, '\0');
		assert_fails(decode(&w, w.bytes.len, &got, &err), &err, "wire.trailing");
	}
}

static void test_bounds(void **state)
{
	struct launch_msg msg = example(MSG_LAUNCH_DONE);
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct launch_msg got;
	struct err err = ERR_INIT;
	(void)state;
	wire_begin(&w, MSG_LAUNCH_DONE);
	wire_put_u64(&w, 1);
	wire_put_u32(&w, LIMIT_LAUNCH_DEGRADED + 1);
	assert_fails(decode(&w, w.bytes.len, &got, &err), &err, "wire.short");
	msg.type = 0x01ff;
	launch_msg_put(&w, &msg);
	assert_fails(decode(&w, w.bytes.len, &got, &err), &err, "wire.type");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
