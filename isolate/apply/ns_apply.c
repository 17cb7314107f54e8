/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces: the empty network, host name, cgroup namespace, and joining a running partition. */
#include "isolate/apply/ns_apply.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/sys.h"

#define JOIN_FLAGS (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET)

static int loopback_up(struct err *err)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	scoped_fd socket_fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* A host without IPv6 can still raise it through the other family. */
	if (socket_fd < 0)
		socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (socket_fd < 0 || ioctl(socket_fd, SIOCSIFFLAGS, &request) < 0)
		return err_set(err, ERR_OS, errno, "net.make", "raise the loopback");
	return 0;
}

/* Ports below 1024 are no privilege where the whole network is the partition's own. */
static int low_ports(const struct host *host, struct err *err)
{
	scoped_fd fd = openat(
		host->proc.fd, "sys/net/ipv4/ip_unprivileged_port_start", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		return err_set(err, ERR_OS, errno, "net.make", "allow low ports");
	return 0;
}

int net_make_apply(const struct host *host, struct fd_ns *ret, struct err *err)
{
	scoped_fd_ns net = FD_INIT;
	struct err back = ERR_INIT;
	int done;
	if (unshare(CLONE_NEWNET) < 0)
		return err_set(err, ERR_OS, errno, "net.make", "make a network namespace");
	done = loopback_up(err);
	if (done == 0)
		done = low_ports(host, err);
	net.fd = openat(host->proc.fd, "self/ns/net", O_RDONLY | O_CLOEXEC);
	if (done == 0 && net.fd < 0)
		done = err_set(err, ERR_OS, errno, "net.make", "open the network namespace");
	if (ns_leave_apply(host, false, &back) < 0) {
		*err = back;
		return -1;
	}
	if (done == 0)
		*ret = fd_ns_take(&net);
	return done;
}

int net_enter_apply(struct fd_ns net, struct err *err)
{
	if (setns(net.fd, CLONE_NEWNET) < 0)
		return err_set(err, ERR_OS, errno, "net.enter", "enter the network namespace");
	return 0;
}

int join_enter_apply(struct fd_pid target, struct err *err)
{
	/* One call: all of them are of the same process, or none is entered. */
	if (setns(target.fd, JOIN_FLAGS) < 0)
		return err_set(err, ERR_OS, errno, "join", "enter the partition's namespaces");
	return 0;
}

int ns_leave_apply(const struct host *host, bool is_join, struct err *err)
{
	if (setns(host->own[HOST_NET].fd, CLONE_NEWNET) < 0)
		return err_set(err, ERR_OS, errno, "ns.leave", "leave a network namespace");
	if (!is_join)
		return 0;
	if (setns(host->own[HOST_PID].fd, CLONE_NEWPID) < 0 ||
		setns(host->own[HOST_IPC].fd, CLONE_NEWIPC) < 0 ||
		setns(host->own[HOST_UTS].fd, CLONE_NEWUTS) < 0 ||
		setns(host->template.fd, CLONE_NEWNS) < 0)
		return err_set(err, ERR_OS, errno, "ns.leave", "leave a partition");
	return 0;
}

uint64_t ns_clone_flags(const struct launch *launch)
{
	uint64_t flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
	if (!launch_is(launch, PLAN_PARTITION))
		return flags;
	flags |= CLONE_NEWNS;
	flags |= launch->weaken & WEAKEN_PID ? 0 : CLONE_NEWPID;
	flags |= launch->weaken & WEAKEN_IPC ? 0 : CLONE_NEWIPC;
	flags |= launch->weaken & WEAKEN_UTS ? 0 : CLONE_NEWUTS;
	return flags;
}

int hostname_child(struct launch *launch, struct err *err)
{
	const struct plan_op *op = plan_find(&launch->view, PLAN_HOSTNAME);
	const char *name = launch_text(launch, op->hostname.name);
	if (sethostname(name, op->hostname.name.len) < 0)
		return err_set(err, ERR_OS, errno, "uts.hostname", "set the host name '%s'", name);
	return 0;
}

int cgroup_ns_child(struct launch *launch, struct err *err)
{
	(void)launch; /* every stage has one signature */
	/* Its root is the group that the process is in by now, so it comes behind the gate. */
	if (unshare(CLONE_NEWCGROUP) < 0)
		return err_set(err, ERR_OS, errno, "cgroup.ns", "make a cgroup namespace");
	return 0;
}

int user_join_child(struct launch *launch, struct err *err)
{
	if (setns(launch->target.fd, CLONE_NEWUSER | CLONE_NEWCGROUP) < 0)
		return err_set(
			err, ERR_OS, errno, "user.join", "enter the partition's user namespace");
	return 0;
}

int host_mounts_child(struct launch *launch, struct err *err)
{
	if (setns(launch->host->own[HOST_MNT].fd, CLONE_NEWNS) < 0)
		return err_set(
			err, ERR_OS, errno, "mount.host", "enter the host's mount namespace");
	return 0;
}
