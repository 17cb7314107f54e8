/* SPDX-License-Identifier: Apache-2.0 */
/* What a partition's network lets through and what it does not, against the real cantle-net. */
#include <netinet/icmp6.h>
#include <sched.h>
#include <sys/socket.h>

#include "tests/ns/net_env.h"
#include "tests/unit/test.h"

enum { NODE = 3, A = 5, B = 6 };

/* Two partitions on one host. */
struct two {
	struct net_env env;
	struct fd_ns a;
	struct fd_ns b;
};

static const struct fd_ns here = FD_INIT;
static const char text[] = "hello";

static int two_up(void **state)
{
	static struct two two;
	net_env_host();
	net_env_start(&two.env, "cantle-net", NODE);
	net_env_node_up(&two.env);
	two.a = net_env_part_up(&two.env, A);
	two.b = net_env_part_up(&two.env, B);
	*state = &two;
	return 0;
}

static int two_down(void **state)
{
	struct two *two = *state;
	fd_ns_close(&two->a);
	fd_ns_close(&two->b);
	return net_env_stop(&two->env);
}

static void host_reaches_partition(void **state)
{
	struct two *two = *state;
	assert_true(net_env_tcp_works(&two->env, two->a, A, 80));
	assert_true(net_env_tcp_works(&two->env, two->b, B, 8080));
}

/* The host asks over UDP and gets an answer of n bytes; false where none comes. */
static bool udp_answered(struct two *two, size_t n)
{
	static char large[8000];
	char buf[sizeof(large)];
	struct sockaddr_in6 at = net_env_part(&two->env, A, 9999);
	struct sockaddr_in6 from;
	scoped_fd server = net_env_socket(two->a, SOCK_DGRAM, 0, &at);
	scoped_fd client = net_env_socket(here, SOCK_DGRAM, 0, NULL);
	net_env_send(client, text, sizeof(text), &at);
	assert_int_equal(net_env_recv(server, buf, sizeof(buf), &from), sizeof(text));
	struct sockaddr_in6 node = net_env_node(&two->env, 0);
	assert_memory_equal(&from.sin6_addr, &node.sin6_addr, sizeof(from.sin6_addr));
	net_env_send(server, large, n, &from);
	return net_env_recv(client, buf, sizeof(buf), NULL) == (ssize_t)n;
}

static void answers_arrive_whole_or_in_fragments(void **state)
{
	assert_true(udp_answered(*state, 5));
	assert_true(udp_answered(*state, 8000));
}

static void partition_cannot_reach_partition(void **state)
{
	struct two *two = *state;
	struct sockaddr_in6 at = net_env_part(&two->env, B, 9999);
	scoped_fd server = net_env_socket(two->b, SOCK_DGRAM, 0, &at);
	scoped_fd client = net_env_socket(two->a, SOCK_DGRAM, 0, NULL);
	net_env_send(client, text, sizeof(text), &at);
	assert_true(net_env_is_silent(server));
	scoped_fd host = net_env_socket(here, SOCK_DGRAM, 0, NULL);
	net_env_send(host, text, sizeof(text), &at);
	assert_true(net_env_arrives(server));
}

static void partition_cannot_reach_host_service(void **state)
{
	struct two *two = *state;
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(5353)};
	struct sockaddr_in6 node = net_env_node(&two->env, 5353);
	scoped_fd service = net_env_socket(here, SOCK_DGRAM, 0, &any);
	scoped_fd client = net_env_socket(two->a, SOCK_DGRAM, 0, NULL);
	net_env_send(client, text, sizeof(text), &node);
	assert_true(net_env_is_silent(service));
}

/* Neither direction, even on a host that forwards and where the outside does reach the host. */
static void outside_and_partition_are_apart(void **state)
{
	struct two *two = *state;
	struct sockaddr_in6 part = net_env_part(&two->env, A, 9999);
	struct sockaddr_in6 node = net_env_node(&two->env, 9999);
	struct sockaddr_in6 far = {.sin6_family = AF_INET6, .sin6_port = htons(9999)};
	inet_pton(AF_INET6, "fd66::2", &far.sin6_addr);
	scoped_fd_ns outside = net_env_outside(&two->env);
	scoped_fd in_part = net_env_socket(two->a, SOCK_DGRAM, 0, &part);
	scoped_fd in_host = net_env_socket(here, SOCK_DGRAM, 0, &node);
	scoped_fd in_outside = net_env_socket(outside, SOCK_DGRAM, 0, &far);
	net_env_send(in_outside, text, sizeof(text), &node);
	assert_true(net_env_arrives(in_host));
	net_env_send(in_outside, text, sizeof(text), &part);
	assert_true(net_env_is_silent(in_part));
	net_env_send(in_host, text, sizeof(text), &far);
	assert_true(net_env_arrives(in_outside));
	net_env_send(in_part, text, sizeof(text), &far);
	assert_true(net_env_is_silent(in_outside));
}

