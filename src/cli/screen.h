/* SPDX-License-Identifier: Apache-2.0 */
/* Progress on stderr: finished lines above, on a terminal one live line below. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "wire/msg_ctl.h"

/*
 * Shape: on a terminal the live line is drawn again at most ten times a second and ends
 *   with how long its subject has been at it. Elsewhere every event is a plain line and
 * the latest progress is told again after SCREEN_HEARTBEAT_MS of silence.
 * Units: milliseconds of clock_ms().
 * Ownership: owns the live text; the descriptor is borrowed.
 * Errors: none; a stderr that cannot be written to does not stop the work.
 * Trust: all text of events is escaped here.
 */
enum { SCREEN_REDRAW_MS = 100, SCREEN_HEARTBEAT_MS = 30000 };

struct screen {
	int fd;
	bool is_tty;
	bool has_color;
	bool is_utf8;
	struct str live;     /* escaped progress text, without its time */
	struct str subject;  /* whose progress it is */
	struct str count;    /* progress of the whole: what came without a subject */
	uint64_t subject_ms; /* since when */
	uint64_t drawn_ms;   /* last redraw or line */
	bool is_drawn;       /* the live line stands on the screen */
	bool is_dirty;       /* ... and is not what it should be */
};

#define SCREEN_INIT                                                                                \
	(struct screen)                                                                            \
	{                                                                                          \
		.fd = 2, .live = STR_INIT_LIMIT(4096), .subject = STR_INIT_LIMIT(512),             \
		.count = STR_INIT_LIMIT(512)                                                       \
	}

void screen_event(struct screen *screen, const struct ctl_event *event);

/* How long until screen_tick() has something to do; -1: nothing is awaited. */
int screen_timeout_ms(const struct screen *screen);
void screen_tick(struct screen *screen);

/* Take the live line off, before anything else is written to the terminal. */
void screen_clear(struct screen *screen);

/* Write an error of ours: "cantle: step: text". */
void screen_error(struct screen *screen, const struct err *err);

void screen_done(struct screen *screen);

/* "850 ms", "12.3 s", "3m12s", "2h05m". */
void screen_add_time(struct str *out, uint64_t ms);
