/* SPDX-License-Identifier: Apache-2.0 */
/* What no seccomp profile can allow. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Shape:  one row per system call; filter.h makes the code of the checks.
 * Rules:  a check refuses or leaves the answer to the profile, which can only take more away.
 *         Arguments that the kernel truncates are compared on their low 32 bits (CVE-2019-10063).
 * Source: cantle-policy(5), section FLOOR.
 */
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
