/* SPDX-License-Identifier: Apache-2.0 */
/* The operator puts a file into the cache that all tenants read. */
#include <sys/stat.h>

#include "isolate/broker/cache.h"
#include "isolate/broker/table.h"
#include "isolate/broker/url.h"

enum { COPY_BYTES = 64 << 10 };

static int copy(struct fd_file from, uint64_t max_bytes, struct cache_tmp *to, struct err *err)
{
	char buf[COPY_BYTES];
	off_t at = 0;
	for (;;) {
		ssize_t n = pread(from.fd, buf, sizeof(buf), at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_OS, errno, "cache.read", "read the file");
		if (n == 0)
			return 0;
		at += n;
		if ((uint64_t)at > max_bytes)
			return err_set(err, ERR_LIMIT, EFBIG, "cache.limit",
				"the file is longer than %llu bytes",
				(unsigned long long)max_bytes);
		if (cache_write(to, span_make(buf, (size_t)n), err) < 0)
			return -1;
	}
}

static int add(struct broker *b, struct fd_file from, struct span url,
	struct cache_digests *ret_digests, struct cache_entry *ret, struct err *err)
{
	scoped_cache_tmp struct cache_tmp tmp = CACHE_TMP_INIT;
	struct stat st;
	if (url.len && url_check(url, err) < 0)
		return -1;
	if (fstat(from.fd, &st) < 0)
		return err_set(err, ERR_OS, errno, "cache.read", "stat the file");
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, 0, "cache.read", "not a regular file");
	if (cache_begin(b->operator_cache, &tmp, err) < 0 ||
		copy(from, b->max_bytes, &tmp, err) < 0)
		return -1;
	*ret_digests = cache_digest(&tmp);
	return cache_commit(&tmp, ret_digests, url, ret, err);
}

int req_cache_add(struct broker *b, const struct table_call *call, struct err *err)
{
	scoped_fd_file from = fd_file_wrap(chan_fds_take(call->fds, 0));
	scoped_cache_entry struct cache_entry entry = CACHE_ENTRY_INIT;
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct cache_digests digests;
	struct broker_cached cached;
	struct err why = ERR_INIT;
	struct span url;
	if (broker_cache_add_get(call->in, &url, err) < 0)
		return -1;
	if (add(b, from, url, &digests, &entry, &why) < 0)
		return broker_refuse(b->agent, &why, err);
	cached = (struct broker_cached){.size_bytes = entry.size_bytes,
		.md5 = span_str(digests.md5.text),
		.sha256 = span_str(digests.sha256.text),
		.sha512 = span_str(digests.sha512.text)};
	broker_cached_put(&w, &cached);
	return chan_send(b->agent, &w, NULL, 0, err);
}
