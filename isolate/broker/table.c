/* SPDX-License-Identifier: Apache-2.0 */
/* Every request that the broker knows, and who may make it when. */
#include "isolate/broker/table.h"

#include "base/bug.h"

enum {
	ANY_BUILD = PHASE_BUILD | PHASE_INSTANCE,
	MAX_FETCH = 8 << 10,
	MAX_INSTANCE = 16 << 10,
	MAX_SMALL = 64,
};

static const struct table_row rows[] = {
	{MSG_FETCH, SIDE_ENGINE, ANY_BUILD, false, MAX_FETCH, 0, req_fetch},
	{MSG_PARAMS, SIDE_ENGINE, PHASE_INSTANCE, false, MAX_SMALL, 0, req_params},
	{MSG_PUBLISH, SIDE_ENGINE, PHASE_INSTANCE, false, LIMIT_WIRE_BYTES, 0, req_publish},
	{MSG_PUBLISH_END, SIDE_ENGINE, PHASE_INSTANCE, false, MAX_SMALL, 0, req_publish_end},
	{MSG_INSTANCE, SIDE_AGENT, PHASE_INSTANCE, true, MAX_INSTANCE, 0, req_instance},
	{MSG_PARAM, SIDE_AGENT, PHASE_INSTANCE, false, LIMIT_WIRE_BYTES, 0, req_param},
	{MSG_PARAMS_END, SIDE_AGENT, PHASE_INSTANCE, true, MAX_SMALL, 0, req_params_end},
	{MSG_CACHE_ADD, SIDE_AGENT, PHASE_OPERATOR, false, MAX_FETCH, 1, req_cache_add},
};

_Static_assert(ARRAY_LEN(rows) <= 32, "rows_seen has a bit for each row");

static int check(const struct broker *b, const struct table_row *row, size_t i,
	const struct table_call *call, struct err *err)
{
	if (!(row->phases & b->phase))
		return err_set(err, ERR_DENIED, 0, "broker.phase",
			"request %u does not belong to this phase", row->type);
	if (row->is_once && b->rows_seen & 1u << i)
		return err_set(
			err, ERR_DENIED, 0, "broker.once", "request %u came twice", row->type);
	if (call->message.len > row->max_bytes)
		return err_set(err, ERR_DENIED, 0, "broker.size",
			"request %u of %zu bytes, limit %zu", row->type, call->message.len,
			row->max_bytes);
	if (call->fds->n != row->n_fds)
		return err_set(err, ERR_DENIED, 0, "broker.fds",
			"request %u brings %zu descriptors instead of %zu", row->type, call->fds->n,
			row->n_fds);
	return 0;
}

int table_admit(struct broker *b, enum broker_side side, const struct table_call *call,
	const struct table_row **ret, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].type != call->in->type || rows[i].side != side)
			continue;
		if (check(b, &rows[i], i, call, err) < 0)
			return -1;
		b->rows_seen |= 1u << i;
		*ret = &rows[i];
		return 0;
	}
	return err_set(err, ERR_DENIED, 0, "broker.unknown", "there is no request %u from the %s",
		call->in->type, side == SIDE_ENGINE ? "engine" : "agent");
}
