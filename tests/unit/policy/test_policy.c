/* SPDX-License-Identifier: Apache-2.0 */
/* The compiled form: what is stored is read back, and every damage is refused. */
#include "policy/policy.h"

#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/hash.h"
#include "tests/unit/test.h"

enum { HEAD_BYTES = 88, DIGEST_AT = 24 };

static struct policy sample(void)
{
	struct policy p;
	memset(&p, 0, sizeof(p));
	memcpy(p.name, "t", 2);
	p.n_pids = 3;
	p.n_env = 2;
	memcpy(p.env, "A=1\0B=", 7);
	p.n_rlimits = 1;
	p.rlimits[0] = (struct policy_rlimit){.resource = 1, .soft = 2, .hard = 3};
	return p;
}

static void store(const struct policy *p, struct str *ret)
{
	struct err err = ERR_INIT;
	struct sock_filter insns[] = {BPF_STMT(BPF_RET | BPF_K, 0x7fff0000)};
	struct policy_program program = {.insns = insns, .n = 1};
	assert_int_equal(policy_store(p, &program, ret, &err), 0);
}

static int parse(struct span bytes, struct policy *ret, struct err *err)
{
	scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
	return policy_parse(bytes, ret, &program, err);
}

static void test_round_trip(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct policy p = sample();
	struct policy back;
	scoped_str struct str bytes = STR_INIT;
	scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
	store(&p, &bytes);
	assert_int_equal(policy_parse(str_span(&bytes), &back, &program, &err), 0);
	assert_memory_equal(&p, &back, sizeof(p));
	assert_int_equal(program.n, 1);
	assert_int_equal(program.insns[0].k, 0x7fff0000);
}

static void test_every_damaged_byte_is_seen(void **state)
{
	(void)state;
	struct policy p = sample();
	scoped_str struct str bytes = STR_INIT;
	store(&p, &bytes);
	for (size_t i = 0; i < bytes.len; i++) {
		struct err err = ERR_INIT;
		struct policy back;
		bytes.ptr[i] ^= 1;
		assert_int_equal(parse(str_span(&bytes), &back, &err), -1);
		assert_string_equal(err.step, "policy.open");
		bytes.ptr[i] ^= 1;
	}
	for (size_t len = 0; len < bytes.len; len += 13) {
		struct err err = ERR_INIT;
		struct policy back;
		assert_int_equal(parse(span_first(str_span(&bytes), len), &back, &err), -1);
	}
}

/* A file with a right checksum and a wrong content. */
static void refuse(const struct policy *p)
{
	struct err err = ERR_INIT;
	struct policy back;
	scoped_str struct str bytes = STR_INIT;
	store(p, &bytes);
	assert_int_equal(parse(str_span(&bytes), &back, &err), -1);
	assert_non_null(strstr(err.text, "out of range"));
}

static void test_fields_out_of_range(void **state)
{
	(void)state;
	struct policy p = sample();
	memset(p.name, 'x', sizeof(p.name));
	refuse(&p);
	p = sample();
	p.proc = POLICY_PROC_PID + 1;
	refuse(&p);
	p = sample();
	p.net = POLICY_NET_HOST + 1;
	refuse(&p);
	p = sample();
	p.n_rlimits = LIMIT_POLICY_RLIMITS + 1;
	refuse(&p);
	p = sample();
	p.rlimits[0].resource = 16;
	refuse(&p);
	p = sample();
	p.rlimits[0].soft = 4;
	refuse(&p);
	p = sample();
	p.n_env = 3;
	refuse(&p);
	p = sample();
	p.env[100] = 'x';
	refuse(&p);
	p = sample();
	memset(p.env_pass, 'x', sizeof(p.env_pass));
	refuse(&p);
}

static void test_bad_program_is_refused(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct policy p = sample();
	struct policy back;
	struct sock_filter insns[] = {BPF_STMT(BPF_LD | BPF_IMM, 0)};
	struct policy_program program = {.insns = insns, .n = 1};
	scoped_str struct str bytes = STR_INIT;
	assert_int_equal(policy_store(&p, &program, &bytes, &err), 0);
	assert_int_equal(parse(str_span(&bytes), &back, &err), -1);
	assert_string_equal(err.step, "bpf.check");
}

static void test_optional_names(void **state)
{
	(void)state;
	assert_string_equal(policy_optional_name(POLICY_OPT_LANDLOCK_SCOPE), "landlock.scope");
	assert_null(policy_optional_name(0));
	assert_null(policy_optional_name(3));
	assert_null(policy_optional_name(1u << 31));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_every_damaged_byte_is_seen),
		cmocka_unit_test(test_fields_out_of_range),
		cmocka_unit_test(test_bad_program_is_refused),
		cmocka_unit_test(test_optional_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
