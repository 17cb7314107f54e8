/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded set of keys and values: an instance's parameters, or what it publishes. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/span.h"
#include "base/str.h"
#include "base/vec.h"
#include "wire/msg_broker.h"

/*
 * Shape:     in order of arrival; a key that comes again replaces its value.
 * Limits:    given at init; counted as key + value bytes.
 * Ownership: owns its copies.
 * Errors:    pairs.limit, pairs.key
 */
struct pair {
	struct str key;
	struct str value;
};

struct pairs {
	VEC(struct pair) list;
	size_t n_max;
	size_t bytes_max;
	size_t bytes;
	uint32_t n_received; /* repeated keys counted, too */
};

void pairs_init(struct pairs *p, size_t n_max, size_t bytes_max);
void pairs_done(struct pairs *p);

/* Keys: 1..LIMIT_PARAM_KEY bytes without control characters. */
must_check int pairs_add(struct pairs *p, const struct broker_pair *pair, struct err *err);

/* Send all as messages of `pair_type` and their number as `end_type`. */
must_check int pairs_send(const struct pairs *p, struct fd_chan chan, enum msg_broker pair_type,
	enum msg_broker end_type, struct err *err);
