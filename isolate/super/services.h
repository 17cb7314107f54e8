/* SPDX-License-Identifier: Apache-2.0 */
/* The programs of a partition: start, signal, reap, and bring in line with what etc/ holds. */
#pragma once

#include "base/err.h"
#include "isolate/super/scan.h"
#include "isolate/super/super.h"

/*
 * Each program leads a session of its own and is signalled as a group; what a service left behind
 * in its group is killed before its next start. Programs see HOME, PATH, USER, LOGNAME and LANG,
 * /dev/null as input, and a pipe of ours as output.
 * Errors: super.service (no such one)
 */
void services_reconcile(struct super *s, const struct scan *scan);
/* Do what is due; returns when the next thing is, 0 for never. */
uint64_t services_tick(struct super *s, uint64_t now_ms);
/* The file that asks for it is there: restart the services that run. */
void services_restart_all(struct super *s);
/* MSG_SUPER_START, _STOP or _RESTART of NAME, run/NAME or service/NAME. */
must_check int services_command(struct super *s, uint16_t type, struct span name, struct err *err);

/* The ordered end: TERM to all, or KILL. */
void services_signal_all(struct super *s, int signo);
bool services_are_gone(const struct super *s);

/* First reason why the partition is not ready; false where it is. */
bool services_unhealthy(const struct super *s, struct str *ret_reason);
void services_done(struct super *s);