/* B answers in A's name a question that the host put to A. */
static void spoofed_answer_is_dropped(void **state)
{
	struct two *two = *state;
	struct sockaddr_in6 at = net_env_part(&two->env, A, 9999);
	struct sockaddr_in6 from;
	char buf[100];
	scoped_fd server = net_env_socket(two->a, SOCK_DGRAM, 0, &at);
	scoped_fd liar = net_env_socket(two->b, SOCK_DGRAM, 0, &at);
	scoped_fd client = net_env_socket(here, SOCK_DGRAM, 0, NULL);
	net_env_send(client, text, sizeof(text), &at);
	assert_true(net_env_recv(server, buf, sizeof(buf), &from) > 0);
	net_env_send(liar, text, sizeof(text), &from);
	assert_true(net_env_is_silent(client));
	net_env_send(server, text, sizeof(text), &from);
	assert_true(net_env_arrives(client));
}

/* Send an ICMPv6 message of the type from A to the host; whether a raw socket there sees it. */
static bool icmp_passes(struct two *two, uint8_t type)
{
	static const int hops = 255; /* what neighbour discovery demands */
	struct icmp6_hdr message = {.icmp6_type = type};
	struct icmp6_hdr seen;
	struct sockaddr_in6 node = net_env_node(&two->env, 0);
	struct sockaddr_in6 from;
	struct sockaddr_in6 a = net_env_part(&two->env, A, 0);
	scoped_fd host = net_env_socket(here, SOCK_RAW, IPPROTO_ICMPV6, NULL);
	scoped_fd part = net_env_socket(two->a, SOCK_RAW, IPPROTO_ICMPV6, NULL);
	setsockopt(part, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, sizeof(hops));
	net_env_send(part, &message, sizeof(message), &node);
	while (net_env_recv_soon(host, &seen, sizeof(seen), &from) > 0)
		if (memcmp(&from.sin6_addr, &a.sin6_addr, sizeof(a.sin6_addr)) == 0 &&
			seen.icmp6_type == type)
			return true;
	return false;
}

static void only_pings_of_icmp_pass(void **state)
{
	static const uint8_t dropped[] = {
		130, 131, 132, 133, 134, 135, 136, 137, 139, 141, 143, 148, 151};
	assert_true(icmp_passes(*state, ICMP6_ECHO_REQUEST) ||
		    icmp_passes(*state, ICMP6_ECHO_REQUEST)); /* a busy machine may be late once */
	for (size_t i = 0; i < sizeof(dropped); i++)
		if (icmp_passes(*state, dropped[i]))
			fail_msg("type %u passes", dropped[i]);
}

static void pings_are_paced(void **state)
{
	struct two *two = *state;
	struct icmp6_hdr message = {.icmp6_type = ICMP6_ECHO_REQUEST};
	struct sockaddr_in6 node = net_env_node(&two->env, 0);
	char buf[100];
	int answers = 0;
	scoped_fd part = net_env_socket(two->a, SOCK_RAW, IPPROTO_ICMPV6, NULL);
	for (int i = 0; i < 200; i++)
		net_env_send(part, &message, sizeof(message), &node);
	while (net_env_recv_soon(part, buf, sizeof(buf), NULL) > 0)
		answers++;
	assert_in_range(answers, 1, 40);
}

/* A legitimate answer, but with an extension header of the kind before it. */
static bool extension_passes(struct two *two, int option, const void *header, socklen_t size)
{
	struct sockaddr_in6 at = net_env_part(&two->env, A, 9999);
	struct sockaddr_in6 from;
	char buf[100];
	scoped_fd server = net_env_socket(two->a, SOCK_DGRAM, 0, &at);
	scoped_fd client = net_env_socket(here, SOCK_DGRAM, 0, NULL);
	net_env_send(client, text, sizeof(text), &at);
	assert_true(net_env_recv(server, buf, sizeof(buf), &from) > 0);
	if (option)
		assert_int_equal(setsockopt(server, IPPROTO_IPV6, option, header, size), 0);
	net_env_send(server, text, sizeof(text), &from);
	return option ? !net_env_is_silent(client) : net_env_arrives(client);
}

