/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-net's requests: idempotent, bound to one node, blind to everything that is not its own. */
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/path.h"
#include "net/plan_seal.h"
#include "tests/ns/net_env.h"
#include "tests/unit/test.h"
#include "wire/chan.h"

enum { NODE = 1, SLOT = 7 };

static const struct fd_ns here = FD_INIT;

static int host(void **state)
{
	(void)state;
	net_env_host();
	return 0;
}

static void start(struct net_env *env)
{
	net_env_start(env, "cantle-net", NODE);
	net_env_node_up(env);
}

static void stop(struct net_env *env)
{
	assert_int_equal(net_env_stop(env), 0);
}

static void everything_is_there(void **state)
{
	struct net_env env;
	struct msg_net_features features;
	struct err err = ERR_INIT;
	(void)state;
	net_env_start(&env, "cantle-net", NODE);
	assert_done(msg_net_probe(env.chan, &features, &err), &err);
	if (err_is_set(&features.why))
		fail_msg("%s: %s", features.why.step, features.why.text);
	assert_int_equal(features.mask, NET_FEATURE_ALL);
	assert_false(NET_HAS("cantle", "nft", "list", "ruleset"));
	stop(&env);
}

static void node_up_twice_and_down(void **state)
{
	struct net_env env;
	struct net_plan plan;
	struct fd_ns none = FD_INIT;
	struct err err = ERR_INIT;
	(void)state;
	start(&env);
	net_env_node_up(&env);
	assert_true(NET_HAS(":1::1/128", "ip", "-6", "addr", "show", "lo"));
	assert_true(NET_HAS(":1::/64 dev lo proto 84", "ip", "-6", "route"));
	assert_true(NET_HAS("table inet cantle-1", "nft", "list", "tables"));
	for (int i = 0; i < 2; i++) {
		net_plan_node_down(&env.node, &plan);
		assert_done(net_env_apply(&env, &plan, &none, &err), &err);
		assert_false(NET_HAS(":1::1/128", "ip", "-6", "addr", "show", "lo"));
		assert_false(NET_HAS("proto 84", "ip", "-6", "route"));
		assert_false(NET_HAS("cantle", "nft", "list", "tables"));
	}
	stop(&env);
}

/* Whether the very first packet to the slot is delivered. */
static bool first_packet_arrives(struct net_env *env, struct fd_ns ns, uint32_t slot)
{
	struct sockaddr_in6 at = net_env_part(env, slot, 4000);
	struct sockaddr_in6 from;
	char buf[16];
	scoped_fd server = net_env_socket(ns, SOCK_DGRAM, 0, &at);
	scoped_fd client = net_env_socket(here, SOCK_DGRAM, 0, NULL);
	net_env_send(client, "x", 1, &at);
	if (net_env_recv(server, buf, sizeof(buf), &from) != 1)
		return false;
	net_env_send(server, "y", 1, &from);
	return net_env_arrives(client);
}

/* In a mount namespace where nft(8) says that it was started and then waits to be told to go on. */
static void start_with_slow_nft(struct net_env *env, const char *dir)
{
	scoped_fd_ns home = {open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC)};
	scoped_str struct str script = STR_INIT;
	scoped_str struct str path = STR_INIT;
	struct err err = ERR_INIT;
	assert_int_equal(NET_RUN("cp", NFT_PATH, dir), 0);
	str_addf(&path, "%s/slow", dir);
	str_addf(&script,
		"#!/bin/sh\n: >%s/started\nwhile [ ! -e %s/go ]; do sleep 0.01; done\n"
		"exec %s/nft \"$@\"\n",
		dir, dir, dir);
	scoped_fd file = open(str_cstr(&path), O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	assert_done(fd_write_all(file, str_span(&script), &err), &err);
	fd_close(&file);
	assert_int_equal(chmod(dir, 0777), 0);
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount(str_cstr(&path), NFT_PATH, NULL, MS_BIND, NULL), 0);
	net_env_start(env, "cantle-net", NODE);
	assert_int_equal(setns(home.fd, CLONE_NEWNS), 0);
}

