/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces: the empty network, host name, cgroup namespace, and joining a running partition. */
#pragma once

#include "isolate/apply/apply.h"

/* Errors: net.make, net.enter, uts.hostname, cgroup.ns, join, user.join. Source: namespaces(7), setns(2). */

/* A network namespace of the initial user namespace with nothing but a loopback that is up. */
must_check int net_make_apply(const struct host *host, struct fd_ns *ret, struct err *err);
/* Launcher: enter the network of the next process; ns_leave_apply() goes back. */
must_check int net_enter_apply(struct fd_ns net, struct err *err);
/* Launcher: enter all of a running partition but its user and cgroup namespaces. */
must_check int join_enter_apply(struct fd_pid target, struct err *err);
/* Launcher: back to where it comes from; flags as entered. A failure here ends the launcher. */
must_check int ns_leave_apply(const struct host *host, bool is_join, struct err *err);
/* Clone flags of the plan's process. */
uint64_t ns_clone_flags(const struct launch *launch);
must_check int hostname_child(struct launch *launch, struct err *err);
must_check int cgroup_ns_child(struct launch *launch, struct err *err);
/* JOIN: those two, by the child, once it is in the partition's cgroups. */
must_check int user_join_child(struct launch *launch, struct err *err);
/* CONFINED: the mount namespace of the host instead of the template's. */
must_check int host_mounts_child(struct launch *launch, struct err *err);
