/* SPDX-License-Identifier: Apache-2.0 */
/* Netlink messages: golden requests, and replies as the kernel and a liar would write them. */
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "net/flow_apply.h"
#include "net/link_apply.h"
#include "net/nft_apply.h"
#include "tests/unit/test.h"

static const struct net_node node = {3, {0xfd, 0x12, 0x34, 0x56, 0x78, 0x9a, 0, 3}};
static const struct nl_note strict = {"net.test", "try", 4, 0};
static const struct nl_note lenient = {"net.test", "try", 0, NL_ALLOW_GONE};
static const struct nl_note frame = {"net.test", "frame", 0, NL_NO_ACK};

static int nl_new(void **state)
{
	struct nl *nl = calloc(1, sizeof(*nl));
	if (!nl)
		return -1;
	nl_init(nl);
	*state = nl;
	return 0;
}

static int nl_free(void **state)
{
	free(*state);
	return 0;
}

static void veth_request_has_golden_bytes(void **state)
{
	static const uint8_t golden[] = {
		/* nlmsghdr: 168 bytes, RTM_NEWLINK, REQUEST|ACK|EXCL|CREATE, seq 1 */
		0xa8, 0, 0, 0, 0x10, 0, 0x05, 0x06, 1, 0, 0, 0, 0, 0, 0, 0,
		/* ifinfomsg: IFF_NOARP, changed */
		0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0x80, 0, 0, 0,
		/* IFLA_IFNAME ct3-5, IFLA_ADDRESS, one queue each way, IFLA_GROUP */
		10, 0, 3, 0, 'c', 't', '3', '-', '5', 0, 0, 0, 10, 0, 1, 0, 0x02, 0x43, 3, 0, 5, 1,
		0, 0, 8, 0, 31, 0, 1, 0, 0, 0, 8, 0, 32, 0, 1, 0, 0, 0, 8, 0, 27, 0, 3, 0, 0x54,
		0x43,
		/* IFLA_LINKINFO { IFLA_INFO_KIND veth, IFLA_INFO_DATA { VETH_INFO_PEER { */
		88, 0, 18, 0x80, 9, 0, 1, 0, 'v', 'e', 't', 'h', 0, 0, 0, 0, 72, 0, 2, 0x80, 68, 0,
		1, 0x80,
		/* ifinfomsg, IFLA_IFNAME eth0, IFLA_ADDRESS, queues, IFLA_NET_NS_FD 9 */
		0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0x80, 0, 0, 0, 9, 0, 3, 0, 'e', 't', 'h',
		'0', 0, 0, 0, 0, 10, 0, 1, 0, 0x02, 0x43, 3, 0, 5, 1, 0, 0, 8, 0, 31, 0, 1, 0, 0, 0,
		8, 0, 32, 0, 1, 0, 0, 0, 8, 0, 28, 0, 9, 0, 0, 0};
	struct nl *nl = *state;
	link_put_veth(nl, &node, 5, (struct fd_ns){9});
	assert_int_equal(nl->last->nlmsg_len, sizeof(golden));
	assert_memory_equal(nl->last, golden, sizeof(golden));
}

static void element_request_has_golden_bytes(void **state)
{
	static const uint8_t golden[] = {
		/* nlmsghdr: NFT_MSG_NEWSETELEM of nf_tables, REQUEST|ACK|CREATE, seq 2; inet */
		0x60, 0, 0, 0, 12, 10, 0x05, 0x04, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
		/* table cantle-3, set src6 */
		13, 0, 1, 0, 'c', 'a', 'n', 't', 'l', 'e', '-', '3', 0, 0, 0, 0, 9, 0, 2, 0, 's',
		'r', 'c', '6', 0, 0, 0, 0,
		/* elements { element { key { value } } } */
		48, 0, 3, 0x80, 44, 0, 1, 0x80, 40, 0, 1, 0x80, 36, 0, 1, 0, 'c', 't', '3', '-',
		'5', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfd, 0x12, 0x34, 0x56, 0x78, 0x9a, 0, 3, 0,
		0, 0, 0, 0, 0, 1, 5};
	struct nl *nl = *state;
	nft_put_element(nl, &node, NFT_SET_ADMITTED, 5);
	const struct nlmsghdr *begin = (const void *)nl->batch;
	assert_int_equal(nl->n, 2);
	assert_int_equal(begin->nlmsg_type, NFNL_MSG_BATCH_BEGIN);
	assert_int_equal(begin->nlmsg_flags, NLM_F_REQUEST);
	assert_int_equal(nl->last->nlmsg_len, sizeof(golden));
	assert_memory_equal(nl->last, golden, sizeof(golden));
}

