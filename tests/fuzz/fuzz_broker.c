/* SPDX-License-Identifier: Apache-2.0 */
/* Any sequence of messages of an engine and its agent: the broker admits, answers or ends, never worse. */
#include <fcntl.h>
#include <string.h>

#include "isolate/broker/broker.h"
#include "isolate/broker/table.h"
#include "isolate/broker/url.h"

/* Shape of an input: u8 phase, then messages { u8 side, u16 length, bytes without the header }. */
struct input {
	const uint8_t *bytes;
	size_t left;
};

static uint8_t byte(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->bytes++;
}

/* Downloads would leave this machine: only what is decided before one. */
static int fetch(struct wire_in *r, struct err *err)
{
	struct broker_fetch want;
	struct url_shown shown;

	if (broker_fetch_get(r, &want, err) < 0 || url_check(want.url, err) < 0)
		return -1;
	shown = url_show(want.part);
	return strlen(shown.text) > sizeof(shown.text) || hash_hex_valid(want.kind, want.hex);
}

static void drain(struct fd_chan chan)
{
	struct str buf = STR_INIT_LIMIT(LIMIT_WIRE_BYTES);
	struct err err = ERR_INIT;

	while (chan_recv(chan, &buf, NULL, &err) == CHAN_MESSAGE)
		continue;
	str_done(&buf);
}

static int one(struct broker *b, struct input *in, struct err *err)
{
	struct wire_out w = WIRE_OUT_INIT;
	struct chan_fds fds = CHAN_FDS_INIT;
	struct wire_in r;
	const struct table_row *row = NULL;
	struct table_call call = {.in = &r, .fds = &fds};
	uint8_t what = byte(in);
	size_t length = byte(in) | (size_t)byte(in) << 8;
	int result;

	if (length > in->left)
		length = in->left;
	wire_begin(&w, (uint16_t)(MSG_FETCH + (what >> 1) % 16));
	str_add(&w.bytes, span_make((const char *)in->bytes, length));
	in->bytes += length;
	in->left -= length;
	call.message = str_span(&w.bytes);
	result = wire_out_check(&w, err);
	if (result == 0)
		result = wire_open(call.message, &r, err);
	if (result == 0)
		result = table_admit(b, what & 1 ? SIDE_AGENT : SIDE_ENGINE, &call, &row, err);
	if (result == 0)
		result = row->type == MSG_FETCH ? fetch(&r, err) : row->fn(b, &call, err);
	wire_out_done(&w);
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const enum broker_phase phases[] = {PHASE_BUILD, PHASE_INSTANCE, PHASE_OPERATOR};
	struct input in = {bytes, size};
	struct broker b;
	struct err err = ERR_INIT;
	struct fd_chan engine = FD_INIT;
	struct fd_chan agent = FD_INIT;

	broker_init(&b, phases[byte(&in) % 3]);
	if (chan_pair(&b.engine, &engine, &err) < 0 || chan_pair(&b.agent, &agent, &err) < 0)
		return 0;
	fcntl(b.engine.fd, F_SETFL, O_NONBLOCK);
	fcntl(b.agent.fd, F_SETFL, O_NONBLOCK);
	fcntl(engine.fd, F_SETFL, O_NONBLOCK);
	fcntl(agent.fd, F_SETFL, O_NONBLOCK);
	while (in.left > 0 && one(&b, &in, &err) >= 0) {
		drain(engine);
		drain(agent);
	}
	fd_chan_close(&b.engine);
	fd_chan_close(&b.agent);
	fd_chan_close(&engine);
	fd_chan_close(&agent);
	broker_done(&b);
	return 0;
}
