/* SPDX-License-Identifier: Apache-2.0 */
/* The broker's context: one session with one engine and its agent. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "isolate/broker/address.h"
#include "isolate/broker/pairs.h"
#include "wire/msg_broker.h"

/*
 * Descriptors are borrowed from main.c for the life of the process. What is not used in a phase is
 * FD_NONE: in phase OPERATOR there is no engine and no tenant cache.
 */
enum broker_phase { PHASE_BUILD = 1u << 0, PHASE_INSTANCE = 1u << 1, PHASE_OPERATOR = 1u << 2 };

enum broker_side { SIDE_ENGINE, SIDE_AGENT };

struct broker {
	enum broker_phase phase;
	struct fd_chan engine;
	struct fd_chan agent;
	struct fd_dir tenant_cache;
	struct fd_dir operator_cache;
	struct address_policy addresses;
	uint64_t connect_timeout_ms;
	uint64_t max_bytes;

	uint32_t rows_seen;       /* bit i: row i of the table was asked for */
	struct str instance;      /* MSG_INSTANCE as the agent sent it, ready to be sent on */
	struct pairs params;      /* of the instance */
	bool is_instance_known;   /* MSG_PARAMS_END came: the engine may speak */
	struct pairs published;   /* so far, until MSG_PUBLISH_END */
	struct err publish_error; /* the first thing wrong with them */
};

void broker_init(struct broker *b, enum broker_phase phase);
void broker_done(struct broker *b);

/* True once the other end of either channel has hung up. */
bool broker_is_over(const struct broker *b);

/* Serve until a channel hangs up (0) or a rule is broken (-1). */
must_check int broker_serve(struct broker *b, struct err *err);

/* Tell a peer that its request failed; `why` is copied. */
must_check int broker_refuse(struct fd_chan peer, const struct err *why, struct err *err);
