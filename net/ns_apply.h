/* SPDX-License-Identifier: Apache-2.0 */
/* Network namespaces and their sysctls, without a second process or thread. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/fd.h"

/*
 * Shape:  cantle-net is at home in the node's namespace and visits others for a few calls; it has
 *         one thread, and sockets keep the namespace they were opened in.
 * Rights: unshare(CLONE_NEWNET) and setns(2) need CAP_SYS_ADMIN, the sysctls CAP_NET_ADMIN. A
 *         namespace made here belongs to our own user namespace: root of a partition's has no power
 *         over it.
 * Errors: net.netns, net.sysctl
 * Source: network_namespaces(7), setns(2); sysctls are looked up in the caller's namespace.
 */
struct ns_home {
	struct fd_ns home;
	struct fd_dir self_ns; /* /proc/self/ns */
	struct fd_dir sysctls; /* /proc/sys */
};

#define NS_HOME_INIT                                                                               \
	{                                                                                          \
		.home = FD_INIT, .self_ns = FD_INIT, .sysctls = FD_INIT                            \
	}

must_check int ns_home_open(struct ns_home *ret, struct err *err);
void ns_home_done(struct ns_home *home);

/* Make a namespace; the caller is back home on return. */
must_check int ns_make(const struct ns_home *home, struct fd_ns *ret, struct err *err);

/* Between the two, everything happens in ns. Coming home cannot fail: work elsewhere must not. */
must_check int ns_enter(struct fd_ns ns, struct err *err);
void ns_leave(const struct ns_home *home);

/* Write a sysctl, "net/ipv4/...", of the namespace where the caller is. */
must_check int ns_sysctl(
	const struct ns_home *home, const char *rel, const char *value, struct err *err);
/* Whether the sysctl exists and its value begins with the digit. */
bool ns_sysctl_is(const struct ns_home *home, const char *rel, char digit);
