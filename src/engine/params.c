/* SPDX-License-Identifier: Apache-2.0 */
/* What the broker knows of this instance: its description and parameters; and what it publishes. */
#include "engine/params.h"

#include "base/bug.h"
#include "engine/engine.h"
#include "wire/chan.h"
#include "wire/msg_broker.h"

struct pairs {
	VEC(struct part_pair) v;
};

static bool pairs_add(
	struct engine *engine, struct pairs *pairs, struct span key, struct span value)
{
	struct part_pair pair = {.key = arena_span(&engine->config.arena, key),
		.value = arena_span(&engine->config.arena, value)};

	return pair.key.ptr && pair.value.ptr && vec_push(&pairs->v, pair);
}

static bool add_addresses(struct engine *engine, struct pairs *pairs, const char *key,
	const struct broker_addresses *addresses)
{
	scoped_str struct str text = STR_INIT;

	for (uint32_t i = 0; i < addresses->n; i++) {
		str_adds(&text, i ? " " : "");
		str_add(&text, addresses->at[i]);
	}
	return !text.failed && pairs_add(engine, pairs, span_str(key), str_span(&text));
}

static bool add_instance(
	struct engine *engine, struct pairs *pairs, const struct broker_instance *instance)
{
	const struct {
		const char *key;
		struct span value;
	} rows[] = {
		{"instance-title", instance->title},
		{"root-instance-title", instance->root_title},
		{"root-instance-short-title", instance->root_short_title},
		{"tenant", instance->tenant},
		{"slap-computer-partition-id", instance->partition},
		{"slap-computer-id", instance->computer},
		{"slap-software-type", instance->software_type},
		{"slap-software-release-url", instance->software_url},
		{"timestamp", instance->timestamp},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!pairs_add(engine, pairs, span_str(rows[i].key), rows[i].value))
			return false;
	return add_addresses(engine, pairs, "ipv4", &instance->ipv4) &&
	       add_addresses(engine, pairs, "ipv6", &instance->ipv6);
}

struct params_answer {
	struct engine *engine;
	struct pairs instance;
	struct pairs parameters;
	bool is_done;
};

static int params_message(struct params_answer *answer, struct wire_in *in, struct err *err)
{
	struct broker_instance instance;
	struct broker_pair pair;
	struct err cause = ERR_INIT;
	uint32_t n;

	switch (in->type) {
	case MSG_INSTANCE:
		if (broker_instance_get(in, &instance, err) < 0)
			return -1;
		return add_instance(answer->engine, &answer->instance, &instance) ? 0
										  : config_oom(err);
	case MSG_PARAM:
		if (broker_pair_get(in, &pair, err) < 0)
			return -1;
		return pairs_add(answer->engine, &answer->parameters, pair.key, pair.value)
			       ? 0
			       : config_oom(err);
	case MSG_PARAMS_END:
		answer->is_done = true;
		return broker_end_get(in, &n, err);
	case MSG_BROKER_ERROR:
		if (broker_error_get(in, &cause, err) < 0)
			return -1;
		*err = cause;
		return -1;
	default:
		return err_set(err, ERR_PEER, 0, "params.broker", "unexpected answer %u", in->type);
	}
}

static int params_ask(struct params_answer *answer, struct err *err)
{
	struct fd_chan broker = answer->engine->fetch.broker;
	scoped_wire_out struct wire_out out = WIRE_OUT_INIT;

	if (!fd_chan_is_open(broker))
		return err_set(err, ERR_DENIED, 0, "params.broker",
			"there is no broker to ask for parameters");
	broker_put_empty(&out, MSG_PARAMS);
	if (wire_out_check(&out, err) < 0 || chan_send(broker, &out, NULL, 0, err) < 0)
		return -1;
	while (!answer->is_done) {
		scoped_str struct str buffer = STR_INIT_LIMIT(LIMIT_WIRE_BYTES);
		struct wire_in in;
		int outcome = chan_recv_wire(broker, &buffer, NULL, &in, err);

		if (outcome < 0)
			return -1;
		if (outcome != CHAN_MESSAGE)
			return err_set(err, ERR_PEER, 0, "params.broker", "the broker is gone");
		if (params_message(answer, &in, err) < 0)
			return -1;
	}
	return 0;
}

