/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts that need a process of their own, in namespaces of their own. */
#include "node/probe_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/bug.h"
#include "base/sys.h"

/* What the child may use of its parent: constants and its own stack. */
static int try_mount(
	const char *type, const char *key, const char *value, const char *key2, const char *value2)
{
	int fs = sys_fsopen(type, FSOPEN_CLOEXEC);
	if (fs < 0)
		return errno;
	if (sys_fsconfig(fs, FSCONFIG_SET_STRING, key, value, 0) < 0)
		return errno;
	if (key2 && sys_fsconfig(fs, FSCONFIG_SET_STRING, key2, value2, 0) < 0)
		return errno;
	if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return errno;
	return sys_fsmount(fs, FSMOUNT_CLOEXEC, 0) < 0 ? errno : 0;
}

static int try_move(void)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};
	int tree =
		sys_open_tree(AT_FDCWD, "/usr", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (tree < 0)
		return errno;
	return sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr) < 0 ? errno : 0;
}

static int try_nest(void)
{
	int fd = open("/proc/sys/user/max_user_namespaces", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		return errno;
	if (unshare(CLONE_NEWUSER) == 0)
		return ENOTSUP;
	return errno == ENOSPC ? 0 : errno;
}

/* One request, one answer; the answer's error, or 0. */
static int ask(int protocol, const void *message, size_t len)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr body;
		char rest[512];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		return errno;
	if (send(fd, message, len, 0) < 0)
		return errno;
	if (recv(fd, &answer, sizeof(answer), 0) < (ssize_t)sizeof(answer.head))
		return EPROTO;
	return answer.head.nlmsg_type == NLMSG_ERROR ? -answer.body.error : 0;
}

static struct rtattr attribute(unsigned short type, size_t len)
{
	return (struct rtattr){
		.rta_type = type, .rta_len = (unsigned short)(sizeof(struct rtattr) + len)};
}

static int try_veth(void)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg link;
		struct rtattr info;
		struct rtattr kind;
		char name[4];
	} m = {
		.head = {.nlmsg_len = sizeof(m),
			.nlmsg_type = RTM_NEWLINK,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL},
		.info = attribute(IFLA_LINKINFO, sizeof(m.kind) + sizeof(m.name)),
		.kind = attribute(IFLA_INFO_KIND, sizeof(m.name)),
		.name = {'v', 'e', 't', 'h'},
	};
	return ask(NETLINK_ROUTE, &m, sizeof(m));
}

static int try_nftables(void)
{
	struct {
		struct nlmsghdr head;
		struct nfgenmsg gen;
	} m = {
		.head = {.nlmsg_len = sizeof(m),
			.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN,
			.nlmsg_flags = NLM_F_REQUEST},
		.gen = {.version = NFNETLINK_V0},
	};
	return ask(NETLINK_NETFILTER, &m, sizeof(m));
}

static int attempt_it(enum probe_attempt attempt)
{
	switch (attempt) {
	case PROBE_PROC_HIDEPID:
		return try_mount("proc", "hidepid", "invisible", NULL, NULL);
	case PROBE_PROC_SUBSET:
		return try_mount("proc", "hidepid", "invisible", "subset", "pid");
	case PROBE_TMPFS_LIMITS:
		return try_mount("tmpfs", "size", "65536", "nr_inodes", "16");
	case PROBE_MOUNT_TREE:
		return try_move();
	case PROBE_NEST_REFUSED:
		return try_nest();
	case PROBE_VETH:
		return try_veth();
	case PROBE_NFTABLES:
		return try_nftables();
	case PROBE_NOTHING:
	default:
		return 0;
	}
}

int probe_child(uint64_t clone_flags, enum probe_attempt attempt)
{
	struct clone_args args = {.flags = clone_flags, .exit_signal = SIGCHLD};
	siginfo_t info = {.si_code = 0};
	pid_t pid = sys_clone3(&args);
	if (pid < 0)
		return errno;
	/* No stdio and no destructors: the parent's buffers are not the child's to write. */
	if (pid == 0) {
		syscall(SYS_exit_group, attempt_it(attempt));
		__builtin_unreachable();
	}
	while (waitid(P_PID, (id_t)pid, &info, WEXITED) < 0)
		if (errno != EINTR)
			return PROBE_CHILD_LOST;
	return info.si_code == CLD_EXITED ? info.si_status : PROBE_CHILD_LOST;
}
