/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a seccomp program in user space: what would the kernel answer to this system call? */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Shape:  classic BPF as seccomp(2) accepts it: loads of struct seccomp_data at a multiple of four,
 *         ALU, forward jumps, scratch memory, return of A or a constant.
 * Limits: LIMIT_POLICY_INSNS instructions; a program without a return is refused.
 * Errors: "bpf.check" with the index of the instruction.
 * Source: Documentation/userspace-api/seccomp_filter.rst, net/core/filter.c.
 */
struct seccomp_data;
struct sock_filter;

/* Refuse what the kernel would refuse: unknown opcode, jump outside, load outside, no return. */
must_check int bpf_check(const struct sock_filter *insns, size_t n, struct err *err);

/*
 * The SECCOMP_RET_* value for one call. The program must have passed bpf_check(). *ret_steps, where
 * not NULL, is the number of instructions run.
 */
uint32_t bpf_eval(const struct sock_filter *insns, size_t n, const struct seccomp_data *call,
	size_t *ret_steps);
