/* SPDX-License-Identifier: Apache-2.0 */
/* Assembles a seccomp program: architecture, floor, and a verdict per system call number. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "policy/arch.h"
#include "policy/policy.h"

/*
 * Shape:  foreign architecture and x32 -> KILL_PROCESS; a number above last_nr -> ENOSYS; then a
 *         binary tree over runs of numbers with one verdict. A number with a floor check runs it
 *         first. FILTER_REST goes on to the program that is put behind.
 * Why:    libseccomp makes a leaf per number; runs make the program four times smaller, and the
 *         kernel walks it once per number when it is loaded.
 * Limits: LIMIT_POLICY_INSNS
 * Errors: "policy.filter"
 * Source: Documentation/userspace-api/seccomp_filter.rst
 */
struct floor_row;
struct sock_filter;

/* No SECCOMP_RET_* value looks like this one. */
#define FILTER_REST 0xffffffffu

struct filter_number {
	uint32_t verdict;              /* SECCOMP_RET_*, or FILTER_REST */
	const struct floor_row *check; /* may be NULL */
};

struct filter_plan {
	uint32_t last_nr; /* at most ARCH_LAST_NR */
	struct filter_number numbers[ARCH_LAST_NR + 1];
	const struct sock_filter *rest;
	size_t n_rest;
};

must_check int filter_assemble(
	const struct filter_plan *plan, struct policy_program *ret, struct err *err);
