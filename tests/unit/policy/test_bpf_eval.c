/* SPDX-License-Identifier: Apache-2.0 */
/* The user-space interpreter of seccomp programs and its checker. */
#include "policy/bpf_eval.h"

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "base/bug.h"
#include "tests/unit/test.h"

#define STMT(code, k)         BPF_STMT(code, k)
#define JUMP(code, k, jt, jf) BPF_JUMP(code, k, jt, jf)

static uint32_t eval(const struct sock_filter *insns, size_t n, const struct seccomp_data *call)
{
	struct err err = ERR_INIT;
	assert_int_equal(bpf_check(insns, n, &err), 0);
	return bpf_eval(insns, n, call, NULL);
}

static void test_loads_and_jumps(void **state)
{
	(void)state;
	const struct sock_filter insns[] = {
		STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		JUMP(BPF_JMP | BPF_JGE | BPF_K, 10, 0, 1),
		STMT(BPF_RET | BPF_K, 1),
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, 3, 0, 1),
		STMT(BPF_RET | BPF_K, 2),
		STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1]) + 4),
		STMT(BPF_RET | BPF_A, 0),
	};
	struct seccomp_data call = {.nr = 10};
	assert_int_equal(eval(insns, ARRAY_LEN(insns), &call), 1);
	call.nr = 3;
	assert_int_equal(eval(insns, ARRAY_LEN(insns), &call), 2);
	call.nr = 4;
	call.args[1] = UINT64_C(0x700000001);
	assert_int_equal(eval(insns, ARRAY_LEN(insns), &call), 7);
}

static void test_arithmetic(void **state)
{
	(void)state;
	const struct sock_filter insns[] = {
		STMT(BPF_LD | BPF_IMM, 6),
		STMT(BPF_MISC | BPF_TAX, 0),
		STMT(BPF_ST, 2),
		STMT(BPF_ALU | BPF_MUL | BPF_X, 0),
		STMT(BPF_ALU | BPF_SUB | BPF_K, 1),
		STMT(BPF_ALU | BPF_LSH | BPF_K, 4),
		STMT(BPF_ALU | BPF_OR | BPF_K, 5),
		STMT(BPF_ALU | BPF_XOR | BPF_K, 1),
		STMT(BPF_LDX | BPF_MEM, 2),
		STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		STMT(BPF_ALU | BPF_NEG, 0),
		STMT(BPF_ALU | BPF_NEG, 0),
		STMT(BPF_ALU | BPF_DIV | BPF_K, 2),
		STMT(BPF_ALU | BPF_RSH | BPF_K, 1),
		STMT(BPF_RET | BPF_A, 0),
	};
	struct seccomp_data call = {.nr = 0};
	/* ((36 - 1) << 4 | 5) ^ 1 = 564; + 6 = 570; / 2 = 285; >> 1 = 142 */
	assert_int_equal(eval(insns, ARRAY_LEN(insns), &call), 142);
}

static void test_division_by_zero_kills(void **state)
{
	(void)state;
	const struct sock_filter insns[] = {
		STMT(BPF_LD | BPF_IMM, 6),
		STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
		STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct seccomp_data call = {.nr = 0};
	assert_int_equal(eval(insns, ARRAY_LEN(insns), &call), SECCOMP_RET_KILL_THREAD);
}

static void refuse(const struct sock_filter *insns, size_t n)
{
	struct err err = ERR_INIT;
	assert_int_equal(bpf_check(insns, n, &err), -1);
	assert_string_equal(err.step, "bpf.check");
}

static void test_refuses_what_the_kernel_refuses(void **state)
{
	(void)state;
	const struct sock_filter ret = STMT(BPF_RET | BPF_K, 0);
	const struct sock_filter bad[] = {
		JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		STMT(BPF_LD | BPF_W | BPF_ABS, 2),
		STMT(BPF_LD | BPF_W | BPF_ABS, sizeof(struct seccomp_data)),
		STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		STMT(BPF_LD | BPF_W | BPF_IND, 0),
		STMT(BPF_LDX | BPF_W | BPF_ABS, 0),
		STMT(BPF_ST, BPF_MEMWORDS),
		STMT(BPF_ALU | BPF_DIV | BPF_K, 0),
		STMT(BPF_ALU | BPF_MOD | BPF_K, 2),
		STMT(BPF_ALU | BPF_LSH | BPF_K, 32),
		STMT(BPF_RET | BPF_X, 0),
		STMT(BPF_MISC | 0x40, 0),
	};
	refuse(&ret, 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const struct sock_filter insns[] = {bad[i], ret};
		refuse(insns, ARRAY_LEN(insns));
	}
	const struct sock_filter no_return[] = {ret, STMT(BPF_LD | BPF_IMM, 1)};
	refuse(no_return, ARRAY_LEN(no_return));
}

static void test_length_limit(void **state)
{
	(void)state;
	static struct sock_filter insns[4097];
	struct err err = ERR_INIT;
	for (size_t i = 0; i < ARRAY_LEN(insns); i++)
		insns[i] = (struct sock_filter)STMT(BPF_RET | BPF_K, 0);
	assert_int_equal(bpf_check(insns, 4096, &err), 0);
	refuse(insns, 4097);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loads_and_jumps),
		cmocka_unit_test(test_arithmetic),
		cmocka_unit_test(test_division_by_zero_kills),
		cmocka_unit_test(test_refuses_what_the_kernel_refuses),
		cmocka_unit_test(test_length_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
