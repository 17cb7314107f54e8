/* SPDX-License-Identifier: Apache-2.0 */
/* Control of cantle-super (T2) by the node agent (T1), over connections to its socket. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/wire.h"

/*
 * Shape:  STATUS{}                             > TABLE{...}+, the last one has is_last
 *         RESTART{name} START{name} STOP{name} > DONE{} or ERROR{err}
 *         any number of requests a connection, one at a time; SOCK_SEQPACKET.
 * Units:  pid as seen inside the partition, 0 where none; last_exit 0..255, 128 + signal, or -1.
 * Limits: below. Errors: as wire.h, super.kind.
 * Trust:  the answers come from T2: bounded here, escaped by whoever shows them.
 */
enum msg_super {
	MSG_SUPER_STATUS = 0x0600,
	MSG_SUPER_RESTART,
	MSG_SUPER_START,
	MSG_SUPER_STOP,
	MSG_SUPER_TABLE,
	MSG_SUPER_DONE,
	MSG_SUPER_ERROR,
};

enum {
	LIMIT_SUPER_NAME = 200,     /* + ".log.N" is a file name */
	LIMIT_SUPER_SERVICES = 120, /* of one partition: two watches each of LOOP_WATCHES_MAX */
	LIMIT_SUPER_ROWS = 64,      /* of one message */
	LIMIT_SUPER_REASON = 300,
};

enum super_kind { SUPER_RUN = 1, SUPER_SERVICE };

enum super_state {
	SUPER_STARTING = 1, /* started less than a second ago */
	SUPER_RUNNING,
	SUPER_BACKOFF, /* ended, waits for its next start */
	SUPER_EXITED,  /* an etc/run program that ended */
	SUPER_STOPPED, /* by request */
	SUPER_STOPPING,
	SUPER_FATAL, /* cannot be started at all */
};

struct super_row {
	struct span name;
	enum super_kind kind;
	enum super_state state;
	uint32_t pid;
	uint32_t restarts;
	uint64_t uptime_ms;
	int32_t last_exit;
};

struct super_table {
	uint32_t n_services; /* of the partition, all messages together */
	bool is_ready;       /* every service runs, every etc/run program runs or ended with 0 */
	bool is_last;
	struct span reason; /* why it is not ready: names the first one */
	uint32_t n_rows;
	struct super_row rows[LIMIT_SUPER_ROWS];
};

/* "run" or "service"; "running", ... */
const char *super_kind_name(enum super_kind kind);
const char *super_state_name(enum super_state state);

/* MSG_SUPER_STATUS or MSG_SUPER_DONE. */
void super_put_empty(struct wire_out *w, enum msg_super type);
/* MSG_SUPER_RESTART, _START or _STOP. */
void super_name_put(struct wire_out *w, enum msg_super type, struct span name);
void super_table_put(struct wire_out *w, const struct super_table *table);
void super_error_put(struct wire_out *w, const struct err *why);

must_check int super_name_get(struct wire_in *r, struct span *ret, struct err *err);
must_check int super_table_get(struct wire_in *r, struct super_table *ret, struct err *err);
/* *ret is the peer's error, made safe. */
must_check int super_error_get(struct wire_in *r, struct err *ret, struct err *err);
