/* SPDX-License-Identifier: Apache-2.0 */
/* The error value. */
#include "base/err.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "tests/unit/test.h"

static void formats_step_text_and_errno(void **state)
{
	struct err e = ERR_INIT;
	char text[700];
	(void)state;
	assert_int_equal(err_set(&e, ERR_OS, EPERM, "mount.proc", "mount '%s'", "proc"), -1);
	assert_int_equal(err_wrap(&e, "partition '%s'", "p7"), -1);
	err_format(&e, "launch", text, sizeof(text));
	assert_string_equal(text, "launch: mount.proc: partition 'p7': mount 'proc': Operation not "
				  "permitted (EPERM)");
	err_format(&e, NULL, text, 12);
	assert_int_equal(strlen(text), 11);
}

static void long_text_is_cut(void **state)
{
	struct err e = ERR_INIT;
	char big[2000];
	(void)state;
	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	err_set(&e, ERR_INPUT, 0, big, "%s", big);
	assert_int_equal(e.used, sizeof(e.text) - 1);
	assert_int_equal(strlen(e.step), sizeof(e.step) - 1);
	err_wrap(&e, "%s", "noun");
	assert_memory_equal(e.text, "noun: xxx", 9);
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
}

static void a_foreign_record_is_made_safe(void **state)
{
	struct err e;
	(void)state;
	memset(&e, 0xff, sizeof(e));
	err_sanitize(&e);
	assert_int_equal(e.kind, ERR_BUG);
	assert_true(strlen(e.step) < sizeof(e.step));
	assert_int_equal(e.used, strlen(e.text));
}

static void fits_one_atomic_write(void **state)
{
	(void)state;
	assert_true(sizeof(struct err) <= PIPE_BUF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_step_text_and_errno),
		cmocka_unit_test(long_text_is_cut),
		cmocka_unit_test(a_foreign_record_is_made_safe),
		cmocka_unit_test(fits_one_atomic_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
