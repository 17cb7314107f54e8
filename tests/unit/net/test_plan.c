/* SPDX-License-Identifier: Apache-2.0 */
/* Names derived from node and slot, golden plans, and every way in which a plan may be wrong. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/path.h"
#include "net/plan_make.h"
#include "net/plan_seal.h"
#include "tests/unit/test.h"

static const uint8_t global_id[] = {0x12, 0x34, 0x56, 0x78, 0x9a};

static struct net_node make_node(uint32_t number)
{
	struct net_node node;
	net_node_make(global_id, number, &node);
	return node;
}

/* Each plan is large; one for all tests of this program, freed at the end. */
static int plan_new(void **state)
{
	*state = calloc(1, sizeof(struct net_plan));
	return *state ? 0 : -1;
}

static int plan_free(void **state)
{
	free(*state);
	return 0;
}

static void assert_printed(const struct net_plan *plan, const char *golden)
{
	scoped_str struct str out = STR_INIT;
	struct err err = ERR_INIT;
	net_plan_print(plan, &out);
	assert_done(str_check(&out, &err), &err);
	assert_string_equal(str_cstr(&out), golden);
	assert_done(net_plan_verify(plan, false, &err), &err);
}

static void names_are_derived(void **state)
{
	struct net_node node = make_node(35);
	char name[NET_NAME_SIZE];
	char longest[] = "ct35-1023";
	uint8_t mac[NET_MAC_SIZE];
	uint8_t addr[NET_ADDR_SIZE];
	uint32_t first;
	uint32_t last;
	(void)state;
	net_link_name(&node, 1023, name);
	assert_string_equal(name, longest);
	net_table_name(&node, name);
	assert_string_equal(name, "cantle-35");
	net_link_mac(&node, 1023, mac);
	assert_memory_equal(mac, ((uint8_t[]){0x02, 0x43, 35, 0x03, 0xff, 0x01}), sizeof(mac));
	net_part_addr(&node, 1023, addr);
	assert_memory_equal(addr, node.prefix, 14);
	assert_int_equal(addr[14] << 8 | addr[15], 1023 + 256);
	net_slot_gids(&node, 1, &first, &last);
	assert_int_equal(first, 0x60000000u + 35u * 0x04000000u + 0x10000u);
	assert_int_equal(last - first, 65535);
	net_slot_gids(&node, 1023, &first, &last);
	assert_int_equal(last, 0xefffffffu);
	assert_int_equal(net_helper_uid(&node), 0x60000000u + 35u * 0x04000000u + 3u);
}

static void names_lead_back_to_their_slot(void **state)
{
	static const char *const strangers[] = {"", "-", "ct3-", "ct3-0", "ct3-01", "ct3-1024",
		"ct3-99999999999999", "ct3-5x", "ct3-5-5", "ct33-5", "ct-5", "xt3-5", "ct3-5 ",
		"eth0"};
	struct net_node node = make_node(3);
	uint8_t addr[NET_ADDR_SIZE];
	char name[NET_NAME_SIZE];
	(void)state;
	for (uint32_t slot = 1; slot <= NET_SLOT_MAX; slot++) {
		net_link_name(&node, slot, name);
		assert_int_equal(net_link_slot(&node, name), slot);
		net_part_addr(&node, slot, addr);
		assert_int_equal(net_addr_slot(&node, addr), slot);
	}
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		assert_int_equal(net_link_slot(&node, strangers[i]), 0);
	net_node_addr(&node, addr);
	assert_int_equal(net_addr_slot(&node, addr), 0);
	addr[14] = 1;
	addr[15] = 0;
	assert_int_equal(net_addr_slot(&node, addr), 0);
	addr[14] = 5;
	assert_int_equal(net_addr_slot(&node, addr), 0);
	net_part_addr(&node, 5, addr);
	addr[8] = 1;
	assert_int_equal(net_addr_slot(&node, addr), 0);
}