/* An answer { error } for message i of the batch, with the kernel's sentence where text is given. */
static size_t put_error(struct nl *nl, size_t at, uint32_t i, int error, const char *text)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(nl->reply + at);
	message->nlmsg_type = NLMSG_ERROR;
	message->nlmsg_flags = NLM_F_CAPPED;
	message->nlmsg_seq = nl->first_seq + i;
	struct nlmsgerr *body = mnl_nlmsg_put_extra_header(message, sizeof(*body));
	body->error = -error;
	if (text) {
		message->nlmsg_flags |= NLM_F_ACK_TLVS;
		mnl_attr_put_strz(message, NLMSGERR_ATTR_MSG, text);
	}
	return at + ((message->nlmsg_len + 3) & ~(size_t)3);
}

static void acks_are_counted(void **state)
{
	struct nl *nl = *state;
	struct err err = ERR_INIT;
	uint32_t pending = 2;
	nl_put(nl, RTM_NEWLINK, 0, &strict);
	nl_put(nl, RTM_NEWLINK, 0, &lenient);
	size_t size = put_error(nl, 0, 0, 0, NULL);
	size = put_error(nl, size, 7, ENOMEM, NULL); /* of another batch */
	size = put_error(nl, size, 1, ENOENT, NULL);
	nl_read_acks(nl, size, &pending, &err);
	assert_int_equal(pending, 0);
	assert_false(err_is_set(&err));
}

static void first_refusal_is_reported(void **state)
{
	struct nl *nl = *state;
	struct err err = ERR_INIT;
	uint32_t pending = 2;
	nl_put(nl, RTM_NEWLINK, 0, &strict);
	nl_put(nl, RTM_NEWLINK, 0, &lenient);
	size_t size = put_error(nl, 0, 0, ENOENT, "no such thing");
	size = put_error(nl, size, 1, EPERM, NULL);
	nl_read_acks(nl, size, &pending, &err);
	assert_int_equal(pending, 0);
	assert_int_equal(err.num, ENOENT);
	assert_string_equal(err.step, "net.test");
	assert_string_equal(err.text, "try of slot 4: no such thing");
}

static void refused_frame_ends_the_batch(void **state)
{
	struct nl *nl = *state;
	struct err err = ERR_INIT;
	uint32_t pending = 1;
	nl_put(nl, NFNL_MSG_BATCH_BEGIN, 0, &frame);
	nl_put(nl, RTM_NEWLINK, 0, &strict);
	nl_read_acks(nl, put_error(nl, 0, 0, EPERM, NULL), &pending, &err);
	assert_int_equal(pending, 0);
	assert_int_equal(err.num, EPERM);
}

/* Every cut of a good reply is survived, and none is taken for an ack it is not. */
static void cut_replies_are_survived(void **state)
{
	struct nl *nl = *state;
	nl_put(nl, RTM_NEWLINK, 0, &strict);
	size_t whole = put_error(nl, 0, 0, EPERM, "because");
	for (size_t size = 0; size < whole; size++) {
		struct err err = ERR_INIT;
		uint32_t pending = 1;
		nl_read_acks(nl, size, &pending, &err);
		assert_int_equal(pending, 1);
	}
	struct nlmsghdr *message = (void *)nl->reply;
	for (uint32_t claimed = 0; claimed < 200; claimed++) {
		struct err err = ERR_INIT;
		uint32_t pending = 1;
		message->nlmsg_len = claimed;
		nl_read_acks(nl, whole, &pending, &err);
	}
}

static void links_are_parsed(void **state)
{
	struct nl *nl = *state;
	struct link link;
	struct nlmsghdr *message = mnl_nlmsg_put_header(nl->reply);
	message->nlmsg_type = RTM_NEWLINK;
	struct ifinfomsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	head->ifi_index = 42;
	assert_false(link_parse(message, &link));
	mnl_attr_put_u32(message, IFLA_GROUP, 7);
	mnl_attr_put_strz(message, IFLA_IFNAME, "ct3-5");
	assert_true(link_parse(message, &link));
	assert_int_equal(link.index, 42);
	assert_int_equal(link.group, 7);
	assert_string_equal(link.name, "ct3-5");
	message->nlmsg_type = RTM_DELLINK;
	assert_false(link_parse(message, &link));
	message = mnl_nlmsg_put_header(nl->reply);
	message->nlmsg_type = RTM_NEWLINK;
	mnl_nlmsg_put_extra_header(message, sizeof(*head));
	mnl_attr_put(message, IFLA_IFNAME, 17, "0123456789abcdef");
	assert_false(link_parse(message, &link));
	message = mnl_nlmsg_put_header(nl->reply);
	message->nlmsg_type = RTM_NEWLINK;
	mnl_nlmsg_put_extra_header(message, sizeof(*head));
	mnl_attr_put(message, IFLA_IFNAME, 16, "0123456789abcdef");
	assert_false(link_parse(message, &link));
}

