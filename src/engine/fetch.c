/* SPDX-License-Identifier: Apache-2.0 */
/* Getting a file by path or URL: local ones are opened, all others are asked of the broker. */
#include "engine/fetch.h"

#include <sys/stat.h>

#include "base/path.h"
#include "engine/extend.h"
#include "wire/chan.h"
#include "wire/msg_broker.h"

static int check_local(
	const struct fetch_request *request, const char *path, struct fd_file file, struct err *err)
{
	struct hash_hex hex;

	if (request->kind == HASH_NONE)
		return 0;
	if (hash_fd(request->kind, file, &hex, err) < 0)
		return -1;
	if (request->hex.len == hash_hex_len(request->kind) &&
		strncasecmp(hex.text, request->hex.ptr, request->hex.len) == 0)
		return 0;
	return err_set(err, ERR_INPUT, 0, "fetch.checksum",
		"%s checksum mismatch for local resource at '%s': it is %s",
		hash_name(request->kind), path, hex.text);
}

static int open_local(const struct fetch *fetch, const struct fetch_request *request,
	struct span path, struct fd_file *ret, struct err *err)
{
	scoped_str struct str whole = STR_INIT;
	scoped_fd_file file = FD_INIT;
	struct stat status;

	path_join(&whole, span_str(fetch->directory), path);
	if (str_check(&whole, err) < 0)
		return -1;
	/* A FIFO must not hang the engine, a device must not feed it. */
	file.fd = open(str_cstr(&whole), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file.fd < 0) {
		file.fd = FD_NONE;
		return err_set(err, ERR_OS, errno, "fetch.open", "open '%s'", str_cstr(&whole));
	}
	if (fstat(file.fd, &status) < 0)
		return err_set(err, ERR_OS, errno, "fetch.open", "stat '%s'", str_cstr(&whole));
	if (!S_ISREG(status.st_mode))
		return err_set(err, ERR_INPUT, 0, "fetch.open", "'%s' is not a regular file",
			str_cstr(&whole));
	if (check_local(request, str_cstr(&whole), file, err) < 0)
		return -1;
	*ret = fd_file_take(&file);
	return 0;
}

static int answer(struct fetch *fetch, struct wire_in *in, struct chan_fds *fds, bool *ret_done,
	struct fd_file *ret, struct err *err)
{
	struct broker_progress progress;
	struct broker_fetched fetched;
	struct err cause = ERR_INIT;

	(void)fetch;
	switch (in->type) {
	case MSG_FETCH_PROGRESS:
		return broker_progress_get(in, &progress, err);
	case MSG_FETCHED:
		if (broker_fetched_get(in, &fetched, err) < 0)
			return -1;
		ret->fd = chan_fds_take(fds, 0);
		if (ret->fd < 0)
			return err_set(err, ERR_PEER, 0, "fetch.broker", "answer without a file");
		*ret_done = true;
		return 0;
	case MSG_BROKER_ERROR:
		if (broker_error_get(in, &cause, err) < 0)
			return -1;
		*err = cause;
		return -1;
	default:
		return err_set(err, ERR_PEER, 0, "fetch.broker", "unexpected answer %u", in->type);
	}
}

static int ask_broker(struct fetch *fetch, const struct fetch_request *request, struct fd_file *ret,
	struct err *err)
{
	scoped_wire_out struct wire_out out = WIRE_OUT_INIT;
	const struct broker_fetch message = {
		.url = request->url,
		.kind = request->kind,
		.hex = request->hex,
		.is_offline = fetch->is_offline,
		.part = request->part,
	};
	bool is_done = false;

	if (request->url.len > LIMIT_FETCH_URL)
		return err_set(err, ERR_LIMIT, 0, "fetch.url",
			"URL longer than %d bytes (LIMIT_FETCH_URL)", LIMIT_FETCH_URL);
	if (!fd_chan_is_open(fetch->broker))
		return err_set(err, ERR_DENIED, 0, "fetch.broker",
			"cannot download '%.*s': there is no broker", SPAN_ARG(request->url));
	broker_fetch_put(&out, &message);
	if (wire_out_check(&out, err) < 0 || chan_send(fetch->broker, &out, NULL, 0, err) < 0)
		return -1;
	while (!is_done) {
		scoped_str struct str buffer = STR_INIT_LIMIT(LIMIT_WIRE_BYTES);
		scoped_chan_fds struct chan_fds fds = CHAN_FDS_INIT;
		struct wire_in in;
		int outcome = chan_recv_wire(fetch->broker, &buffer, &fds, &in, err);

		if (outcome < 0)
			return -1;
		if (outcome != CHAN_MESSAGE)
			return err_set(err, ERR_PEER, 0, "fetch.broker", "the broker is gone");
		if (answer(fetch, &in, &fds, &is_done, ret, err) < 0)
			return -1;
	}
	return 0;
}

int fetch_open(struct fetch *fetch, const struct fetch_request *request, struct fd_file *ret,
	struct err *err)
{
	static const struct span scheme = SPAN("file://");
	struct span url = request->url;

	if (request->kind != HASH_NONE && !hash_hex_valid(request->kind, request->hex))
		return err_set(err, ERR_INPUT, 0, "fetch.checksum", "'%.*s' is no %s checksum",
			SPAN_ARG(span_first(request->hex, 140)), hash_name(request->kind));
	if (span_starts(url, "file://"))
		return open_local(fetch, request, span_from(url, scheme.len), ret, err);
	if (!extend_is_url(url))
		return open_local(fetch, request, url, ret, err);
	return ask_broker(fetch, request, ret, err);
}
