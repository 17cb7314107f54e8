/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a seccomp program in user space: what would the kernel answer to this system call? */
#include "policy/bpf_eval.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <string.h>

#include "policy/policy.h"

static bool is_jump_inside(const struct sock_filter *insn, size_t at, size_t n)
{
	size_t left = n - at - 1;
	switch (BPF_OP(insn->code)) {
	case BPF_JA:
		return insn->k < left;
	case BPF_JEQ:
	case BPF_JGT:
	case BPF_JGE:
	case BPF_JSET:
		return insn->jt < left && insn->jf < left;
	default:
		return false;
	}
}

static bool is_alu_known(const struct sock_filter *insn)
{
	switch (BPF_OP(insn->code)) {
	case BPF_DIV:
		return BPF_SRC(insn->code) == BPF_X || insn->k != 0;
	case BPF_LSH:
	case BPF_RSH:
		return BPF_SRC(insn->code) == BPF_X || insn->k < 32;
	case BPF_ADD:
	case BPF_SUB:
	case BPF_MUL:
	case BPF_OR:
	case BPF_AND:
	case BPF_XOR:
	case BPF_NEG:
		return true;
	default:
		return false;
	}
}

static bool is_load_known(const struct sock_filter *insn)
{
	bool is_ld = BPF_CLASS(insn->code) == BPF_LD;
	if (BPF_SIZE(insn->code) != BPF_W)
		return false;
	switch (BPF_MODE(insn->code)) {
	case BPF_ABS:
		return is_ld && insn->k % 4 == 0 && insn->k < sizeof(struct seccomp_data);
	case BPF_MEM:
		return insn->k < BPF_MEMWORDS;
	case BPF_IMM:
	case BPF_LEN:
		return true;
	default:
		return false;
	}
}

static bool is_insn_known(const struct sock_filter *insn, size_t at, size_t n)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
	case BPF_LDX:
		return is_load_known(insn);
	case BPF_ST:
	case BPF_STX:
		return insn->k < BPF_MEMWORDS;
	case BPF_ALU:
		return is_alu_known(insn);
	case BPF_JMP:
		return is_jump_inside(insn, at, n);
	case BPF_RET:
		return BPF_RVAL(insn->code) == BPF_K || BPF_RVAL(insn->code) == BPF_A;
	case BPF_MISC:
		return BPF_MISCOP(insn->code) == BPF_TAX || BPF_MISCOP(insn->code) == BPF_TXA;
	default:
		return false;
	}
}

int bpf_check(const struct sock_filter *insns, size_t n, struct err *err)
{
	if (n == 0 || n > LIMIT_POLICY_INSNS)
		return err_set(err, ERR_INPUT, 0, "bpf.check",
			"a seccomp program has 1 to %d instructions, this one %zu",
			LIMIT_POLICY_INSNS, n);
	for (size_t i = 0; i < n; i++)
		if (!is_insn_known(&insns[i], i, n))
			return err_set(err, ERR_INPUT, 0, "bpf.check",
				"instruction %zu (code 0x%x) is not valid in a seccomp program", i,
				(unsigned int)insns[i].code);
	if (BPF_CLASS(insns[n - 1].code) != BPF_RET)
		return err_set(err, ERR_INPUT, 0, "bpf.check", "the last instruction must return");
	return 0;
}

/* Division by a zero X ends a program with 0, which is KILL_THREAD (net/core/filter.c). */
static bool alu(uint16_t code, uint32_t operand, uint32_t *a)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		*a += operand;
		break;
	case BPF_SUB:
		*a -= operand;
		break;
	case BPF_MUL:
		*a *= operand;
		break;
	case BPF_DIV:
		if (operand == 0)
			return false;
		*a /= operand;
		break;
	case BPF_OR:
		*a |= operand;
		break;
	case BPF_AND:
		*a &= operand;
		break;
	case BPF_XOR:
		*a ^= operand;
		break;
	case BPF_LSH:
		*a <<= operand & 31;
		break;
	case BPF_RSH:
		*a >>= operand & 31;
		break;
	default:
		*a = (uint32_t)(-(int64_t)*a);
		break;
	}
	return true;
}

static bool is_taken(uint16_t code, uint32_t a, uint32_t operand)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == operand;
	case BPF_JGT:
		return a > operand;
	case BPF_JGE:
		return a >= operand;
	default:
		return (a & operand) != 0;
	}
}

static uint32_t load(
	const struct sock_filter *insn, const struct seccomp_data *call, const uint32_t *memory)
{
	uint32_t word = insn->k;
	if (BPF_MODE(insn->code) == BPF_ABS)
		memcpy(&word, (const char *)call + insn->k, sizeof(word));
	else if (BPF_MODE(insn->code) == BPF_MEM)
		word = memory[insn->k];
	else if (BPF_MODE(insn->code) == BPF_LEN)
		word = sizeof(*call);
	return word;
}

uint32_t bpf_eval(const struct sock_filter *insns, size_t n, const struct seccomp_data *call,
	size_t *ret_steps)
{
	uint32_t a = 0;
	uint32_t x = 0;
	uint32_t memory[BPF_MEMWORDS] = {0};
	uint32_t verdict = 0;
	size_t steps = 0;
	for (size_t at = 0; at < n; at++) {
		const struct sock_filter *insn = &insns[at];
		uint32_t operand = BPF_SRC(insn->code) == BPF_X ? x : insn->k;
		steps++;
		switch (BPF_CLASS(insn->code)) {
		case BPF_LD:
			a = load(insn, call, memory);
			break;
		case BPF_LDX:
			x = load(insn, call, memory);
			break;
		case BPF_ST:
			memory[insn->k] = a;
			break;
		case BPF_STX:
			memory[insn->k] = x;
			break;
		case BPF_ALU:
			if (!alu(insn->code, operand, &a))
				at = n;
			break;
		case BPF_JMP:
			if (BPF_OP(insn->code) == BPF_JA)
				at += insn->k;
			else
				at += is_taken(insn->code, a, operand) ? insn->jt : insn->jf;
			break;
		case BPF_RET:
			verdict = BPF_RVAL(insn->code) == BPF_A ? a : insn->k;
			at = n;
			break;
		default:
			if (BPF_MISCOP(insn->code) == BPF_TAX)
				x = a;
			else
				a = x;
			break;
		}
		if (at >= n)
			break;
	}
	if (ret_steps)
		*ret_steps = steps;
	return verdict;
}
