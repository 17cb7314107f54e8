/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as any message that crosses a process boundary: decoded or refused, never worse. */
#include "base/arena.h"
#include "wire/msg_broker.h"
#include "wire/msg_ctl.h"
#include "wire/msg_event.h"
#include "wire/msg_net.h"
#include "wire/msg_super.h"
#include "wire/wire.h"

/* One getter without its result: all have the shape (reader, result, error). */
#define GETTER(function, type)                                                                     \
	static int fuzz_##function(struct wire_in *r, struct err *err)                             \
	{                                                                                          \
		type value;                                                                        \
                                                                                                   \
		return function(r, &value, err);                                                   \
	}

GETTER(broker_fetch_get, struct broker_fetch)
GETTER(broker_progress_get, struct broker_progress)
GETTER(broker_fetched_get, struct broker_fetched)
GETTER(broker_instance_get, struct broker_instance)
GETTER(broker_pair_get, struct broker_pair)
GETTER(broker_end_get, uint32_t)
GETTER(broker_error_get, struct err)
GETTER(broker_cache_add_get, struct span)
GETTER(broker_cached_get, struct broker_cached)
GETTER(ctl_hello_get, struct ctl_hello)
GETTER(ctl_event_get, struct ctl_event)
GETTER(ctl_data_get, struct span)
GETTER(ctl_signal_get, int)
GETTER(ctl_result_get, struct ctl_result)
GETTER(event_get, struct event)
GETTER(msg_net_get_hello, struct msg_net_hello)
GETTER(msg_net_get_features, struct msg_net_features)
GETTER(msg_net_get_links, struct msg_net_links)
GETTER(super_name_get, struct span)
GETTER(super_table_get, struct super_table)
GETTER(super_error_get, struct err)

static int fuzz_ctl_request_get(struct wire_in *r, struct err *err)
{
	struct arena arena = ARENA_INIT(1 << 20);
	struct ctl_request request;
	int result = ctl_request_get(r, 4, &arena, &request, err);

	arena_done(&arena);
	return result;
}

static int (*const getters[])(struct wire_in *r, struct err *err) = {
	fuzz_broker_fetch_get,
	fuzz_broker_progress_get,
	fuzz_broker_fetched_get,
	fuzz_broker_instance_get,
	fuzz_broker_pair_get,
	fuzz_broker_end_get,
	fuzz_broker_error_get,
	fuzz_broker_cache_add_get,
	fuzz_broker_cached_get,
	fuzz_ctl_hello_get,
	fuzz_ctl_event_get,
	fuzz_ctl_data_get,
	fuzz_ctl_signal_get,
	fuzz_ctl_result_get,
	fuzz_event_get,
	fuzz_msg_net_get_hello,
	fuzz_msg_net_get_features,
	fuzz_msg_net_get_links,
	fuzz_super_name_get,
	fuzz_super_table_get,
	fuzz_super_error_get,
	fuzz_ctl_request_get,
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Shape of an input: u8 which message, then a whole message, header included. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct err err = ERR_INIT;
	struct wire_in r;

	if (size == 0)
		return 0;
	if (wire_open((struct span){(const char *)bytes + 1, size - 1}, &r, &err) < 0)
		return 0;
	if (getters[bytes[0] % (sizeof(getters) / sizeof(getters[0]))](&r, &err) < 0)
		return 0;
	return 0;
}