static void count_slot(uint32_t slot, void *arg)
{
	uint32_t *sum = arg;
	*sum += slot;
}

static void put_key(struct nlmsghdr *message, const char *name, uint8_t last, size_t size)
{
	uint8_t key[40] = {0};
	strncpy((char *)key, name, 16);
	memcpy(key + 16, node.prefix, 16);
	key[30] = 1;
	key[31] = last;
	struct nlattr *element = mnl_attr_nest_start(message, NFTA_LIST_ELEM);
	struct nlattr *outer = mnl_attr_nest_start(message, NFTA_SET_ELEM_KEY);
	mnl_attr_put(message, NFTA_DATA_VALUE, size, key);
	mnl_attr_nest_end(message, outer);
	mnl_attr_nest_end(message, element);
}

static void only_our_elements_are_counted(void **state)
{
	struct nl *nl = *state;
	uint32_t sum = 0;
	struct nlmsghdr *message = mnl_nlmsg_put_header(nl->reply);
	mnl_nlmsg_put_extra_header(message, sizeof(struct nfgenmsg));
	struct nlattr *list = mnl_attr_nest_start(message, NFTA_SET_ELEM_LIST_ELEMENTS);
	put_key(message, "ct3-5", 5, 32);
	put_key(message, "ct3-9", 8, 32); /* another's address */
	put_key(message, "ct4-5", 5, 32); /* another node */
	put_key(message, "ct3-6", 6, 31); /* no such key */
	put_key(message, "ct3-6", 6, 40);
	put_key(message, "ct3-0000000000001", 1, 32); /* not terminated */
	put_key(message, "ct3-200", 200, 32);
	mnl_attr_nest_end(message, list);
	nft_element_parse(message, &node, count_slot, &sum);
	assert_int_equal(sum, 205);
	for (uint32_t cut = 0; cut < message->nlmsg_len; cut++) {
		struct nlmsghdr copy[64];
		memcpy(copy, message, message->nlmsg_len);
		copy->nlmsg_len = cut;
		if (mnl_nlmsg_ok(copy, (int)cut))
			nft_element_parse(copy, &node, count_slot, &sum);
	}
}

static void put_tuple(struct nlmsghdr *message, uint16_t type, uint8_t src, uint8_t dst)
{
	uint8_t addr[NET_ADDR_SIZE];
	struct nlattr *tuple = mnl_attr_nest_start(message, type);
	struct nlattr *ip = mnl_attr_nest_start(message, CTA_TUPLE_IP);
	net_part_addr(&node, src, addr);
	mnl_attr_put(message, CTA_IP_V6_SRC, sizeof(addr), addr);
	net_part_addr(&node, dst, addr);
	mnl_attr_put(message, CTA_IP_V6_DST, sizeof(addr), addr);
	mnl_attr_nest_end(message, ip);
	mnl_attr_nest_end(message, tuple);
}

static void flows_of_the_slots_are_found(void **state)
{
	struct nl *nl = *state;
	struct flow_slots slots = {.has = {[5] = true}};
	struct flow flow;
	struct nlmsghdr *message = mnl_nlmsg_put_header(nl->reply);
	mnl_nlmsg_put_extra_header(message, sizeof(struct nfgenmsg));
	assert_false(flow_parse(message, &node, &slots, &flow));
	put_tuple(message, CTA_TUPLE_ORIG, 1, 5);
	put_tuple(message, CTA_TUPLE_REPLY, 6, 7);
	assert_true(flow_parse(message, &node, &slots, &flow));
	assert_int_equal(flow.tuple_size, 44);
	assert_false(flow.has_zone);
	mnl_attr_put_u16(message, CTA_ZONE, 0x0100);
	assert_true(flow_parse(message, &node, &slots, &flow));
	assert_int_equal(flow.zone, 0x0100);
	slots.has[5] = false;
	assert_false(flow_parse(message, &node, &slots, &flow));
	slots.has[7] = true;
	assert_true(flow_parse(message, &node, &slots, &flow));
}

#define WITH_NL(test) cmocka_unit_test_setup_teardown(test, nl_new, nl_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_NL(veth_request_has_golden_bytes),
		WITH_NL(element_request_has_golden_bytes),
		WITH_NL(acks_are_counted),
		WITH_NL(first_refusal_is_reported),
		WITH_NL(refused_frame_ends_the_batch),
		WITH_NL(cut_replies_are_survived),
		WITH_NL(links_are_parsed),
		WITH_NL(only_our_elements_are_counted),
		WITH_NL(flows_of_the_slots_are_found),
	};
	return cmocka_run_group_tests_name("net/netlink", tests, NULL, NULL);
}
