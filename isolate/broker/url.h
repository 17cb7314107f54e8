/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a URL that a partition asks for. */
#pragma once

#include "base/err.h"
#include "base/span.h"

/*
 * Shape:  http:// or https://, a host, no user or password; bytes 0x21..0x7e only, so nothing of
 *         it can end a request line or a log line.
 * Limits: LIMIT_FETCH_URL (wire/msg_broker.h)
 * Errors: fetch.url
 */
must_check int url_check(struct span url, struct err *err);

/* Enough of a checked URL for a message, always printable: at most URL_SHOWN characters. */
enum { URL_SHOWN = 160 };
struct url_shown {
	char text[URL_SHOWN + 4];
};
struct url_shown url_show(struct span url);
