/* SPDX-License-Identifier: Apache-2.0 */
/* One child and every orphan: start, forward, reap, restart or end. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Shape:  once: the child's end is ours (its status, or 128 + signal), everything else is killed.
 *         Otherwise the child is started again, after 0.1 s doubling up to 30 s, until TERM, INT
 *         or QUIT comes: that is forwarded, and after LIMIT_STOP_MS everything is killed.
 * Status: 126 the command cannot run, 127 there is none, as shells have it.
 * Source: pid_namespaces(7): signals without a handler do not reach pid 1, orphans become its own.
 */
enum {
	LIMIT_STOP_MS = 10000,
	RESTART_MS_MIN = 100,
	RESTART_MS_MAX = 30000,
	RESTART_CALM_MS = 60000
};

struct reap {
	char **argv;
	bool is_once;
	bool is_stopping;
	pid_t child;          /* 0: none right now */
	int status;           /* of the last child */
	uint64_t started_ms;  /* when the child was started, or is to be started again */
	uint64_t deadline_ms; /* of the stop */
	uint32_t restart_ms;
};

/* Returns the exit status of this process. */
/* Become the command, found by PATH; 127 or 126 with a sentence where that fails, as shells do. */
_Noreturn void reap_exec(char **argv);
int reap_run(struct reap *reap);