static void wait_for_file(const char *dir, const char *name)
{
	scoped_str struct str path = STR_INIT;
	str_addf(&path, "%s/%s", dir, name);
	for (int i = 0; i < 500 && access(str_cstr(&path), F_OK) < 0; i++)
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	assert_int_equal(access(str_cstr(&path), F_OK), 0);
}

/* Both miss the table and load it; the second must not wipe what the first has admitted. */
static void racing_commands_share_the_table(void **state)
{
	char dir[] = "/tmp/cantle-net-test.XXXXXX";
	struct net_env slow;
	struct net_env fast;
	int status = -1;
	(void)state;
	assert_non_null(mkdtemp(dir));
	start_with_slow_nft(&slow, dir);
	pid_t child = fork();
	if (child == 0) {
		net_env_node_up(&slow);
		_exit(0);
	}
	wait_for_file(dir, "started");
	start(&fast);
	scoped_fd_ns ns = net_env_part_up(&fast, SLOT);
	scoped_str struct str go = STR_INIT;
	str_addf(&go, "%s/go", dir);
	fd_close(&(int){open(str_cstr(&go), O_WRONLY | O_CREAT | O_CLOEXEC, 0644)});
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(net_env_marks(&slow, SLOT), NET_MARK_LINK | NET_MARK_ADMITTED);
	assert_true(net_env_tcp_works(&fast, ns, SLOT, 80));
	net_env_part_down(&fast, SLOT);
	stop(&slow);
	stop(&fast);
	NET_RUN("nft", "flush", "ruleset");
	assert_int_equal(NET_RUN("rm", "-r", dir), 0);
}

static void network_works_at_once(void **state)
{
	struct net_env env;
	(void)state;
	start(&env);
	for (uint32_t slot = 1; slot <= 30; slot++) {
		scoped_fd_ns ns = net_env_part_up(&env, slot);
		if (!first_packet_arrives(&env, ns, slot))
			fail_msg("the first packets of slot %u are lost", slot);
	}
	stop(&env);
}

static void part_up_again_is_fresh(void **state)
{
	struct net_env env;
	(void)state;
	start(&env);
	scoped_fd_ns old = net_env_part_up(&env, SLOT);
	scoped_fd_ns fresh = net_env_part_up(&env, SLOT);
	assert_true(net_env_tcp_works(&env, fresh, SLOT, 80));
	assert_int_equal(net_env_marks(&env, SLOT), NET_MARK_LINK | NET_MARK_ADMITTED);
	struct sockaddr_in6 any = {.sin6_family = AF_INET6};
	scoped_fd stale = net_env_socket(old, SOCK_DGRAM, 0, &any);
	struct sockaddr_in6 node = net_env_node(&env, 9);
	assert_true(sendto(stale, "x", 1, 0, (struct sockaddr *)&node, sizeof(node)) < 0);
	net_env_part_down(&env, SLOT);
	net_env_part_down(&env, SLOT);
	assert_int_equal(net_env_marks(&env, SLOT), 0);
	assert_false(NET_HAS("ct1-7", "ip", "link"));
	assert_false(NET_HAS(":107", "ip", "-6", "route"));
	assert_false(NET_HAS("ct1-7", "nft", "list", "ruleset"));
	stop(&env);
}

static void keep_repairs_the_host_side(void **state)
{
	struct net_env env;
	struct net_plan plan;
	struct fd_ns none = FD_INIT;
	struct err err = ERR_INIT;
	(void)state;
	start(&env);
	scoped_fd_ns ns = net_env_part_up(&env, SLOT);
	assert_int_equal(NET_RUN("nft", "flush", "set", "inet", "cantle-1", "src6"), 0);
	assert_int_equal(NET_RUN("ip", "-6", "route", "flush", "dev", "ct1-7"), 0);
	assert_int_equal(NET_RUN("ip", "link", "set", "ct1-7", "down"), 0);
	net_plan_part_keep(&env.node, SLOT, &plan);
	assert_done(net_env_apply(&env, &plan, &none, &err), &err);
	assert_false(fd_ns_is_open(none));
	assert_true(net_env_tcp_works(&env, ns, SLOT, 80));
	net_plan_part_keep(&env.node, SLOT + 1, &plan);
	assert_fails(net_env_apply(&env, &plan, &none, &err), &err, "net.link");
	net_env_part_down(&env, SLOT);
	stop(&env);
}