static const struct part_pair *pairs_keep(struct engine *engine, const struct pairs *pairs)
{
	struct part_pair *kept =
		arena_array(&engine->config.arena, struct part_pair, pairs->v.n + 1);

	if (kept && pairs->v.n)
		memcpy(kept, pairs->v.items, pairs->v.n * sizeof(*kept));
	return kept;
}

int params_get(struct engine *engine, const struct part_params **ret_params, struct err *err)
{
	struct params_answer answer = {
		.engine = engine, .instance = {.v = VEC_INIT}, .parameters = {.v = VEC_INIT}};
	struct part_params *params = engine->params;
	int status = 0;

	if (!params) {
		status = params_ask(&answer, err);
		params = arena_new(&engine->config.arena, struct part_params);
		if (status == 0 && params) {
			params->instance = pairs_keep(engine, &answer.instance);
			params->n_instance = answer.instance.v.n;
			params->parameters = pairs_keep(engine, &answer.parameters);
			params->n_parameters = answer.parameters.v.n;
		}
		if (status == 0 && (!params || !params->instance || !params->parameters))
			status = config_oom(err);
		vec_done(&answer.instance.v);
		vec_done(&answer.parameters.v);
	}
	if (status < 0)
		return -1;
	engine->params = params;
	*ret_params = params;
	return 0;
}

/* One message per pair, then the count. */
static int send_pairs(
	struct fd_chan broker, const struct part_pair *pairs, size_t n_pairs, struct err *err)
{
	scoped_wire_out struct wire_out out = WIRE_OUT_INIT;

	for (size_t i = 0; i < n_pairs; i++) {
		struct broker_pair pair = {.key = pairs[i].key, .value = pairs[i].value};

		broker_pair_put(&out, MSG_PUBLISH, &pair);
		if (wire_out_check(&out, err) < 0 || chan_send(broker, &out, NULL, 0, err) < 0)
			return -1;
	}
	broker_end_put(&out, MSG_PUBLISH_END, (uint32_t)n_pairs);
	if (wire_out_check(&out, err) < 0)
		return -1;
	return chan_send(broker, &out, NULL, 0, err);
}

int params_publish(
	struct engine *engine, const struct part_pair *pairs, size_t n_pairs, struct err *err)
{
	struct fd_chan broker = engine->fetch.broker;
	scoped_str struct str buffer = STR_INIT_LIMIT(LIMIT_WIRE_BYTES);
	struct wire_in in;
	struct err cause = ERR_INIT;
	int outcome;

	if (!fd_chan_is_open(broker))
		return err_set(err, ERR_DENIED, 0, "publish.broker", "there is no broker");
	if (n_pairs > LIMIT_PUBLISH)
		return err_set(err, ERR_LIMIT, 0, "publish.pairs",
			"more than %d published parameters (LIMIT_PUBLISH)", LIMIT_PUBLISH);
	if (send_pairs(broker, pairs, n_pairs, err) < 0)
		return -1;
	outcome = chan_recv_wire(broker, &buffer, NULL, &in, err);
	if (outcome < 0)
		return -1;
	if (outcome == CHAN_MESSAGE && in.type == MSG_PUBLISHED)
		return wire_end(&in, err);
	if (outcome != CHAN_MESSAGE || in.type != MSG_BROKER_ERROR)
		return err_set(err, ERR_PEER, 0, "publish.broker", "the broker gave no answer");
	if (broker_error_get(&in, &cause, err) < 0)
		return -1;
	*err = cause;
	return -1;
}

struct span params_instance(const struct part_params *params, const char *key)
{
	for (size_t i = 0; i < params->n_instance; i++)
		if (span_is(params->instance[i].key, key))
			return params->instance[i].value;
	return SPAN_EMPTY;
}
