/* SPDX-License-Identifier: Apache-2.0 */
/* States of a supervised program: every transition that its header names. */
#include "isolate/super/service.h"

#include "tests/unit/test.h"

/* A service that runs since time 1000 for longer than READY_AFTER_MS. */
static struct service_life running(enum super_kind kind)
{
	struct service_life s = service_new(kind);
	assert_int_equal(service_start(&s), SERVICE_START);
	service_started(&s, 1000);
	assert_int_equal(s.state, SUPER_STARTING);
	assert_int_equal(service_due(&s, 1999), SERVICE_NOTHING);
	assert_int_equal(s.state, SUPER_STARTING);
	assert_int_equal(service_due(&s, 2000), SERVICE_NOTHING);
	assert_int_equal(s.state, SUPER_RUNNING);
	assert_int_equal(s.due_ms, 0);
	return s;
}

static void delays_double_and_begin_anew(void **state)
{
	struct service_life s = running(SUPER_SERVICE);
	uint64_t now = 3000;
	uint64_t delay = BACKOFF_MIN_MS;
	(void)state;
	for (int i = 0; i < 10; i++) {
		assert_int_equal(service_ended(&s, 1, now), SERVICE_NOTHING);
		assert_int_equal(s.state, SUPER_BACKOFF);
		assert_int_equal(s.due_ms - now, delay);
		now = s.due_ms;
		assert_int_equal(service_due(&s, now), SERVICE_START);
		service_started(&s, now);
		assert_int_equal(s.restarts, i + 1);
		delay = delay * 2 < BACKOFF_MAX_MS ? delay * 2 : BACKOFF_MAX_MS;
	}
	assert_int_equal(delay, BACKOFF_MAX_MS);
	assert_int_equal(service_ended(&s, 1, now + UPTIME_GOOD_MS - 1), SERVICE_NOTHING);
	assert_int_equal(s.backoff_ms, BACKOFF_MAX_MS);
	service_started(&s, now);
	assert_int_equal(service_ended(&s, 1, now + UPTIME_GOOD_MS), SERVICE_NOTHING);
	assert_int_equal(s.backoff_ms, BACKOFF_MIN_MS);
}

static void run_is_started_once(void **state)
{
	struct service_life s = running(SUPER_RUN);
	(void)state;
	assert_true(service_is_healthy(&s));
	assert_int_equal(service_ended(&s, 0, 5000), SERVICE_NOTHING);
	assert_int_equal(s.state, SUPER_EXITED);
	assert_true(service_is_healthy(&s));
	assert_int_equal(service_due(&s, 1 << 30), SERVICE_NOTHING);
	assert_int_equal(service_change(&s, 6000), SERVICE_START);
	service_started(&s, 6000);
	assert_int_equal(service_ended(&s, 2, 7000), SERVICE_NOTHING);
	assert_false(service_is_healthy(&s));
}

static void stop_then_kill(void **state)
{
	struct service_life s = running(SUPER_SERVICE);
	(void)state;
	assert_int_equal(service_stop(&s, 5000), SERVICE_TERM);
	assert_int_equal(s.state, SUPER_STOPPING);
	assert_int_equal(service_stop(&s, 6000), SERVICE_NOTHING); /* the deadline stays */
	assert_int_equal(service_due(&s, 5000 + KILL_AFTER_MS - 1), SERVICE_NOTHING);
	assert_int_equal(service_due(&s, 5000 + KILL_AFTER_MS), SERVICE_KILL);
	assert_int_equal(service_due(&s, 5000 + KILL_AFTER_MS), SERVICE_NOTHING);
	assert_int_equal(service_ended(&s, 137, 16000), SERVICE_NOTHING);
	assert_int_equal(s.state, SUPER_STOPPED);
	assert_false(service_is_healthy(&s));
	assert_int_equal(service_change(&s, 17000), SERVICE_NOTHING);
	assert_int_equal(service_start(&s), SERVICE_START);
}

static void stop_while_waiting(void **state)
{
	struct service_life s = running(SUPER_SERVICE);
	(void)state;
	assert_int_equal(service_ended(&s, 1, 3000), SERVICE_NOTHING);
	assert_int_equal(service_stop(&s, 3100), SERVICE_NOTHING);
	assert_int_equal(s.state, SUPER_STOPPED);
	assert_int_equal(service_due(&s, 1 << 30), SERVICE_NOTHING);
}

static void what_follows_the_stop(void **state)
{
	struct service_life s = running(SUPER_SERVICE);
	(void)state;
	assert_int_equal(service_restart(&s, 5000), SERVICE_TERM);
	assert_int_equal(service_ended(&s, 143, 5100), SERVICE_START);
	service_started(&s, 5100);
	assert_int_equal(service_change(&s, 5200), SERVICE_TERM);
	assert_int_equal(service_remove(&s, 5300), SERVICE_NOTHING);
	assert_int_equal(service_ended(&s, 143, 5400), SERVICE_FORGET);
	s = running(SUPER_SERVICE);
	assert_int_equal(service_remove(&s, 5000), SERVICE_TERM);
	assert_int_equal(service_restart(&s, 5100), SERVICE_NOTHING); /* it came back */
	assert_int_equal(service_ended(&s, 143, 5200), SERVICE_START);
	s = running(SUPER_SERVICE);
	assert_int_equal(service_stop(&s, 5000), SERVICE_TERM);
	assert_int_equal(service_change(&s, 5000), SERVICE_NOTHING); /* stays stopped */
	assert_int_equal(service_start(&s), SERVICE_NOTHING);
	assert_int_equal(service_ended(&s, 0, 5100), SERVICE_START);
	s = service_new(SUPER_RUN);
	assert_int_equal(service_remove(&s, 1), SERVICE_FORGET);
}

static void cannot_be_started(void **state)
{
	struct service_life s = service_new(SUPER_RUN);
	(void)state;
	assert_int_equal(service_start(&s), SERVICE_START);
	service_not_started(&s, false, 100);
	assert_int_equal(s.state, SUPER_BACKOFF);
	assert_int_equal(service_due(&s, 100 + BACKOFF_MIN_MS), SERVICE_START);
	service_not_started(&s, true, 2000);
	assert_int_equal(s.state, SUPER_FATAL);
	assert_int_equal(s.last_exit, 127);
	s = service_new(SUPER_SERVICE);
	service_not_started(&s, true, 2000);
	assert_int_equal(s.state, SUPER_BACKOFF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delays_double_and_begin_anew),
		cmocka_unit_test(run_is_started_once),
		cmocka_unit_test(stop_then_kill),
		cmocka_unit_test(stop_while_waiting),
		cmocka_unit_test(what_follows_the_stop),
		cmocka_unit_test(cannot_be_started),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
