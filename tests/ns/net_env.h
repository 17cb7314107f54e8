/* SPDX-License-Identifier: Apache-2.0 */
/* A host of its own for network tests: a namespace, a running cantle-net, probes on both sides. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

#include "base/fd.h"
#include "net/plan_make.h"
#include "wire/msg_net.h"

/*
 * Shape:  net_env_host() puts the test process into a fresh network namespace that plays the host.
 *         Sockets "in" a partition are opened inside its namespace and used from here.
 * Errors: every function fails the running test.
 */
enum {
	NET_ENV_WAIT_MS = 150,     /* how long an answer that must not come is waited for */
	NET_ENV_CONNECT_MS = 3500, /* two retries of a first packet that a repair may cost */
};

struct net_env {
	struct net_node node;
	struct fd_chan chan;
	struct fd_pid pid;
	pid_t number;
};

/* Root, and the program was built; otherwise says why the test is skipped. */
bool net_env_can_run(const char *program);

/* A fresh network namespace with lo up and forwarding on: the strictest host for us. */
void net_env_host(void);

/* Another machine, fd66::2, behind a link of the host that is not ours; it routes to the node. */
struct fd_ns net_env_outside(const struct net_env *env);

/* Write a sysctl of this network namespace: "ipv6/conf/all/forwarding". */
void net_env_sysctl(const char *rel, const char *value);

/* Start the program of the build directory and say hello for the node. */
void net_env_start(struct net_env *env, const char *program, uint32_t number);
/* Close the channel; the exit status. */
int net_env_stop(struct net_env *env);

/* Apply the plan; the error is the caller's to judge. */
int net_env_apply(
	struct net_env *env, const struct net_plan *plan, struct fd_ns *ret_ns, struct err *err);
void net_env_node_up(struct net_env *env);
struct fd_ns net_env_part_up(struct net_env *env, uint32_t slot);
void net_env_part_down(struct net_env *env, uint32_t slot);
uint8_t net_env_marks(struct net_env *env, uint32_t slot);

/* An argument vector, with PATH search in the usual places and no shell. */
int net_env_run(const char *const argv[]);
#define NET_RUN(...) net_env_run((const char *const[]){__VA_ARGS__, NULL})
/* Standard output of a program contains the text. */
bool net_env_output_has(const char *const argv[], const char *text);
#define NET_HAS(text, ...) net_env_output_has((const char *const[]){__VA_ARGS__, NULL}, text)

struct sockaddr_in6 net_env_part(const struct net_env *env, uint32_t slot, uint16_t port);
struct sockaddr_in6 net_env_node(const struct net_env *env, uint16_t port);

/* A socket inside ns (FD_NONE: here), bound to the address, which may be anybody's. */
int net_env_socket(struct fd_ns ns, int type, int protocol, const struct sockaddr_in6 *bound);
void net_env_send(int sock, const void *bytes, size_t size, const struct sockaddr_in6 *to);
/* Bytes of what arrives within NET_ENV_CONNECT_MS, which is long; -1 when nothing does. */
ssize_t net_env_recv(int sock, void *buf, size_t size, struct sockaddr_in6 *ret_from);
bool net_env_arrives(int sock);
/* The same within NET_ENV_WAIT_MS, for what shall not arrive. */
ssize_t net_env_recv_soon(int sock, void *buf, size_t size, struct sockaddr_in6 *ret_from);
bool net_env_is_silent(int sock);

/* A connection from here to the partition's port and an exchange over it. */
bool net_env_tcp_works(struct net_env *env, struct fd_ns ns, uint32_t slot, uint16_t port);
