/* SPDX-License-Identifier: Apache-2.0 */
/* Getting a file by path or URL: local ones are opened, all others are asked of the broker. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/hash.h"
#include "base/span.h"
#include "base/str.h"

/*
 * Shape:     one SEQPACKET channel to cantle-broker (src/wire/msg_broker.h), one request at a time.
 * Trust:     the broker is trusted; local files are the profile's own.
 * Errors:    fetch.open, fetch.offline, fetch.checksum (MISMATCH), fetch.broker, and the broker's.
 */
struct fetch {
	struct fd_chan broker; /* FD_NONE: no broker */
	bool is_offline;
	const char *directory; /* base of relative paths */
};

struct fetch_request {
	struct span url;
	enum hash_kind kind;
	struct span hex;
	struct span part; /* for the broker's log */
};

must_check int fetch_open(struct fetch *fetch, const struct fetch_request *request,
	struct fd_file *ret, struct err *err);
