/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an answer of netlink: acks, links, nft elements, connections; decoded or ignored. */
#include <stdlib.h>
#include <string.h>

#include "net/flow_apply.h"
#include "net/link_apply.h"
#include "net/nft_apply.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct net_node node = {3, {0xfd, 1, 2, 3, 4, 5, 0, 3}};

static void take_slot(uint32_t slot, void *arg)
{
	uint32_t *sum = arg;
	if (slot == 0 || slot > NET_SLOT_MAX)
		abort();
	*sum += slot;
}

/* A batch of three, one of which asked for no ack; seq 1 to 3 are its own. */
static void read_acks(const uint8_t *bytes, size_t size)
{
	static const struct nl_note notes[] = {
		{"net.a", "first", 0, NL_NO_ACK},
		{"net.b", "second", 1023, NL_ALLOW_GONE},
		{"net.c", "third", 7, NL_ALLOW_EXISTING},
	};
	struct nl *nl = calloc(1, sizeof(*nl));
	struct err err = ERR_INIT;
	uint32_t pending = 2;
	if (!nl)
		return;
	nl_init(nl);
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		nl_put(nl, 16, 0, &notes[i]);
	memcpy(nl->reply, bytes, size < sizeof(nl->reply) ? size : sizeof(nl->reply));
	nl_read_acks(nl, size < sizeof(nl->reply) ? size : sizeof(nl->reply), &pending, &err);
	if (pending > 2)
		abort();
	free(nl);
}

/* One message, whole as the reader of a reply hands it on, in a block of exactly its size. */
static void read_message(const uint8_t *bytes, size_t size)
{
	struct flow_slots slots = {.has = {[1] = true, [5] = true}};
	struct link link;
	struct flow flow;
	uint32_t sum = 0;
	struct nlmsghdr *message = malloc(size);
	if (!message)
		return;
	memcpy(message, bytes, size);
	message->nlmsg_len = (uint32_t)size;
	if (link_parse(message, &link))
		net_link_slot(&node, link.name);
	nft_element_parse(message, &node, take_slot, &sum);
	if (flow_parse(message, &node, &slots, &flow) && flow.tuple_size > sizeof(flow.tuple))
		abort();
	free(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	read_acks(bytes, size);
	if (size >= sizeof(struct nlmsghdr))
		read_message(bytes, size);
	return 0;
}
