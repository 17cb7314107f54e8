/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that the broker refuses, and prefixes of the operator. */
#include "isolate/broker/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "tests/unit/test.h"

static struct address address(const char *text)
{
	struct address_prefix p;
	struct err e = ERR_INIT;
	assert_done(address_prefix_parse(span_str(text), &p, &e), &e);
	return p.base;
}

static void builtin(void **state)
{
	static const char *const bad[] = {"127.0.0.1", "127.255.0.1", "0.0.0.0", "0.1.2.3",
		"169.254.169.254", "224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1",
		"100.100.100.200", "168.63.129.16", "::1", "::", "::7f00:1", "fe80::1", "febf::1",
		"ff02::1", "fec0::1", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:169.254.1.1",
		"64:ff9b::7f00:1", "2002:7f00:1::"};
	static const char *const good[] = {"192.0.2.1", "10.0.0.1", "172.16.0.1", "192.168.1.1",
		"128.0.0.1", "126.255.255.255", "223.255.255.255", "2001:db8::1", "fd00::1",
		"fe00::1", "64:ff9b::c000:201", "2002:c000:201::", "1::"};
	struct address_policy policy = {.n_deny = 0};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct address a = address(bad[i]);
		if (!address_refusal(&policy, &a))
			fail_msg("%s is not refused", bad[i]);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct address a = address(good[i]);
		if (address_refusal(&policy, &a))
			fail_msg("%s is refused", good[i]);
	}
}

static void lists(void **state)
{
	struct address_policy policy = {.n_deny = 2, .n_allow = 1};
	struct err e = ERR_INIT;
	struct address a;
	(void)state;
	assert_done(address_prefix_parse(span_str("fd63::/9"), &policy.deny[0], &e), &e);
	assert_done(address_prefix_parse(span_str("10.1.128.0/17"), &policy.deny[1], &e), &e);
	assert_done(address_prefix_parse(span_str("10.1.200.1"), &policy.allow[0], &e), &e);
	a = address("fd7f:ffff::1");
	assert_non_null(address_refusal(&policy, &a));
	a = address("fc00::1");
	assert_null(address_refusal(&policy, &a));
	a = address("10.1.127.255");
	assert_null(address_refusal(&policy, &a));
	a = address("10.1.128.0");
	assert_non_null(address_refusal(&policy, &a));
	a = address("64:ff9b::a01:c801"); /* 10.1.200.1 behind a translator */
	assert_non_null(address_refusal(&policy, &a));
	a = address("10.1.200.1");
	assert_true(address_is_allowed(&policy, &a));
	a = address("10.1.200.2");
	assert_false(address_is_allowed(&policy, &a));
}

static void parse_refuses(void **state)
{
	static const char *const bad[] = {"", "x", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/",
		"10.0.0.0/-1", "::1/1/1", "1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16:17:18:19:20"};
	struct address_prefix p;
	struct err e = ERR_INIT;
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_fails(address_prefix_parse(span_str(bad[i]), &p, &e), &e, "address.parse");
	assert_done(address_prefix_parse(span_str("0.0.0.0/0"), &p, &e), &e);
	assert_int_equal(p.bits, 96);
	assert_done(address_prefix_parse(span_str("::/0"), &p, &e), &e);
	assert_int_equal(p.bits, 0);
}

static void local(void **state)
{
	struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(80)};
	struct address a;
	(void)state;
	there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(address_is_local((struct sockaddr *)&there, sizeof(there)));
	there.sin_addr.s_addr = inet_addr("192.0.2.99");
	assert_false(address_is_local((struct sockaddr *)&there, sizeof(there)));
	there.sin_family = AF_UNIX;
	assert_false(address_of((struct sockaddr *)&there, &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builtin),
		cmocka_unit_test(lists),
		cmocka_unit_test(parse_refuses),
		cmocka_unit_test(local),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