/* Whoever holds the namespace last takes the link with it; the rest is listed, and swept. */
static void dead_partition_is_listed_and_swept(void **state)
{
	struct net_env env;
	(void)state;
	start(&env);
	struct fd_ns ns = net_env_part_up(&env, SLOT);
	fd_ns_close(&ns);
	for (int i = 0; i < 500 && net_env_marks(&env, SLOT) & NET_MARK_LINK; i++)
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	assert_int_equal(net_env_marks(&env, SLOT), NET_MARK_ADMITTED);
	net_env_part_down(&env, SLOT);
	assert_int_equal(net_env_marks(&env, SLOT), 0);
	stop(&env);
}

static void many_go_down_together(void **state)
{
	enum { MANY = 100 };
	struct net_env env;
	struct net_plan plan;
	struct err err = ERR_INIT;
	struct fd_ns ns[MANY];
	struct fd_ns none = FD_INIT;
	struct msg_net_links links;
	uint32_t slots[MANY];
	(void)state;
	start(&env);
	for (uint32_t i = 0; i < MANY; i++) {
		slots[i] = 900 + i;
		ns[i] = net_env_part_up(&env, slots[i]);
	}
	assert_true(net_env_tcp_works(&env, ns[MANY - 1], slots[MANY - 1], 80));
	net_plan_part_down(&env.node, slots, MANY, &plan);
	assert_done(net_env_apply(&env, &plan, &none, &err), &err);
	assert_done(msg_net_list(env.chan, &links, &err), &err);
	for (uint32_t i = 0; i < LIMIT_SLOTS; i++)
		assert_int_equal(links.marks[i], 0);
	for (uint32_t i = 0; i < MANY; i++)
		fd_ns_close(&ns[i]);
	stop(&env);
}

static void foreign_objects_survive(void **state)
{
	static const char *const links[] = {"ct1-9", "ct1-07", "ct1-x", "ct11-7", "ct1-2000"};
	struct net_env env;
	struct net_plan plan;
	struct fd_ns none = FD_INIT;
	struct err err = ERR_INIT;
	(void)state;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		NET_RUN("ip", "link", "add", links[i], "type", "veth");
	NET_RUN("ip", "link", "set", "ct1-9", "up");
	NET_RUN("ip", "-6", "route", "add", "fd77::/64", "dev", "ct1-9", "proto", "static");
	NET_RUN("ip", "addr", "add", "fd77::1/128", "dev", "lo");
	NET_RUN("nft", "add", "table", "inet", "cantle-10");
	NET_RUN("nft", "add", "table", "inet", "filter");
	start(&env);
	net_plan_part_up(&env.node, 9, &plan);
	assert_fails(net_env_apply(&env, &plan, &none, &err), &err, "net.link");
	assert_int_equal(net_env_marks(&env, 9), NET_MARK_FOREIGN);
	scoped_fd_ns ns = net_env_part_up(&env, SLOT);
	assert_true(fd_ns_is_open(ns));
	net_plan_node_down(&env.node, &plan);
	assert_done(net_env_apply(&env, &plan, &none, &err), &err);
	assert_false(NET_HAS("ct1-7@", "ip", "link"));
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		assert_true(NET_HAS(links[i], "ip", "link", "show", links[i]));
	assert_true(NET_HAS("fd77::/64", "ip", "-6", "route"));
	assert_true(NET_HAS("fd77::1/128", "ip", "-6", "addr", "show", "lo"));
	assert_true(NET_HAS("table inet cantle-10", "nft", "list", "tables"));
	assert_true(NET_HAS("table inet filter", "nft", "list", "tables"));
	stop(&env);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		NET_RUN("ip", "link", "del", links[i]);
	NET_RUN("nft", "flush", "ruleset");
}

