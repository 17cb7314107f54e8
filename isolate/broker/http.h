/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP download through libcurl, under the broker's rules. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "isolate/broker/address.h"

/*
 * Rules:  http and https only, at redirects too (at most HTTP_REDIRECTS_MAX); no proxy, no
 *         cookies, no credentials, no state between downloads; certificates are verified; every
 *         address is judged right before it is connected to; only status 200 counts.
 * Units:  a server that sends less than HTTP_STALL_BYTES a second for HTTP_STALL_S is given up.
 * Errors: fetch.resolve, fetch.connect, fetch.denied, fetch.timeout, fetch.http, fetch.redirect,
 *         fetch.truncated, fetch.limit, fetch.tls, fetch.network; and what a callback sets.
 * Source: libcurl 7.88: curl_easy_setopt(3), curl_multi_poll(3)
 */
enum { HTTP_REDIRECTS_MAX = 10, HTTP_STALL_BYTES = 100, HTTP_STALL_S = 30, HTTP_TICK_MS = 500 };

struct http_get {
	struct span url; /* checked by url_check() */
	const struct address_policy *addresses;
	uint64_t connect_timeout_ms; /* name resolution included */
	uint64_t max_bytes;
	const int *watch; /* descriptors that wake the loop, for the tick to look at */
	size_t n_watch;
	/* A piece of the body. */
	int (*on_body)(void *context, struct span bytes, struct err *err);
	/* At least every HTTP_TICK_MS; an error cuts the download. */
	int (*on_tick)(void *context, uint64_t done, uint64_t total, struct err *err);
	void *context;
};

enum { HTTP_WATCH_MAX = 4 };

must_check int http_get(const struct http_get *get, struct err *err);
