/* SPDX-License-Identifier: Apache-2.0 */
/* A download for a partition: from the caches, else from the network into the tenant's cache. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/loop.h"
#include "isolate/broker/cache.h"
#include "isolate/broker/http.h"
#include "isolate/broker/table.h"
#include "isolate/broker/url.h"

struct download {
	struct broker *b;
	const struct broker_fetch *want;
	struct hash_hex hex; /* the wanted checksum in lower case */
	struct cache_tmp *tmp;
	uint64_t told_ms;
};

/* One line an event; every byte of the partition in it is printable. */
static void note(const struct broker_fetch *want, const char *how, uint64_t bytes)
{
	struct url_shown url = url_show(want->url);
	struct url_shown part = url_show(want->part);
	fprintf(stderr, "cantle-broker: fetch %s url=%s part=%s bytes=%llu\n", how, url.text,
		part.text, (unsigned long long)bytes);
}

static int check(const struct broker_fetch *want, struct hash_hex *ret, struct err *err)
{
	struct url_shown shown = url_show(want->url);
	*ret = (struct hash_hex){""};
	if (url_check(want->url, err) < 0)
		return -1;
	if (want->kind == HASH_NONE)
		return 0;
	if (!hash_hex_valid(want->kind, want->hex))
		return err_set(err, ERR_INPUT, 0, "fetch.digest",
			"'%s': the checksum is not %zu hexadecimal digits of %s", shown.text,
			hash_hex_len(want->kind), hash_name(want->kind));
	for (size_t i = 0; i < want->hex.len; i++) {
		char c = want->hex.ptr[i];
		ret->text[i] = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
	}
	return 0;
}

static int look(struct download *d, struct fd_dir cache, struct cache_entry *ret, struct err *err)
{
	int outcome;
	if (!fd_dir_is_open(cache))
		return CACHE_ABSENT;
	if (d->want->kind == HASH_NONE)
		outcome = cache_find_url(cache, d->want->url, ret, err);
	else
		outcome = cache_find(cache, d->want->kind, span_str(d->hex.text), ret, err);
	if (outcome != CACHE_CORRUPT)
		return outcome;
	note(d->want, "finds a corrupt file in a cache", 0);
	if (d->want->kind != HASH_NONE)
		cache_forget(cache, d->want->kind, span_str(d->hex.text));
	return CACHE_ABSENT;
}

static int on_body(void *context, struct span bytes, struct err *err)
{
	struct download *d = context;
	return cache_write(d->tmp, bytes, err);
}

static int on_tick(void *context, uint64_t done, uint64_t total, struct err *err)
{
	struct download *d = context;
	struct broker_progress progress = {done, total};
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct pollfd engine = {.fd = d->b->engine.fd, .events = POLLOUT};
	uint64_t now = clock_ms();
	if (broker_is_over(d->b))
		return err_set(err, ERR_PEER, 0, "broker.over", "nobody waits for the download");
	if (now - d->told_ms < HTTP_TICK_MS)
		return 0;
	d->told_ms = now;
	/* An engine that does not read misses progress, nothing else. */
	if (poll(&engine, 1, 0) <= 0 || !(engine.revents & POLLOUT))
		return 0;
	broker_progress_put(&w, &progress);
	return chan_send(d->b->engine, &w, NULL, 0, err);
}

static int verify(struct download *d, const struct cache_digests *got, struct err *err)
{
	struct url_shown shown = url_show(d->want->url);
	const struct hash_hex *is = &got->sha256;
	if (d->want->kind == HASH_NONE)
		return 0;
	if (d->want->kind == HASH_MD5)
		is = &got->md5;
	if (d->want->kind == HASH_SHA512)
		is = &got->sha512;
	if (strcmp(is->text, d->hex.text) == 0)
		return 0;
	return err_set(err, ERR_INPUT, 0, "fetch.checksum",
		"'%s': %s is %.64s, expected %.64s; nothing of it is kept", shown.text,
		hash_name(d->want->kind), is->text, d->hex.text);
}

static int download(struct download *d, struct cache_entry *ret, struct err *err)
{
	scoped_cache_tmp struct cache_tmp tmp = CACHE_TMP_INIT;
	const int watch[] = {d->b->engine.fd, d->b->agent.fd};
	struct url_shown shown = url_show(d->want->url);
	struct cache_digests digests;
	struct http_get get = {.url = d->want->url,
		.addresses = &d->b->addresses,
		.connect_timeout_ms = d->b->connect_timeout_ms,
		.max_bytes = d->b->max_bytes,
		.watch = watch,
		.n_watch = 2,
		.on_body = on_body,
		.on_tick = on_tick,
		.context = d};
	if (cache_begin(d->b->tenant_cache, &tmp, err) < 0)
		return err_wrap(err, "'%s'", shown.text);
	d->tmp = &tmp;
	d->told_ms = clock_ms();
	if (http_get(&get, err) < 0)
		return -1;
	digests = cache_digest(&tmp);
	if (verify(d, &digests, err) < 0)
		return -1;
	if (cache_commit(&tmp, &digests, d->want->kind == HASH_NONE ? d->want->url : SPAN_EMPTY,
		    ret, err) < 0)
		return err_wrap(err, "'%s'", shown.text);
	return 0;
}

/* CACHE_FOUND where no download was needed, CACHE_ABSENT where one was made. */
static int provide(struct download *d, struct cache_entry *ret, struct err *err)
{
	struct url_shown shown = url_show(d->want->url);
	int outcome = check(d->want, &d->hex, err);
	if (outcome < 0)
		return -1;
	outcome = look(d, d->b->operator_cache, ret, err);
	if (outcome == CACHE_ABSENT)
		outcome = look(d, d->b->tenant_cache, ret, err);
	if (outcome != CACHE_ABSENT)
		return outcome;
	if (d->want->is_offline)
		return err_set(err, ERR_INPUT, 0, "fetch.offline",
			"'%s' is in no cache, and offline mode downloads nothing; put it there "
			"with: cantle cache add FILE",
			shown.text);
	return download(d, ret, err) < 0 ? -1 : CACHE_ABSENT;
}

int req_fetch(struct broker *b, const struct table_call *call, struct err *err)
{
	scoped_cache_entry struct cache_entry entry = CACHE_ENTRY_INIT;
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct broker_fetch want;
	struct broker_fetched fetched;
	struct download d = {.b = b, .want = &want};
	struct err why = ERR_INIT;
	int outcome;
	if (broker_fetch_get(call->in, &want, err) < 0)
		return -1;
	outcome = provide(&d, &entry, &why);
	if (outcome < 0) {
		note(&want, "fails", 0);
		return broker_refuse(b->engine, &why, err);
	}
	note(&want, outcome == CACHE_FOUND ? "from a cache" : "from the network", entry.size_bytes);
	fetched = (struct broker_fetched){.size_bytes = entry.size_bytes,
		.is_from_cache = outcome == CACHE_FOUND,
		.sha256 = span_str(entry.sha256.text)};
	broker_fetched_put(&w, &fetched);
	return chan_send(b->engine, &w, &entry.file.fd, 1, err);
}