static void nodes_are_verified(void **state)
{
	static const size_t wrong[] = {0, 6, 7, 8, 15};
	struct net_node node = make_node(NET_NODE_MAX);
	struct err err = ERR_INIT;
	(void)state;
	assert_done(net_node_verify(&node, &err), &err);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct net_node bad = node;
		bad.prefix[wrong[i]] ^= 1;
		assert_fails(net_node_verify(&bad, &err), &err, "net.plan");
	}
	node.number++;
	node.prefix[7]++;
	assert_fails(net_node_verify(&node, &err), &err, "net.plan");
}

static void node_plans_are_golden(void **state)
{
	struct net_plan *plan = *state;
	struct net_node node = make_node(3);
	net_plan_node_up(&node, plan);
	assert_printed(plan, "node-ipv6     require IPv6\n"
			     "node-addr     addr: fd12:3456:789a:3::1/128 on lo\n"
			     "node-route    route: unreachable fd12:3456:789a:3::/64 proto 84\n"
			     "node-table    nft: table inet cantle-3\n");
	net_plan_node_down(&node, plan);
	assert_printed(plan,
		"expel         nft: delete every element of src6 in inet cantle-3\n"
		"forget        conntrack: delete flows of fd12:3456:789a:3::/64\n"
		"unlink        link: every ct3-* to group 0x43540103\n"
		"reap          link: delete group 0x43540103\n"
		"node-no-table nft: delete table inet cantle-3\n"
		"node-no-route route: delete unreachable fd12:3456:789a:3::/64 proto 84\n"
		"node-no-addr  addr: delete fd12:3456:789a:3::1/128 from lo\n");
}

static void part_plans_are_golden(void **state)
{
	struct net_plan *plan = *state;
	struct net_node node = make_node(3);
	net_plan_part_up(&node, 5, plan);
	assert_printed(plan,
		"expel         nft: delete ct3-5 . fd12:3456:789a:3::105 from src6 in inet "
		"cantle-3\n"
		"forget        conntrack: delete flows of fd12:3456:789a:3::105\n"
		"unlink        link: ct3-5 to group 0x43540103\n"
		"reap          link: delete group 0x43540103\n"
		"netns         netns: fresh\n"
		"inner-ports   sysctl: inside net.ipv4.ip_unprivileged_port_start=0\n"
		"inner-ping    sysctl: inside net.ipv4.ping_group_range=1812267008 1812332543\n"
		"veth          link: ct3-5 peer eth0 inside, noarp, mac 02:43:03:00:05:01, "
		"group 0x43540003\n"
		"inner-lo      link: inside lo up\n"
		"inner-up      link: inside eth0 addrgenmode none, up\n"
		"inner-addr    addr: inside fd12:3456:789a:3::105/128 on eth0\n"
		"inner-default route: inside default dev eth0\n"
		"link-quiet    sysctl: ct3-5 disable_ipv6=0 accept_ra=0 autoconf=0 "
		"accept_redirects=0 accept_source_route=-1\n"
		"link-up       link: ct3-5 addrgenmode none, up\n"
		"inner-ready   link: wait until eth0 inside can send\n"
		"link-route    route: fd12:3456:789a:3::105/128 dev ct3-5 proto 84\n"
		"admit         nft: ct3-5 . fd12:3456:789a:3::105 to src6 in inet cantle-3\n");
	net_plan_part_keep(&node, 5, plan);
	assert_int_equal(plan->n_ops, 4);
	assert_int_equal(plan->ops[0].kind, NET_OP_LINK_QUIET);
	net_plan_part_down(&node, (const uint32_t[]){5, 1023}, 2, plan);
	assert_printed(plan,
		"expel         nft: delete ct3-5 . fd12:3456:789a:3::105 from src6 in inet "
		"cantle-3\n"
		"expel         nft: delete ct3-1023 . fd12:3456:789a:3::4ff from src6 in inet "
		"cantle-3\n"
		"forget        conntrack: delete flows of fd12:3456:789a:3::105\n"
		"forget        conntrack: delete flows of fd12:3456:789a:3::4ff\n"
		"unlink        link: ct3-5 to group 0x43540103\n"
		"unlink        link: ct3-1023 to group 0x43540103\n"
		"reap          link: delete group 0x43540103\n");
}

