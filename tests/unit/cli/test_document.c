/* SPDX-License-Identifier: Apache-2.0 */
/* Documents as text for people, and columns. */
#include "cli/document.h"

#include <string.h>

#include "cli/columns.h"

#include "tests/unit/test.h"

static void shows(void (*show)(struct cli *, struct span, struct str *), const char *document,
	const char *wanted)
{
	struct cli cli = {.arena = ARENA_INIT(1 << 20), .is_utf8 = true};
	scoped_str struct str out = STR_INIT;

	show(&cli, span_str(document), &out);
	assert_string_equal(str_cstr(&out), wanted);
	arena_done(&cli.arena);
}

static void ps(void **state)
{
	(void)state;
	shows(document_show_ps,
		"{\"v\":1,\"partitions\":[{\"tenant\":\"acme\",\"name\":\"b\",\"state\":"
		"\"started\","
		"\"health\":\"ok\",\"software\":\"/srv/p/web/"
		"software.cfg\",\"ipv6\":null,\"slot\":4}]}",
		"TENANT  NAME  STATE    HEALTH  SOFTWARE          IPV6  AGE\n"
		"acme    b     started  ok      web/software.cfg  -     -\n");
	shows(document_show_ps, "{\"v\":1,\"partitions\":[]}",
		"TENANT  NAME  STATE  HEALTH  SOFTWARE  IPV6  AGE\n");
}

static void anything(void **state)
{
	(void)state;
	shows(document_show,
		"{\"v\":1,\"partition\":{\"name\":\"b\\u001b[1m\",\"memory_bytes\":1572864,"
		"\"addresses\":[\"a\",\"b\"],\"none\":[],"
		"\"limits\":[{\"limit\":\"pids\",\"enforced\":64},{\"limit\":\"io\"}],"
		"\"uptime_ms\":130000,\"bounds\":{\"memory\":{\"asked\":1073741824,\"seen\":null},"
		"\"pids\":{\"asked\":5,\"seen\":1}},\"empty\":{},"
		"\"software\":{\"is_ready\":true,\"deep\":{\"x\":1.5}}}}",
		"name: b\\x1b[1m\n"
		"memory: 1.5M\n"
		"addresses: a, b\n"
		"none: -\n"
		"limits:\n"
		"  LIMIT  ENFORCED\n"
		"  pids   64\n"
		"  io     -\n"
		"uptime: 2m\n"
		"bounds:\n"
		"          ASKED  SEEN\n"
		"  memory  1.0G   -\n"
		"  pids    5      1\n"
		"empty: -\n"
		"software:\n"
		"  is ready: yes\n"
		"  deep:\n"
		"    x: 1.50\n");
}

static void doctor(void **state)
{
	(void)state;
	shows(document_show_doctor,
		"{\"v\":1,\"checks\":[{\"name\":\"ns.user\",\"state\":\"enforceable\","
		"\"detail\":\"works\",\"lost\":null,\"fix\":null},{\"name\":\"x\",\"state\":"
		"\"degraded\","
		"\"detail\":null,\"lost\":\"this\",\"fix\":\"do that\"}],\"enforceable\":1}",
		"NAME     STATE        DETAIL\n"
		"ns.user  enforceable  works\n"
		"x        degraded     -\n"
		"\n"
		"x: degraded\n"
		"    lost: this\n"
		"    fix: do that\n"
		"enforceable: 1\n");
}

static void not_a_document(void **state)
{
	(void)state;
	shows(document_show, "oops \033", "oops \\x1b");
	shows(document_show, "[1]", "[1]");
	shows(document_show, "{\"v\":1,\"a\":1,\"b\":{\"c\":2}}", "a: 1\nb:\n  c: 2\n");
}

static void depth_is_bounded(void **state)
{
	(void)state;
	shows(document_show, "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":1}}}}}}}}",
		"b:\n  c:\n    d:\n      e:\n        f:\n          g:\n            h: ...\n");
}

static void columns_at_their_limit(void **state)
{
	struct arena arena = ARENA_INIT(1 << 16);
	struct columns columns = {.arena = &arena, .n_columns = LIMIT_COLUMNS};
	scoped_str struct str out = STR_INIT;

	(void)state;
	for (int i = 0; i < 10 * LIMIT_COLUMNS; i++)
		columns_add(&columns, span_str("\303\274"));
	columns_put(&columns, &out);
	assert_false(out.failed);
	assert_int_equal(out.len, 10 * (LIMIT_COLUMNS * 4 - 1));
	columns.n_columns++;
	columns_put(&columns, &out);
	assert_true(out.failed);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ps),
		cmocka_unit_test(anything),
		cmocka_unit_test(doctor),
		cmocka_unit_test(not_a_document),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(columns_at_their_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
