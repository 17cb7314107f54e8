/* SPDX-License-Identifier: Apache-2.0 */
/* What is expected of each attack: with its defence, and without it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Shape:  a trial is one attack of isoprobe and one defence. It runs twice: with `base` weakened,
 *         so that no other defence answers first, where it must be stopped; and with the defence
 *         weakened too, or with a directory of the host bound, where it must succeed. Expectations are alternatives with '|', "*" for any
 *         text, '!' in front for "anything but".
 * Source: enum plan_defence of isolate/plan/plan_terms.h
 */
struct trial {
	const char *defence_name;
	const char *attack; /* "%PORT", "%NAME", "%KEY", "%PID", "%HOST" are the host side's */
	uint32_t base;
	uint32_t defence;
	const char *stopped;
	const char *succeeds;
	bool is_timed;
	const char *bind; /* switched off by showing this directory of the host */
};

struct trial_table {
	const struct trial *rows;
	size_t n;
};

/* Where the whole matrix runs: policy run, policy strict, and a process that joins. */
enum matrix_kind { MATRIX_RUN, MATRIX_STRICT, MATRIX_JOINED, MATRIX_KINDS };

/* Rows of the whole matrix whose answer is not a plain denial. */
struct matrix_row {
	const char *name;
	const char *wanted;
	const char *other[MATRIX_KINDS]; /* where it differs */
};

struct matrix_table {
	const struct matrix_row *rows;
	size_t n;
};

extern const struct trial_table attack_trials;
extern const struct matrix_table attack_matrix;