static void every_slot_fits_one_plan(void **state)
{
	struct net_plan *plan = *state;
	struct net_node node = make_node(0);
	struct err err = ERR_INIT;
	uint32_t slots[NET_SLOT_MAX];
	for (uint32_t i = 0; i < NET_SLOT_MAX; i++)
		slots[i] = i + 1;
	net_plan_part_down(&node, slots, NET_SLOT_MAX, plan);
	assert_done(net_plan_verify(plan, false, &err), &err);
	assert_true(plan->n_ops < NET_PLAN_OPS_MAX);
}

/* One op of a good plan changed: { index, kind, slot, arg }. */
static void assert_refused(struct net_plan *plan, uint32_t i, struct net_op op)
{
	struct err err = ERR_INIT;
	struct net_op good = plan->ops[i];
	plan->ops[i] = op;
	assert_fails(net_plan_verify(plan, false, &err), &err, "net.plan");
	plan->ops[i] = good;
	assert_done(net_plan_verify(plan, false, &err), &err);
}

static void wrong_plans_are_refused(void **state)
{
	struct net_plan *plan = *state;
	struct net_node node = make_node(3);
	struct err err = ERR_INIT;
	net_plan_part_up(&node, 5, plan);
	uint32_t last = plan->n_ops - 1;
	assert_refused(plan, 0, (struct net_op){NET_OP_NONE, 5, 0});
	assert_refused(plan, 0, (struct net_op){NET_OP_KINDS, 5, 0});
	assert_refused(plan, 0, (struct net_op){UINT16_MAX, 5, 0});
	assert_refused(plan, 0, (struct net_op){NET_OP_FAULT, 0, 0});
	assert_refused(plan, 0, (struct net_op){NET_OP_ADMIT, 5, 0});
	assert_refused(plan, 0, (struct net_op){NET_OP_EXPEL, NET_SLOT_MAX + 1, 0});
	assert_refused(plan, 0, (struct net_op){NET_OP_EXPEL, 5, 1});
	assert_refused(plan, 3, (struct net_op){NET_OP_REAP, 5, 0});
	assert_refused(plan, 4, (struct net_op){NET_OP_NODE_ADDR, 0, 0});
	assert_refused(plan, 4, (struct net_op){NET_OP_NETNS, 0, 0});
	assert_refused(plan, 7, (struct net_op){NET_OP_VETH, 6, 0});
	assert_refused(plan, 7, (struct net_op){NET_OP_INNER_PING, 5, 0});
	assert_refused(plan, last, (struct net_op){NET_OP_ADMIT, 0, 0});
	assert_refused(plan, last, (struct net_op){NET_OP_ADMIT, 6, 0});
	plan->n_ops = 0;
	assert_fails(net_plan_verify(plan, false, &err), &err, "net.plan");
	plan->n_ops = NET_PLAN_OPS_MAX + 1;
	assert_fails(net_plan_verify(plan, false, &err), &err, "net.plan");
	net_plan_part_up(&node, 5, plan);
	plan->node.prefix[0] = 0x20;
	assert_fails(net_plan_verify(plan, false, &err), &err, "net.plan");
}

static void faults_are_for_tests(void **state)
{
	struct net_plan *plan = *state;
	struct net_node node = make_node(3);
	struct err err = ERR_INIT;
	net_plan_part_up(&node, 5, plan);
	uint32_t n = plan->n_ops;
	net_plan_add_fault(plan, 2);
	assert_int_equal(plan->n_ops, n + 1);
	assert_int_equal(plan->ops[2].kind, NET_OP_FAULT);
	net_plan_add_fault(plan, 999);
	assert_int_equal(plan->ops[n + 1].kind, NET_OP_FAULT);
	assert_done(net_plan_verify(plan, true, &err), &err);
	assert_fails(net_plan_verify(plan, false, &err), &err, "net.plan");
	plan->ops[2].slot = 5; /* found by fuzzing */
	assert_fails(net_plan_verify(plan, true, &err), &err, "net.plan");
}

