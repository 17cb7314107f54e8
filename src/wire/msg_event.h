/* SPDX-License-Identifier: Apache-2.0 */
/* Events of a build or a processing: engine (T2) to node agent, one way, on descriptor 4. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"
#include "wire/wire.h"

/*
 * Shape:  { u8 kind, text part, u64 elapsed_ms, text text }
 * Limits: LIMIT_EVENT_PART and LIMIT_EVENT_TEXT bytes; the sender cuts, the receiver refuses.
 * Trust:  every field comes from T2: bounded here, escaped by whoever shows it.
 */
enum { MSG_EVENT = 0x0400, LIMIT_EVENT_PART = 256, LIMIT_EVENT_TEXT = 16 << 10 };

enum event_kind {
	EVENT_NOTE = 1,    /* progress worth a line */
	EVENT_WARNING,     /* something odd that does not stop the work */
	EVENT_DIAG,        /* a rendered diagnostic of a profile, several lines */
	EVENT_PART_BEGIN,  /* part: name; text: "install", "update" or "uninstall" */
	EVENT_PART_STEP,   /* text: "configure", "make", ... */
	EVENT_PART_END,    /* elapsed_ms is the part's own time */
	EVENT_PART_FAILED, /* text: one sentence; the log's tail follows from the build log */
	EVENT_COUNT,       /* text: "done/all" parts */
	EVENT_KIND_END_,
};

struct event {
	enum event_kind kind;
	struct span part;
	struct span text;
	uint64_t elapsed_ms;
};

/* Cuts what is too long. */
void event_put(struct wire_out *w, const struct event *event);
must_check int event_get(struct wire_in *r, struct event *ret, struct err *err);
/* Encode and send; blocks while the reader is slow. */
must_check int event_send(struct fd_chan chan, const struct event *event, struct err *err);
