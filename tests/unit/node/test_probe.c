/* SPDX-License-Identifier: Apache-2.0 */
/* The feature matrix: every row answers, and says what to do. */
#include "node/probe.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <string.h>

#include "node/probe_child.h"
#include "tests/unit/test.h"

static void test_every_row_answers(void **state)
{
	(void)state;
	struct probe_result results[LIMIT_PROBE_ROWS];
	struct fd_dir none = FD_INIT;
	size_t n = probe_run(none, results);
	assert_int_equal(n, probe_count());
	assert_true(n > 30);
	for (size_t i = 0; i < n; i++) {
		assert_true(strlen(results[i].name) > 0);
		assert_true(strlen(results[i].lost) > 0);
		assert_true(strlen(results[i].fix) > 0);
		assert_true(strlen(results[i].detail) > 0);
		assert_non_null(probe_state_name(results[i].state));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(results[i].name, results[k].name);
	}
}

static void test_disk_row_reads_the_state_directory(void **state)
{
	(void)state;
	struct probe_result results[LIMIT_PROBE_ROWS];
	scoped_fd_dir at = {open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)};
	size_t n = probe_run(at, results);
	for (size_t i = 0; i < n; i++)
		if (strcmp(results[i].name, "disk.space") == 0)
			assert_non_null(strstr(results[i].detail, "MB free"));
}

static void test_child_brings_its_error_back(void **state)
{
	(void)state;
	/* A flag that no kernel knows. */
	assert_int_equal(probe_child(UINT64_C(1) << 60, PROBE_NOTHING), EINVAL);
	assert_int_equal(probe_child(0, PROBE_NOTHING), 0);
}

static void test_states_have_names(void **state)
{
	(void)state;
	assert_string_equal(probe_state_name(PROBE_ENFORCEABLE), "enforceable");
	assert_string_equal(probe_state_name(PROBE_DEGRADED), "degraded");
	assert_string_equal(probe_state_name(PROBE_UNAVAILABLE), "unavailable");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row_answers),
		cmocka_unit_test(test_disk_row_reads_the_state_directory),
		cmocka_unit_test(test_child_brings_its_error_back),
		cmocka_unit_test(test_states_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