static void two_nodes_share_a_host(void **state)
{
	struct net_env one;
	struct net_env ten;
	struct net_plan plan;
	struct fd_ns none = FD_INIT;
	struct err err = ERR_INIT;
	(void)state;
	start(&one);
	net_env_start(&ten, "cantle-net", 10);
	net_env_node_up(&ten);
	scoped_fd_ns in_one = net_env_part_up(&one, SLOT);
	scoped_fd_ns in_ten = net_env_part_up(&ten, SLOT);
	assert_true(net_env_tcp_works(&one, in_one, SLOT, 80));
	assert_true(net_env_tcp_works(&ten, in_ten, SLOT, 80));
	struct sockaddr_in6 at = net_env_part(&ten, SLOT, 4000);
	scoped_fd server = net_env_socket(in_ten, SOCK_DGRAM, 0, &at);
	scoped_fd client = net_env_socket(in_one, SOCK_DGRAM, 0, NULL);
	net_env_send(client, "x", 1, &at);
	assert_true(net_env_is_silent(server));
	net_plan_node_down(&one.node, &plan);
	assert_done(net_env_apply(&one, &plan, &none, &err), &err);
	assert_int_equal(net_env_marks(&one, SLOT), 0);
	assert_int_equal(net_env_marks(&ten, SLOT), NET_MARK_LINK | NET_MARK_ADMITTED);
	assert_true(net_env_tcp_works(&ten, in_ten, SLOT, 80));
	net_plan_node_down(&ten.node, &plan);
	assert_fails(net_env_apply(&one, &plan, &none, &err), &err, "net.plan");
	assert_done(net_env_apply(&ten, &plan, &none, &err), &err);
	stop(&one);
	stop(&ten);
}

/* A newer schema replaces the table without cutting off who runs. */
static void schema_change_keeps_admissions(void **state)
{
	struct net_env env;
	(void)state;
	start(&env);
	scoped_fd_ns ns = net_env_part_up(&env, SLOT);
	NET_RUN("nft", "delete", "table", "inet", "cantle-1");
	NET_RUN("nft", "add", "table", "inet", "cantle-1", "{ comment \"cantle schema 0\"; }");
	NET_RUN("nft", "add", "set", "inet", "cantle-1", "src6", "{ type ifname . ipv6_addr; }");
	assert_int_equal(NET_RUN("nft", "add", "element", "inet", "cantle-1", "src6",
				 "{ ct1-7 . fdca:271e:1:1::107 }"),
		0);
	net_env_node_up(&env);
	assert_true(NET_HAS("cantle schema 1", "nft", "list", "table", "inet", "cantle-1"));
	assert_int_equal(net_env_marks(&env, SLOT), NET_MARK_LINK | NET_MARK_ADMITTED);
	assert_true(net_env_tcp_works(&env, ns, SLOT, 80));
	net_env_part_down(&env, SLOT);
	stop(&env);
}

/* An administrator's "flush ruleset" takes our table too: the next command puts it back. */
static void flushed_ruleset_is_restored(void **state)
{
	struct net_env env;
	struct net_plan plan;
	struct fd_ns none = FD_INIT;
	struct err err = ERR_INIT;
	(void)state;
	start(&env);
	scoped_fd_ns ns = net_env_part_up(&env, SLOT);
	assert_int_equal(NET_RUN("nft", "flush", "ruleset"), 0);
	assert_int_equal(net_env_marks(&env, SLOT), NET_MARK_LINK);
	net_env_node_up(&env);
	assert_false(first_packet_arrives(&env, ns, SLOT));
	net_plan_part_keep(&env.node, SLOT, &plan);
	assert_done(net_env_apply(&env, &plan, &none, &err), &err);
	assert_int_equal(net_env_marks(&env, SLOT), NET_MARK_LINK | NET_MARK_ADMITTED);
	assert_true(first_packet_arrives(&env, ns, SLOT));
	net_env_part_down(&env, SLOT);
	stop(&env);
}

static void no_ipv6_is_said(void **state)
{
	struct net_env env;
	struct net_plan plan;
	struct fd_ns none = FD_INIT;
	struct err err = ERR_INIT;
	(void)state;
	net_env_sysctl("ipv6/conf/all/disable_ipv6", "1");
	net_env_start(&env, "cantle-net", NODE);
	net_plan_node_up(&env.node, &plan);
	assert_fails(net_env_apply(&env, &plan, &none, &err), &err, "net.ipv6");
	net_env_sysctl("ipv6/conf/all/disable_ipv6", "0");
	stop(&env);
}

