/* SPDX-License-Identifier: Apache-2.0 */
/* Connection parameters that an instance publishes: checked whole, then handed to the agent. */
#include "isolate/broker/table.h"

int req_publish(struct broker *b, const struct table_call *call, struct err *err)
{
	struct broker_pair pair;
	if (broker_pair_get(call->in, &pair, err) < 0)
		return -1;
	/* The answer belongs to the end of the set: the first error waits there for it. */
	if (err_is_set(&b->publish_error))
		b->published.n_received++;
	else if (pairs_add(&b->published, &pair, &b->publish_error) < 0)
		return 0;
	return 0;
}

static int forward(struct broker *b, struct err *err)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	if (err_is_set(&b->publish_error))
		return broker_refuse(b->engine, &b->publish_error, err);
	if (pairs_send(&b->published, b->agent, MSG_PUBLISH, MSG_PUBLISH_END, err) < 0)
		return -1;
	broker_put_empty(&w, MSG_PUBLISHED);
	return chan_send(b->engine, &w, NULL, 0, err);
}

int req_publish_end(struct broker *b, const struct table_call *call, struct err *err)
{
	uint32_t n;
	int rc;
	if (broker_end_get(call->in, &n, err) < 0)
		return -1;
	if (n != b->published.n_received)
		return err_set(err, ERR_PEER, 0, "broker.count", "%u values announced, %u came", n,
			b->published.n_received);
	rc = forward(b, err);
	pairs_done(&b->published);
	err_clear(&b->publish_error);
	return rc;
}
