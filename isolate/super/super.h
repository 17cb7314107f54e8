/* SPDX-License-Identifier: Apache-2.0 */
/* The supervisor's context: the programs of one partition and everything that wakes it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/loop.h"
#include "isolate/super/control.h"
#include "isolate/super/logs.h"
#include "isolate/super/service.h"

/*
 * Shape:     one loop, one timer set to the earliest thing that is due, one slot a program.
 * Units:     *_ms are points of CLOCK_MONOTONIC, 0 is never.
 * Limits:    LIMIT_SUPER_SERVICES programs; END_AFTER_MS from the request to end until KILL;
 *            changes are looked at RESCAN_AFTER_MS after the first sign of one.
 * Ownership: owns every descriptor in it.
 */
enum { RESCAN_AFTER_MS = 200, END_AFTER_MS = 8000 };

struct super;

struct service {
	bool is_used;
	bool is_seen; /* by the scan that is going on */
	char name[LIMIT_SUPER_NAME + 1];
	uint64_t print; /* scan.h */
	struct service_life life;
	struct fd_pid process;
	pid_t pid; /* also its group and session; 0: none */
	struct fd_file output;
	struct fd_file output_writer; /* kept, so that the pipe outlives one process */
	struct log_file log;
	struct super *super;
};

struct super {
	struct loop loop;
	const char *home_path;
	struct fd_dir home;
	struct fd_dir logs;
	uint64_t log_bytes;
	struct log_file own_log;
	struct fd_file signals;
	struct fd_file timer;
	struct fd_file watch;
	struct control control;
	uint64_t rescan_ms;
	uint64_t end_ms;
	bool is_ending;
	bool is_held; /* new programs wait for the end of removed ones */
	struct service services[LIMIT_SUPER_SERVICES];
};

void super_init(struct super *s, const char *home_path, uint64_t log_bytes);
void super_done(struct super *s);

/* Supervise until SIGTERM or SIGINT and the end of all programs. listener is taken. */
must_check int super_run(struct super *s, struct fd_chan *listener, struct err *err);

/* One line of the supervisor's own log. */
void super_note(struct super *s, const char *fmt, ...) printf_like(2, 3);
