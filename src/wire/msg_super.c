/* SPDX-License-Identifier: Apache-2.0 */
/* Codec of the messages of cantle-super. */
#include "wire/msg_super.h"

#include "base/bug.h"

const char *super_kind_name(enum super_kind kind)
{
	return kind == SUPER_RUN ? "run" : "service";
}

const char *super_state_name(enum super_state state)
{
	static const char *const names[] = {"unknown", "starting", "running", "backoff", "exited",
		"stopped", "stopping", "fatal"};
	return (size_t)state < ARRAY_LEN(names) ? names[state] : names[0];
}

void super_put_empty(struct wire_out *w, enum msg_super type)
{
	wire_begin(w, (uint16_t)type);
}

void super_name_put(struct wire_out *w, enum msg_super type, struct span name)
{
	wire_begin(w, (uint16_t)type);
	wire_put_bytes(w, name);
}

int super_name_get(struct wire_in *r, struct span *ret, struct err *err)
{
	struct span name = wire_get_text(r, LIMIT_SUPER_NAME);
	if (wire_end(r, err) < 0)
		return -1;
	*ret = name;
	return 0;
}

void super_table_put(struct wire_out *w, const struct super_table *table)
{
	wire_begin(w, MSG_SUPER_TABLE);
	wire_put_u32(w, table->n_services);
	wire_put_u8(w, table->is_ready);
	wire_put_u8(w, table->is_last);
	wire_put_bytes(w, span_first(table->reason, LIMIT_SUPER_REASON));
	wire_put_u32(w, table->n_rows);
	for (uint32_t i = 0; i < table->n_rows; i++) {
		const struct super_row *row = &table->rows[i];
		wire_put_bytes(w, row->name);
		wire_put_u8(w, (uint8_t)row->kind);
		wire_put_u8(w, (uint8_t)row->state);
		wire_put_u32(w, row->pid);
		wire_put_u32(w, row->restarts);
		wire_put_u64(w, row->uptime_ms);
		wire_put_i64(w, row->last_exit);
	}
}

/* False where a field is outside its values. */
static bool row_get(struct wire_in *r, struct super_row *ret)
{
	uint8_t kind;
	uint8_t state;
	int64_t last_exit;
	ret->name = wire_get_text(r, LIMIT_SUPER_NAME);
	kind = wire_get_u8(r);
	state = wire_get_u8(r);
	ret->pid = wire_get_u32(r);
	ret->restarts = wire_get_u32(r);
	ret->uptime_ms = wire_get_u64(r);
	last_exit = wire_get_i64(r);
	if (r->failed)
		return true; /* wire_end() says so */
	if (kind < SUPER_RUN || kind > SUPER_SERVICE || state < SUPER_STARTING ||
		state > SUPER_FATAL || last_exit < -1 || last_exit > 255)
		return false;
	ret->kind = (enum super_kind)kind;
	ret->state = (enum super_state)state;
	ret->last_exit = (int32_t)last_exit;
	return true;
}

int super_table_get(struct wire_in *r, struct super_table *ret, struct err *err)
{
	bool is_known = true;
	ret->n_services = wire_get_count(r, LIMIT_SUPER_SERVICES);
	ret->is_ready = wire_get_u8(r) != 0;
	ret->is_last = wire_get_u8(r) != 0;
	ret->reason = wire_get_text(r, LIMIT_SUPER_REASON);
	ret->n_rows = wire_get_count(r, LIMIT_SUPER_ROWS);
	for (uint32_t i = 0; i < ret->n_rows && is_known; i++)
		is_known = row_get(r, &ret->rows[i]);
	if (!is_known)
		return err_set(err, ERR_PEER, 0, "super.kind",
			"a service has a state or kind that does not exist");
	return wire_end(r, err);
}

void super_error_put(struct wire_out *w, const struct err *why)
{
	wire_begin(w, MSG_SUPER_ERROR);
	wire_put_err(w, why);
}

int super_error_get(struct wire_in *r, struct err *ret, struct err *err)
{
	struct err why = ERR_INIT;
	wire_get_err(r, &why);
	if (wire_end(r, err) < 0)
		return -1;
	*ret = why;
	return 0;
}
