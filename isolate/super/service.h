/* SPDX-License-Identifier: Apache-2.0 */
/* One program of a partition: its states and what to do next. Pure: no system call. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "wire/msg_super.h"

/*
 * States:  STOPPED -start-> STARTING -1 s-> RUNNING -ended-> BACKOFF -delay-> STARTING (service)
 *                                                   -ended-> EXITED                    (run)
 *          STARTING, RUNNING -stop, restart, change, removal-> STOPPING -ended-> what comes after
 * Units:   milliseconds of CLOCK_MONOTONIC; exit status as in wire/msg_super.h.
 * Limits:  the delay doubles from BACKOFF_MIN_MS to BACKOFF_MAX_MS and begins anew after an uptime
 *          of UPTIME_GOOD_MS.
 * Source:  SlapOS: etc/run is started once, etc/service is kept alive.
 */
enum {
	READY_AFTER_MS = 1000,
	BACKOFF_MIN_MS = 1000,
	BACKOFF_MAX_MS = 60000,
	UPTIME_GOOD_MS = 60000,
	KILL_AFTER_MS = 10000,
};

enum service_action { SERVICE_NOTHING, SERVICE_START, SERVICE_TERM, SERVICE_KILL, SERVICE_FORGET };

/* What a process that is being stopped is followed by. */
enum service_after { AFTER_STOPPED, AFTER_START, AFTER_FORGET };

struct service_life {
	enum super_kind kind;
	enum super_state state;
	enum service_after after;
	uint64_t started_ms;
	uint64_t due_ms; /* when service_due() has something to say; 0: never */
	uint32_t backoff_ms;
	uint32_t restarts;
	int32_t last_exit;
};

struct service_life service_new(enum super_kind kind);

bool service_is_alive(const struct service_life *s);

/* Each returns what the caller is to do now. */
enum service_action service_start(struct service_life *s);
enum service_action service_stop(struct service_life *s, uint64_t now_ms);
enum service_action service_restart(struct service_life *s, uint64_t now_ms);
/* The program's file is another one: restart, unless it was stopped by request. */
enum service_action service_change(struct service_life *s, uint64_t now_ms);
enum service_action service_remove(struct service_life *s, uint64_t now_ms);
/* The process ended. */
enum service_action service_ended(struct service_life *s, int status, uint64_t now_ms);
/* Time has passed. */
enum service_action service_due(struct service_life *s, uint64_t now_ms);

/* What became of SERVICE_START. is_lasting: trying again cannot help. */
void service_started(struct service_life *s, uint64_t now_ms);
void service_not_started(struct service_life *s, bool is_lasting, uint64_t now_ms);

/* True where it does what it should. */
bool service_is_healthy(const struct service_life *s);
