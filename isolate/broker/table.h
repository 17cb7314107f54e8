/* SPDX-License-Identifier: Apache-2.0 */
/* Every request that the broker knows, and who may make it when. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "isolate/broker/broker.h"
#include "wire/chan.h"
#include "wire/wire.h"

/*
 * Shape:  rows {type, side, phases, once, most bytes, number of descriptors, function}. A message
 *         that no row admits ends the session.
 * Return: a request's function answers the peer itself, failures of the request included; what it
 *         returns negative ends the session.
 * Errors: broker.unknown, broker.phase, broker.once, broker.size, broker.fds (all ERR_DENIED)
 */
struct table_call {
	struct wire_in *in;
	struct span message; /* the whole of it */
	struct chan_fds *fds;
};

struct table_row {
	uint16_t type;
	uint8_t side; /* enum broker_side */
	uint8_t phases;
	bool is_once;
	size_t max_bytes;
	size_t n_fds;
	int (*fn)(struct broker *b, const struct table_call *call, struct err *err);
};

/* The row that admits the message, noted as seen. */
must_check int table_admit(struct broker *b, enum broker_side side, const struct table_call *call,
	const struct table_row **ret, struct err *err);

/* req_fetch.c */
must_check int req_fetch(struct broker *b, const struct table_call *call, struct err *err);
/* req_params.c */
must_check int req_instance(struct broker *b, const struct table_call *call, struct err *err);
must_check int req_param(struct broker *b, const struct table_call *call, struct err *err);
must_check int req_params_end(struct broker *b, const struct table_call *call, struct err *err);
must_check int req_params(struct broker *b, const struct table_call *call, struct err *err);
/* req_publish.c */
must_check int req_publish(struct broker *b, const struct table_call *call, struct err *err);
must_check int req_publish_end(struct broker *b, const struct table_call *call, struct err *err);
/* req_cache.c */
must_check int req_cache_add(struct broker *b, const struct table_call *call, struct err *err);
