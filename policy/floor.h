/* SPDX-License-Identifier: Apache-2.0 */
/* What no seccomp profile can allow: a program that runs before the profile's own. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Shape:  architecture check, x32 refusal, unknown numbers, then a binary tree over the rows below;
 *         whatever no row refuses falls through to the instruction behind the program. A profile can
 *         therefore only take more away.
 * Rules:  foreign architecture and x32 -> KILL_PROCESS; numbers above `last_nr` -> ENOSYS; arguments
 *         that the kernel truncates are compared on their low 32 bits (CVE-2019-10063).
 * Limits: LIMIT_FLOOR_INSNS.
 * Errors: "policy.floor" where a row names no system call (a mistake in the table).
 * Source: spec of the rows in floor.c; cantle-policy(5), section FLOOR.
 */
enum { LIMIT_FLOOR_INSNS = 1024 };

enum floor_check {
	FLOOR_DENY,        /* always */
	FLOOR_CLONE,       /* with a namespace flag */
	FLOOR_UNSHARE,     /* with a namespace flag, CLONE_NEWTIME included */
	FLOOR_SOCKET,      /* family, type and protocol outside the allow-list */
	FLOOR_PAIR,        /* anything but AF_UNIX */
	FLOOR_IOCTL,       /* TIOCSTI, TIOCLINUX, TIOCSETD */
	FLOOR_PERSONALITY, /* anything but PER_LINUX, PER_LINUX32, UNAME26 and the query */
	FLOOR_MODE,        /* a mode with S_ISUID or S_ISGID */
	FLOOR_NODE,        /* the same, and device nodes */
};

struct floor_row {
	const char *name;
	enum floor_check check;
	uint32_t error; /* what FLOOR_DENY returns */
	uint32_t arg;   /* which argument the check reads */
};

const struct floor_row *floor_rows(size_t *ret_n);

/* The row of a system call, or NULL. */
const struct floor_row *floor_find(const char *name);

struct sock_filter;

/* Write the program; *ret_n instructions. */
must_check int floor_plan(uint32_t last_nr, struct sock_filter *ret_insns, size_t *ret_n,
	struct err *err);
