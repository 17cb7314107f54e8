/* SPDX-License-Identifier: Apache-2.0 */
/* What an instance is and its parameters: kept from the agent, told to the engine. */
#include "isolate/broker/table.h"

/* The agent's message is checked once and kept as it is. */
int req_instance(struct broker *b, const struct table_call *call, struct err *err)
{
	struct broker_instance instance;
	if (broker_instance_get(call->in, &instance, err) < 0)
		return -1;
	str_cut(&b->instance, 0);
	str_add(&b->instance, call->message);
	return str_check(&b->instance, err);
}

int req_param(struct broker *b, const struct table_call *call, struct err *err)
{
	struct broker_pair pair;
	if (b->instance.len == 0 || b->is_instance_known)
		return err_set(err, ERR_DENIED, 0, "broker.phase",
			"a parameter outside of an instance's description");
	if (broker_pair_get(call->in, &pair, err) < 0)
		return -1;
	return pairs_add(&b->params, &pair, err);
}

int req_params_end(struct broker *b, const struct table_call *call, struct err *err)
{
	uint32_t n;
	if (broker_end_get(call->in, &n, err) < 0)
		return -1;
	if (b->instance.len == 0 || n != b->params.n_received)
		return err_set(err, ERR_PEER, 0, "broker.count", "%u parameters announced, %u came",
			n, b->params.n_received);
	b->is_instance_known = true;
	return 0;
}

int req_params(struct broker *b, const struct table_call *call, struct err *err)
{
	struct wire_out w = {.bytes = b->instance}; /* borrowed */
	if (wire_end(call->in, err) < 0)
		return -1;
	if (chan_send(b->engine, &w, NULL, 0, err) < 0)
		return -1;
	return pairs_send(&b->params, b->engine, MSG_PARAM, MSG_PARAMS_END, err);
}