/* Without nft a node does not come up; in a mount namespace of the child that hides it. */
static void no_nft_is_said(void **state)
{
	struct net_env env;
	struct net_plan plan;
	struct fd_ns none = FD_INIT;
	struct err err = ERR_INIT;
	scoped_fd_ns home = {open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC)};
	(void)state;
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("/dev/null", NFT_PATH, NULL, MS_BIND, NULL), 0);
	net_env_start(&env, "cantle-net", NODE);
	assert_int_equal(setns(home.fd, CLONE_NEWNS), 0);
	NET_RUN("nft", "flush", "ruleset");
	net_plan_node_up(&env.node, &plan);
	assert_fails(net_env_apply(&env, &plan, &none, &err), &err, "net.nft");
	stop(&env);
}

static void keeps_two_rights_alone(void **state)
{
	static const char *const lines[] = {
		"\nUid:\t1677721603\t1677721603\t1677721603\t1677721603\n",
		"\nCapPrm:\t0000000000201000\n", "\nCapEff:\t0000000000201000\n",
		"\nCapBnd:\t0000000000201000\n", "\nCapAmb:\t0000000000001000\n",
		"\nNoNewPrivs:\t1\n", "\nGroups:\t \n"};
	struct net_env env;
	struct err err = ERR_INIT;
	scoped_str struct str path = STR_INIT;
	scoped_str struct str status = STR_INIT;
	scoped_fd_dir root = {open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)};
	(void)state;
	start(&env);
	str_addf(&path, "proc/%d/status", env.number);
	assert_done(path_read(root, str_cstr(&path), 1 << 16, &status, &err), &err);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (span_find(str_span(&status), span_str(lines[i])) < 0)
			fail_msg("no '%s' in:\n%s", lines[i], str_cstr(&status));
	stop(&env);
}

static void requests_out_of_turn_are_refused(void **state)
{
	struct net_env env;
	struct net_plan plan;
	struct err err = ERR_INIT;
	struct fd_ns none = FD_INIT;
	struct msg_net_hello again = {.node = 2};
	(void)state;
	start(&env);
	assert_fails(msg_net_hello(env.chan, &again, &err), &err, "net.request");
	scoped_fd_memfd unsealed = {memfd_create("plan", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
	assert_fails(msg_net_apply(env.chan, unsealed, &none, &err), &err, "net.plan");
	net_plan_part_up(&env.node, SLOT, &plan);
	net_plan_add_fault(&plan, 0);
	assert_fails(net_env_apply(&env, &plan, &none, &err), &err, "net.plan");
	net_plan_part_up(&env.node, SLOT, &plan);
	plan.node.prefix[1] ^= 1;
	assert_fails(net_env_apply(&env, &plan, &none, &err), &err, "net.plan");
	net_env_node_up(&env);
	stop(&env);
}

int main(void)
{
	if (!net_env_can_run("cantle-net"))
		return 77;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_there),
		cmocka_unit_test(node_up_twice_and_down),
		cmocka_unit_test(racing_commands_share_the_table),
		cmocka_unit_test(network_works_at_once),
		cmocka_unit_test(part_up_again_is_fresh),
		cmocka_unit_test(keep_repairs_the_host_side),
		cmocka_unit_test(dead_partition_is_listed_and_swept),
		cmocka_unit_test(many_go_down_together),
		cmocka_unit_test(foreign_objects_survive),
		cmocka_unit_test(two_nodes_share_a_host),
		cmocka_unit_test(schema_change_keeps_admissions),
		cmocka_unit_test(flushed_ruleset_is_restored),
		cmocka_unit_test(no_ipv6_is_said),
		cmocka_unit_test(no_nft_is_said),
		cmocka_unit_test(keeps_two_rights_alone),
		cmocka_unit_test(requests_out_of_turn_are_refused),
	};
	return cmocka_run_group_tests_name("net/node", tests, host, NULL);
}