static void sealed_plans_come_back(void **state)
{
	struct net_plan *plan = *state;
	struct net_plan *back = calloc(1, sizeof(*back));
	struct net_node node = make_node(3);
	struct err err = ERR_INIT;
	struct fd_memfd memfd = FD_INIT;
	assert_non_null(back);
	net_plan_part_up(&node, 5, plan);
	assert_done(net_plan_seal(plan, &memfd, &err), &err);
	assert_true(write(memfd.fd, "x", 1) < 0);
	assert_done(net_plan_unseal(memfd, false, back, &err), &err);
	assert_int_equal(back->n_ops, plan->n_ops);
	assert_memory_equal(&back->node, &plan->node, sizeof(node));
	assert_memory_equal(back->ops, plan->ops, plan->n_ops * sizeof(plan->ops[0]));
	fd_memfd_close(&memfd);
	plan->ops[0].kind = NET_OP_KINDS;
	assert_done(net_plan_seal(plan, &memfd, &err), &err);
	assert_fails(net_plan_unseal(memfd, false, back, &err), &err, "net.plan");
	fd_memfd_close(&memfd);
	free(back);
}

/* The bytes, sealed or not, are they a plan? */
static int unseal_bytes(const void *bytes, size_t size, int seals, struct err *err)
{
	struct net_plan *back = calloc(1, sizeof(*back));
	scoped_fd_memfd memfd = {memfd_create("plan", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
	assert_non_null(back);
	assert_done(fd_write_all(memfd.fd, span_make(bytes, size), err), err);
	if (seals)
		assert_int_equal(fcntl(memfd.fd, F_ADD_SEALS, seals), 0);
	int result = net_plan_unseal(memfd, false, back, err);
	free(back);
	return result;
}

static void other_bytes_are_no_plan(void **state)
{
	enum { ALL = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };
	static char huge[8 + sizeof(struct net_plan) + 8];
	struct net_plan *plan = *state;
	struct net_node node = make_node(3);
	struct err err = ERR_INIT;
	struct fd_memfd memfd = FD_INIT;
	char bytes[200];
	net_plan_node_up(&node, plan);
	assert_done(net_plan_seal(plan, &memfd, &err), &err);
	ssize_t n = pread(memfd.fd, bytes, sizeof(bytes), 0);
	assert_int_equal(n, 8 + 24 + 4 * 8);
	fd_memfd_close(&memfd);
	size_t size = (size_t)n;
	assert_done(unseal_bytes(bytes, size, ALL, &err), &err);
	assert_fails(unseal_bytes(bytes, size, 0, &err), &err, "net.plan");
	assert_fails(unseal_bytes(bytes, size, F_SEAL_GROW, &err), &err, "net.plan");
	assert_fails(unseal_bytes(bytes, size - 1, ALL, &err), &err, "net.plan");
	assert_fails(unseal_bytes(bytes, size + 8, ALL, &err), &err, "net.plan");
	assert_fails(unseal_bytes(bytes, 0, ALL, &err), &err, "net.plan");
	memcpy(huge, bytes, size);
	assert_fails(unseal_bytes(huge, sizeof(huge), ALL, &err), &err, "net.plan");
	bytes[0] ^= 1;
	assert_fails(unseal_bytes(bytes, size, ALL, &err), &err, "net.plan");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_derived),
		cmocka_unit_test(names_lead_back_to_their_slot),
		cmocka_unit_test(nodes_are_verified),
		cmocka_unit_test(node_plans_are_golden),
		cmocka_unit_test(part_plans_are_golden),
		cmocka_unit_test(every_slot_fits_one_plan),
		cmocka_unit_test(wrong_plans_are_refused),
		cmocka_unit_test(faults_are_for_tests),
		cmocka_unit_test(sealed_plans_come_back),
		cmocka_unit_test(other_bytes_are_no_plan),
	};
	return cmocka_run_group_tests_name("net/plan", tests, plan_new, plan_free);
}
