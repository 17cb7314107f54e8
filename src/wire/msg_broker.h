/* SPDX-License-Identifier: Apache-2.0 */
/* Broker (TB) with the engine (T2) on descriptor 3, and with the node agent (T1) on descriptor 4. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "wire/wire.h"

/*
 * Shape, engine and broker:
 *   FETCH{url, kind, hex, offline, part}   > FETCH_PROGRESS* then FETCHED + read-only fd, or ERROR
 *   PARAMS{}                               > INSTANCE PARAM* PARAMS_END{n}, or ERROR
 *   PUBLISH{key, value}* PUBLISH_END{n}    > PUBLISHED{} or ERROR
 *   one request at a time; an ERROR answers a request, the session goes on.
 * Shape, agent and broker:
 *   broker first says READY{}. In phase INSTANCE the agent sends INSTANCE PARAM* PARAMS_END{n}
 *   before anything else; the broker does not listen to the engine until then. PUBLISH* and
 *   PUBLISH_END come to the agent as the engine sent them. CACHE_ADD{url} + fd (phase OPERATOR;
 *   url empty, or what an unverified download would have asked for) > CACHED or ERROR.
 *   ENDED{err} tells why a session was cut: an unknown, malformed or early request.
 * Limits: below; texts hold no NUL. Errors: as wire.h, broker.kind.
 * Trust:  the engine's fields come from T2: bounded here, checked and escaped by whoever uses them.
 */
enum msg_broker {
	MSG_FETCH = 0x0200,
	MSG_FETCH_PROGRESS,
	MSG_FETCHED,
	MSG_BROKER_ERROR,
	MSG_PARAMS,
	MSG_INSTANCE,
	MSG_PARAM,
	MSG_PARAMS_END,
	MSG_PUBLISH,
	MSG_PUBLISH_END,
	MSG_PUBLISHED,
	MSG_BROKER_READY,
	MSG_BROKER_ENDED,
	MSG_CACHE_ADD,
	MSG_CACHED,
};

enum {
	LIMIT_FETCH_URL = 4096,
	LIMIT_FETCH_PART = 256,
	LIMIT_INSTANCE_TEXT = 1024,
	LIMIT_INSTANCE_ADDRESS = 64,
	LIMIT_INSTANCE_ADDRESSES = 16, /* of each family */
	LIMIT_PARAM_KEY = 255,
	LIMIT_PARAM_VALUE = 60 << 10, /* with its key in one message */
	LIMIT_PARAMS = 1024,
	LIMIT_PARAMS_BYTES = 4 << 20, /* keys and values of one set */
	LIMIT_PUBLISH = 256,
	LIMIT_PUBLISH_BYTES = 1 << 20,
};

struct broker_fetch {
	struct span url;
	enum hash_kind kind; /* HASH_NONE: keep by the URL's md5, verify nothing */
	struct span hex;     /* empty with HASH_NONE */
	bool is_offline;     /* caches only */
	struct span part;    /* for the log */
};

struct broker_progress {
	uint64_t done_bytes;
	uint64_t total_bytes; /* 0: unknown */
};

struct broker_fetched {
	uint64_t size_bytes;
	bool is_from_cache;
	struct span sha256;
};

/* One row per text of an instance's description, in the order of the wire. */
#define BROKER_INSTANCE_TEXTS(X)                                                                   \
	X(title)                                                                                   \
	X(root_title)                                                                              \
	X(root_short_title)                                                                        \
	X(tenant)                                                                                  \
	X(partition)                                                                               \
	X(computer)                                                                                \
	X(software_type)                                                                           \
	X(software_url)                                                                            \
	X(timestamp)

struct broker_addresses {
	struct span at[LIMIT_INSTANCE_ADDRESSES];
	uint32_t n;
};

struct broker_instance {
#define BROKER_FIELD(name) struct span name;
	BROKER_INSTANCE_TEXTS(BROKER_FIELD)
#undef BROKER_FIELD
	struct broker_addresses ipv4;
	struct broker_addresses ipv6;
};

struct broker_pair {
	struct span key;
	struct span value;
};

struct broker_cached {
	uint64_t size_bytes;
	struct span md5;
	struct span sha256;
	struct span sha512;
};

/* Messages without a field: PARAMS, PUBLISHED, BROKER_READY. */
void broker_put_empty(struct wire_out *w, enum msg_broker type);
void broker_fetch_put(struct wire_out *w, const struct broker_fetch *fetch);
void broker_progress_put(struct wire_out *w, const struct broker_progress *progress);
void broker_fetched_put(struct wire_out *w, const struct broker_fetched *fetched);
void broker_instance_put(struct wire_out *w, const struct broker_instance *instance);
/* type is MSG_PARAM or MSG_PUBLISH. */
void broker_pair_put(struct wire_out *w, enum msg_broker type, const struct broker_pair *pair);
/* type is MSG_PARAMS_END or MSG_PUBLISH_END; n counts the pairs before it. */
void broker_end_put(struct wire_out *w, enum msg_broker type, uint32_t n);
/* type is MSG_BROKER_ERROR or MSG_BROKER_ENDED. */
void broker_error_put(struct wire_out *w, enum msg_broker type, const struct err *why);
void broker_cache_add_put(struct wire_out *w, struct span url);
void broker_cached_put(struct wire_out *w, const struct broker_cached *cached);

/* The caller has looked at r->type. Spans borrow the message. */
must_check int broker_fetch_get(struct wire_in *r, struct broker_fetch *ret, struct err *err);
must_check int broker_progress_get(struct wire_in *r, struct broker_progress *ret, struct err *err);
must_check int broker_fetched_get(struct wire_in *r, struct broker_fetched *ret, struct err *err);
must_check int broker_instance_get(struct wire_in *r, struct broker_instance *ret, struct err *err);
must_check int broker_pair_get(struct wire_in *r, struct broker_pair *ret, struct err *err);
/* A count over the set's limit is refused. */
must_check int broker_end_get(struct wire_in *r, uint32_t *ret_n, struct err *err);
/* *ret is the peer's error, made safe. */
must_check int broker_error_get(struct wire_in *r, struct err *ret, struct err *err);
must_check int broker_cache_add_get(struct wire_in *r, struct span *ret_url, struct err *err);
must_check int broker_cached_get(struct wire_in *r, struct broker_cached *ret, struct err *err);
