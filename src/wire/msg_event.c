/* SPDX-License-Identifier: Apache-2.0 */
/* Events of a build or a processing. */
#include "wire/msg_event.h"

#include "wire/chan.h"

/* A field of ours never holds a NUL; what stands behind one is not shown. */
static struct span clean(struct span s, size_t limit)
{
	ptrdiff_t nul;
	s = span_first(s, limit);
	nul = span_index(s, '\0');
	return nul >= 0 ? span_first(s, (size_t)nul) : s;
}

void event_put(struct wire_out *w, const struct event *event)
{
	wire_begin(w, MSG_EVENT);
	wire_put_u8(w, (uint8_t)event->kind);
	wire_put_bytes(w, clean(event->part, LIMIT_EVENT_PART));
	wire_put_u64(w, event->elapsed_ms);
	wire_put_bytes(w, clean(event->text, LIMIT_EVENT_TEXT));
}

int event_get(struct wire_in *r, struct event *ret, struct err *err)
{
	struct event e;
	uint8_t kind = wire_get_u8(r);
	e.part = wire_get_text(r, LIMIT_EVENT_PART);
	e.elapsed_ms = wire_get_u64(r);
	e.text = wire_get_text(r, LIMIT_EVENT_TEXT);
	if (wire_end(r, err) < 0)
		return -1;
	if (kind < EVENT_NOTE || kind >= EVENT_KIND_END_)
		return err_set(err, ERR_PEER, 0, "event.kind", "event of unknown kind %u", kind);
	e.kind = (enum event_kind)kind;
	*ret = e;
	return 0;
}

int event_send(struct fd_chan chan, const struct event *event, struct err *err)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	event_put(&w, event);
	return chan_send(chan, &w, NULL, 0, err);
}