static void extension_headers_are_dropped(void **state)
{
	static const uint8_t padding[8] = {0, 0, 1, 4, 0, 0, 0, 0}; /* PadN of four */
	assert_true(extension_passes(*state, 0, NULL, 0));
	assert_false(extension_passes(*state, IPV6_HOPOPTS, padding, sizeof(padding)));
	assert_false(extension_passes(*state, IPV6_DSTOPTS, padding, sizeof(padding)));
}

static void tunnels_and_multicast_are_dropped(void **state)
{
	static const uint8_t protocols[] = {4, 41, 47, 50, 51, 115, 132};
	struct two *two = *state;
	struct sockaddr_in6 node = net_env_node(&two->env, 0);
	for (size_t i = 0; i < sizeof(protocols); i++) {
		scoped_fd host = net_env_socket(here, SOCK_RAW, protocols[i], NULL);
		scoped_fd part = net_env_socket(two->a, SOCK_RAW, protocols[i], NULL);
		net_env_send(part, text, sizeof(text), &node);
		if (!net_env_is_silent(host))
			fail_msg("protocol %u passes", protocols[i]);
	}
}

/* Once removed, an old connection is dead even for the one who holds its slot next. */
static void flows_end_with_the_partition(void **state)
{
	struct two *two = *state;
	struct sockaddr_in6 at = net_env_part(&two->env, A, 9999);
	struct sockaddr_in6 from;
	char buf[100];
	scoped_fd client = net_env_socket(here, SOCK_DGRAM, 0, NULL);
	scoped_fd server = net_env_socket(two->a, SOCK_DGRAM, 0, &at);
	net_env_send(client, text, sizeof(text), &at);
	assert_true(net_env_recv(server, buf, sizeof(buf), &from) > 0);
	net_env_send(server, text, sizeof(text), &from);
	assert_true(net_env_arrives(client));
	net_env_part_down(&two->env, A);
	assert_int_equal(net_env_marks(&two->env, A), 0);
	fd_ns_close(&two->a);
	two->a = net_env_part_up(&two->env, A);
	scoped_fd next = net_env_socket(two->a, SOCK_DGRAM, 0, &at);
	net_env_send(next, text, sizeof(text), &from);
	assert_true(net_env_is_silent(client));
}

static void partition_sees_only_its_own(void **state)
{
	struct two *two = *state;
	scoped_fd_ns home = {open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)};
	assert_int_equal(setns(two->a.fd, CLONE_NEWNET), 0);
	bool has_address = NET_HAS(":3::105/128", "ip", "-6", "addr");
	bool has_link_local = NET_HAS("fe80", "ip", "-6", "addr");
	bool has_default = NET_HAS("default dev eth0", "ip", "-6", "route");
	bool has_ports = NET_HAS("0", "cat", "/proc/sys/net/ipv4/ip_unprivileged_port_start");
	assert_int_equal(setns(home.fd, CLONE_NEWNET), 0);
	assert_true(has_address);
	assert_false(has_link_local);
	assert_true(has_default);
	assert_true(has_ports);
}

int main(void)
{
	if (!net_env_can_run("cantle-net"))
		return 77;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_reaches_partition),
		cmocka_unit_test(answers_arrive_whole_or_in_fragments),
		cmocka_unit_test(partition_cannot_reach_partition),
		cmocka_unit_test(partition_cannot_reach_host_service),
		cmocka_unit_test(outside_and_partition_are_apart),
		cmocka_unit_test(spoofed_answer_is_dropped),
		cmocka_unit_test(only_pings_of_icmp_pass),
		cmocka_unit_test(pings_are_paced),
		cmocka_unit_test(extension_headers_are_dropped),
		cmocka_unit_test(tunnels_and_multicast_are_dropped),
		cmocka_unit_test(partition_sees_only_its_own),
		cmocka_unit_test(flows_end_with_the_partition),
	};
	return cmocka_run_group_tests_name("net/partition", tests, two_up, two_down);
}
