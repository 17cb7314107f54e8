/* SPDX-License-Identifier: Apache-2.0 */
/* Killed before any operation of a plan, cantle-net leaves what the next run finishes or undoes. */
#include <sys/socket.h>

#include "tests/ns/net_env.h"
#include "tests/unit/test.h"

enum { NODE = 2, SLOT = 11 };

static int host(void **state)
{
	struct net_env env;
	(void)state;
	net_env_host();
	net_env_start(&env, "cantle-net", NODE);
	net_env_node_up(&env);
	return net_env_stop(&env);
}

/* Run the plan in a build that dies before op `at`; killed by signal 9 as promised. */
static void die_at(const struct net_plan *whole, uint32_t at)
{
	struct net_env env;
	struct net_plan plan = *whole;
	struct fd_ns none = FD_INIT;
	struct err err = ERR_INIT;
	net_env_start(&env, "cantle-net-test", NODE);
	net_plan_add_fault(&plan, at);
	assert_true(net_env_apply(&env, &plan, &none, &err) < 0);
	assert_int_equal(err.kind, ERR_PEER);
	assert_int_equal(net_env_stop(&env), 128 + 9);
}

/* Nothing of the slot is left in the kernel. */
static void assert_gone(struct net_env *env)
{
	assert_int_equal(net_env_marks(env, SLOT), 0);
	assert_false(NET_HAS("ct2-11", "ip", "link"));
	assert_false(NET_HAS("2::10b", "ip", "-6", "route"));
	assert_false(NET_HAS("ct2-11", "nft", "list", "set", "inet", "cantle-2", "src6"));
	assert_false(NET_HAS("ct2-11", "nft", "list", "set", "inet", "cantle-2", "left6"));
}

static void up_is_finished_by_up(void **state)
{
	struct net_env env;
	struct net_plan plan;
	(void)state;
	net_env_start(&env, "cantle-net", NODE);
	net_plan_part_up(&env.node, SLOT, &plan);
	for (uint32_t at = 0; at <= plan.n_ops; at++) {
		die_at(&plan, at);
		scoped_fd_ns ns = net_env_part_up(&env, SLOT);
		if (!net_env_tcp_works(&env, ns, SLOT, 80))
			fail_msg("after a death before op %u", at);
		net_env_part_down(&env, SLOT);
		assert_gone(&env);
	}
	assert_int_equal(net_env_stop(&env), 0);
}

static void up_is_undone_by_down(void **state)
{
	struct net_env env;
	struct net_plan plan;
	(void)state;
	net_env_start(&env, "cantle-net", NODE);
	net_plan_part_up(&env.node, SLOT, &plan);
	for (uint32_t at = 0; at <= plan.n_ops; at++) {
		die_at(&plan, at);
		net_env_part_down(&env, SLOT);
		assert_gone(&env);
	}
	assert_int_equal(net_env_stop(&env), 0);
}

/* The running partition's namespace lives on here, as it would in the kernel. */
static void down_is_finished_by_down(void **state)
{
	const struct fd_ns here = FD_INIT;
	struct net_env env;
	struct net_plan plan;
	const uint32_t slot = SLOT;
	(void)state;
	net_env_start(&env, "cantle-net", NODE);
	net_plan_part_down(&env.node, &slot, 1, &plan);
	for (uint32_t at = 0; at <= plan.n_ops; at++) {
		struct sockaddr_in6 address = net_env_part(&env, SLOT, 4000);
		struct sockaddr_in6 from;
		char buf[16];
		scoped_fd_ns ns = net_env_part_up(&env, SLOT);
		scoped_fd client = net_env_socket(here, SOCK_DGRAM, 0, NULL);
		scoped_fd server = net_env_socket(ns, SOCK_DGRAM, 0, &address);
		net_env_send(client, "x", 1, &address);
		assert_int_equal(net_env_recv(server, buf, sizeof(buf), &from), 1);
		die_at(&plan, at);
		if (at > 0) {
			net_env_send(server, "y", 1, &from);
			assert_true(net_env_is_silent(client));
		}
		net_env_part_down(&env, SLOT);
		assert_gone(&env);
		/* The next holder of the slot inherits no connection. */
		scoped_fd_ns next_ns = net_env_part_up(&env, SLOT);
		scoped_fd next = net_env_socket(next_ns, SOCK_DGRAM, 0, &address);
		net_env_send(next, "y", 1, &from);
		assert_true(net_env_is_silent(client));
		net_env_part_down(&env, SLOT);
	}
	assert_int_equal(net_env_stop(&env), 0);
}

static void node_up_is_finished_by_node_up(void **state)
{
	struct net_env env;
	struct net_plan up;
	struct net_plan down;
	struct fd_ns none = FD_INIT;
	struct err err = ERR_INIT;
	(void)state;
	net_env_start(&env, "cantle-net", NODE);
	net_plan_node_up(&env.node, &up);
	net_plan_node_down(&env.node, &down);
	for (uint32_t at = 0; at <= down.n_ops; at++) {
		die_at(&down, at);
		assert_done(net_env_apply(&env, &down, &none, &err), &err);
		assert_false(NET_HAS("cantle-2", "nft", "list", "tables"));
		assert_false(NET_HAS("proto 84", "ip", "-6", "route"));
		die_at(&up, at < up.n_ops ? at : up.n_ops);
		net_env_node_up(&env);
		scoped_fd_ns ns = net_env_part_up(&env, SLOT);
		assert_true(net_env_tcp_works(&env, ns, SLOT, 80));
	}
	assert_int_equal(net_env_stop(&env), 0);
}

int main(void)
{
	if (!net_env_can_run("cantle-net-test"))
		return 77;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(up_is_finished_by_up),
		cmocka_unit_test(up_is_undone_by_down),
		cmocka_unit_test(down_is_finished_by_down),
		cmocka_unit_test(node_up_is_finished_by_node_up),
	};
	return cmocka_run_group_tests_name("net/crash", tests, host, NULL);
}
