/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded set of keys and values. */
#include "isolate/broker/pairs.h"

#include "wire/chan.h"

void pairs_init(struct pairs *p, size_t n_max, size_t bytes_max)
{
	*p = (struct pairs){.n_max = n_max, .bytes_max = bytes_max};
}

static void pair_done(struct pair *pair)
{
	str_done(&pair->key);
	str_done(&pair->value);
}

void pairs_done(struct pairs *p)
{
	for (size_t i = 0; i < p->list.n; i++)
		pair_done(&p->list.items[i]);
	vec_done(&p->list);
	p->bytes = 0;
	p->n_received = 0;
}

static int key_check(struct span key, struct err *err)
{
	if (key.len == 0 || key.len > LIMIT_PARAM_KEY)
		return err_set(err, ERR_INPUT, 0, "pairs.key", "a key has 1 to %d bytes, not %zu",
			LIMIT_PARAM_KEY, key.len);
	for (size_t i = 0; i < key.len; i++)
		if ((unsigned char)key.ptr[i] < ' ' || key.ptr[i] == 0x7f)
			return err_set(err, ERR_INPUT, 0, "pairs.key",
				"a key holds a control character at byte %zu", i);
	return 0;
}

static struct pair *find(struct pairs *p, struct span key)
{
	for (size_t i = 0; i < p->list.n; i++)
		if (span_eq(str_span(&p->list.items[i].key), key))
			return &p->list.items[i];
	return NULL;
}

static int append(struct pairs *p, const struct broker_pair *pair, struct err *err)
{
	struct pair fresh = {STR_INIT, STR_INIT};
	str_add(&fresh.key, pair->key);
	str_add(&fresh.value, pair->value);
	if (!fresh.key.failed && !fresh.value.failed && vec_push(&p->list, fresh))
		return 0;
	pair_done(&fresh);
	return err_set(err, ERR_LIMIT, ENOMEM, "pairs.limit", "keep a value");
}

int pairs_add(struct pairs *p, const struct broker_pair *pair, struct err *err)
{
	struct pair *old;
	size_t more = pair->key.len + pair->value.len;
	size_t less = 0;
	p->n_received++;
	if (key_check(pair->key, err) < 0)
		return -1;
	old = find(p, pair->key);
	if (old)
		less = old->key.len + old->value.len;
	if (!old && p->list.n >= p->n_max)
		return err_set(err, ERR_LIMIT, 0, "pairs.limit", "more than %zu keys", p->n_max);
	if (p->bytes - less + more > p->bytes_max)
		return err_set(err, ERR_LIMIT, 0, "pairs.limit",
			"keys and values of more than %zu bytes", p->bytes_max);
	p->bytes = p->bytes - less + more;
	if (!old)
		return append(p, pair, err);
	str_cut(&old->value, 0);
	str_add(&old->value, pair->value);
	return str_check(&old->value, err);
}

int pairs_send(const struct pairs *p, struct fd_chan chan, enum msg_broker pair_type,
	enum msg_broker end_type, struct err *err)
{
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	for (size_t i = 0; i < p->list.n; i++) {
		const struct pair *pair = &p->list.items[i];
		struct broker_pair out = {str_span(&pair->key), str_span(&pair->value)};
		broker_pair_put(&w, pair_type, &out);
		if (chan_send(chan, &w, NULL, 0, err) < 0)
			return -1;
	}
	broker_end_put(&w, end_type, (uint32_t)p->list.n);
	return chan_send(chan, &w, NULL, 0, err);
}
