/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks by system call: namespaces, mounts, large interfaces, families, architectures. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/ns/isoprobe.h"

/* What a filter, a capability check or a namespace limit answers; others mean "was looked at". */
static int refused(long rc)
{
	if (rc >= 0)
		return ATTACK_ALLOWED;
	switch (errno) {
	case EPERM:
	case EACCES:
	case ENOSYS:
	case ENOSPC:
	case EUSERS:
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT:
	case ESOCKTNOSUPPORT:
		return errno;
	default:
		return ATTACK_ALLOWED;
	}
}

#define SYSCALL_ROW(name, ...)                                                                     \
	static int name(const char *arg, char *text)                                               \
	{                                                                                          \
		(void)arg;                                                                         \
		(void)text;                                                                        \
		return refused(syscall(__VA_ARGS__));                                              \
	}

/* In a child: what succeeds changes nothing for the rows behind. */
#define UNSHARE_ROW(name, flag)                                                                    \
	static int name##_child(const char *arg, char *text)                                       \
	{                                                                                          \
		(void)arg;                                                                         \
		(void)text;                                                                        \
		return refused(unshare(flag));                                                     \
	}                                                                                          \
	static int name(const char *arg, char *text)                                               \
	{                                                                                          \
		(void)text;                                                                        \
		return attack_child(name##_child, arg);                                            \
	}

#define CLONE_ROW(name, flag)                                                                      \
	static int name(const char *arg, char *text)                                               \
	{                                                                                          \
		(void)arg;                                                                         \
		(void)text;                                                                        \
		long pid =                                                                         \
			syscall(SYS_clone, (unsigned long)(flag) | SIGCHLD, NULL, NULL, NULL, 0);  \
		if (pid == 0)                                                                      \
			_exit(0);                                                                  \
		int outcome = refused(pid);                                                        \
		if (pid > 0)                                                                       \
			waitpid((pid_t)pid, NULL, 0);                                              \
		return outcome;                                                                    \
	}

#define SOCKET_ROW(name, family, type, protocol)                                                   \
	static int name(const char *arg, char *text)                                               \
	{                                                                                          \
		(void)arg;                                                                         \
		(void)text;                                                                        \
		int fd = socket(family, type, protocol);                                           \
		int outcome = refused(fd);                                                         \
		if (fd >= 0)                                                                       \
			close(fd);                                                                 \
		return outcome;                                                                    \
	}

UNSHARE_ROW(unshare_user, CLONE_NEWUSER)
UNSHARE_ROW(unshare_mnt, CLONE_NEWNS)
UNSHARE_ROW(unshare_time, CLONE_NEWTIME)
CLONE_ROW(clone_user, CLONE_NEWUSER)
CLONE_ROW(clone_mnt, CLONE_NEWNS)
CLONE_ROW(clone_net, CLONE_NEWNET)
CLONE_ROW(clone_pid, CLONE_NEWPID)
CLONE_ROW(clone_ipc, CLONE_NEWIPC)
CLONE_ROW(clone_uts, CLONE_NEWUTS)
CLONE_ROW(clone_cgroup, CLONE_NEWCGROUP)
SYSCALL_ROW(clone3, SYS_clone3, NULL, 0)
SYSCALL_ROW(mount_tmpfs, SYS_mount, "none", "/tmp", "tmpfs", 0, NULL)
SYSCALL_ROW(mount_remount, SYS_mount, "none", "/", NULL, 32 /* MS_REMOUNT */, NULL)
SYSCALL_ROW(umount_proc, SYS_umount2, "/proc", 2 /* MNT_DETACH */)
SYSCALL_ROW(umount_root, SYS_umount2, "/", 2 /* MNT_DETACH */)
SYSCALL_ROW(pivot_root, SYS_pivot_root, "/", "/")
SYSCALL_ROW(chroot_root, SYS_chroot, "/")
SYSCALL_ROW(fsopen, SYS_fsopen, "tmpfs", 0)
SYSCALL_ROW(fspick, SYS_fspick, -1, "/", 0)
SYSCALL_ROW(fsmount, SYS_fsmount, -1, 0, 0)
SYSCALL_ROW(fsconfig, SYS_fsconfig, -1, 0, NULL, NULL, 0)
SYSCALL_ROW(open_tree, SYS_open_tree, -1, "/", 1 /* OPEN_TREE_CLONE */)
SYSCALL_ROW(move_mount, SYS_move_mount, -1, "", -1, "", 0)
SYSCALL_ROW(mount_setattr, SYS_mount_setattr, -1, "/", 0, NULL, 0)
SYSCALL_ROW(io_uring, SYS_io_uring_setup, 0, NULL)
SYSCALL_ROW(userfaultfd, SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */)
SYSCALL_ROW(bpf, SYS_bpf, 0, NULL, 0)
SYSCALL_ROW(perf_event, SYS_perf_event_open, NULL, 0, -1, -1, 0)
SYSCALL_ROW(keyctl, SYS_keyctl, 0, -3, 0)
SYSCALL_ROW(add_key, SYS_add_key, "user", "isoprobe", "x", 1, -2)
SYSCALL_ROW(request_key, SYS_request_key, "user", "isoprobe", NULL, 0)
SYSCALL_ROW(kexec, SYS_kexec_load, 0, 0, NULL, 0)
SYSCALL_ROW(kexec_file, SYS_kexec_file_load, -1, -1, 0, NULL, 0)
SYSCALL_ROW(init_module, SYS_init_module, NULL, 0, "")
SYSCALL_ROW(finit_module, SYS_finit_module, -1, "", 0)
SYSCALL_ROW(delete_module, SYS_delete_module, "isoprobe_none", 0)
SYSCALL_ROW(reboot_none, SYS_reboot, 0, 0, 0, NULL)
SYSCALL_ROW(swapon_none, SYS_swapon, "/nonexistent", 0)
SYSCALL_ROW(swapoff_none, SYS_swapoff, "/nonexistent")
SYSCALL_ROW(acct_none, SYS_acct, "/nonexistent")
SYSCALL_ROW(quotactl_none, SYS_quotactl, 0, NULL, 0, NULL)
SYSCALL_ROW(handle_open, SYS_open_by_handle_at, -1, NULL, 0)
SYSCALL_ROW(handle_name, SYS_name_to_handle_at, -1, NULL, NULL, NULL, 0)
SYSCALL_ROW(process_vm_read, SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0)
SYSCALL_ROW(pidfd_getfd, SYS_pidfd_getfd, -1, 0, 0)
SYSCALL_ROW(kcmp_init, SYS_kcmp, 1, 1, 0, 0, 0)
SYSCALL_ROW(syslog_read, SYS_syslog, 3, NULL, 0)
SYSCALL_ROW(settime, SYS_settimeofday, NULL, NULL)
SYSCALL_ROW(sethostname_none, SYS_sethostname, NULL, 0)
SYSCALL_ROW(fanotify, SYS_fanotify_init, 0, 0)
SYSCALL_ROW(unknown_nr, 9999)
SYSCALL_ROW(fchmodat2_any, 452, -1, "", 0, 0)
#ifdef SYS_iopl
SYSCALL_ROW(iopl_three, SYS_iopl, 3)
SYSCALL_ROW(ioperm_all, SYS_ioperm, 0, 1, 1)
#endif
SOCKET_ROW(vsock, AF_VSOCK, SOCK_STREAM, 0)
SOCKET_ROW(packet, AF_PACKET, SOCK_RAW, 0)
SOCKET_ROW(raw4, AF_INET, SOCK_RAW, 1)
SOCKET_ROW(raw6, AF_INET6, SOCK_RAW, 58)
SOCKET_ROW(sock_packet, AF_INET, SOCK_PACKET, 0)
SOCKET_ROW(alg, AF_ALG, SOCK_SEQPACKET, 0)
SOCKET_ROW(tipc, AF_TIPC, SOCK_RDM, 0)
SOCKET_ROW(can, AF_CAN, SOCK_RAW, 1)
SOCKET_ROW(bluetooth, AF_BLUETOOTH, SOCK_RAW, 1)
SOCKET_ROW(xdp, AF_XDP, SOCK_RAW, 0)
SOCKET_ROW(kcm, AF_KCM, SOCK_DGRAM, 0)
SOCKET_ROW(smc, AF_SMC, SOCK_STREAM, 0)
SOCKET_ROW(sctp, AF_INET6, SOCK_STREAM, 132)
SOCKET_ROW(netlink_netfilter, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER)
SOCKET_ROW(netlink_audit, AF_NETLINK, SOCK_RAW, NETLINK_AUDIT)
SOCKET_ROW(netlink_xfrm, AF_NETLINK, SOCK_RAW, NETLINK_XFRM)
SOCKET_ROW(netlink_uevent, AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT)

static int setns_own(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int outcome = refused(setns(fd, 0));
	if (fd >= 0)
		close(fd);
	return outcome;
}

static int traceme_child(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int ptrace_traceme(const char *arg, char *text)
{
	(void)text;
	return attack_child(traceme_child, arg);
}

static int ptrace_init(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return refused(ptrace(PTRACE_SEIZE, 1, NULL, NULL));
}

static int x32_child(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return refused(syscall(0x40000000 | 39)); /* getpid of the x32 table */
}

static int x32(const char *arg, char *text)
{
	(void)text;
	return attack_child(x32_child, arg);
}

#if defined(__x86_64__)
static int int80_child(const char *arg, char *text)
{
	long rc = 20; /* getpid of the i386 table */
	(void)arg;
	(void)text;
	__asm__ volatile("int $0x80" : "+a"(rc) : : "memory", "r8", "r9", "r10", "r11");
	return rc > 0 ? ATTACK_ALLOWED : ENOSYS;
}

static int int80(const char *arg, char *text)
{
	(void)text;
	return attack_child(int80_child, arg);
}
#endif

static int persona_child(const char *arg, char *text)
{
	(void)text;
	return refused(personality((unsigned long)strtoul(arg, NULL, 0)));
}

static int personality_no_random(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return attack_child(persona_child, "0x0040000");
}

static int personality_read_exec(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return attack_child(persona_child, "0x0400000");
}

/* On a terminal of our own: allowed means that the byte was queued. */
static int on_pty(unsigned long request, const char *argument)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 || !ptsname(master))
		return errno;
	setsid();
	int slave = open(ptsname(master), O_RDWR | O_CLOEXEC);
	if (slave < 0)
		return errno;
	return refused(syscall(SYS_ioctl, slave, request, argument));
}

static int tiocsti_child(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return on_pty(TIOCSTI, "x");
}

static int tiocsti_high_child(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return on_pty(TIOCSTI | UINT64_C(1) << 32, "x");
}

static int tioclinux_child(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	return on_pty(TIOCLINUX, "\3");
}

static int tiocsti(const char *arg, char *text)
{
	(void)text;
	return attack_child(tiocsti_child, arg);
}

static int tiocsti_high(const char *arg, char *text)
{
	(void)text;
	return attack_child(tiocsti_high_child, arg);
}

static int tioclinux(const char *arg, char *text)
{
	(void)text;
	return attack_child(tioclinux_child, arg);
}

static int chmod_suid(const char *arg, char *text)
{
	(void)arg;
	(void)text;
	int fd = open("/tmp/isoprobe.suid", O_CREAT | O_RDWR | O_CLOEXEC, 0700);
	int outcome = fd < 0 ? errno : refused(fchmod(fd, 04755));
	if (fd >= 0)
		close(fd);
	unlink("/tmp/isoprobe.suid");
	return outcome;
}

static int own_filter_child(const char *arg, char *text)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = {.len = 1, .filter = &allow};
	(void)arg;
	(void)text;
	return attack_result(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

/* Must stay allowed: programs confine themselves further. */
static int own_filter(const char *arg, char *text)
{
	(void)text;
	return attack_child(own_filter_child, arg);
}

static void *nothing(void *arg)
{
	return arg;
}

/* Must stay allowed: threads, processes and spawned programs under a clone3 that is absent. */
static int threads_and_forks(const char *arg, char *text)
{
	pthread_t thread;
	pid_t pid = fork();
	(void)arg;
	(void)text;
	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		return errno;
	int rc = pthread_create(&thread, NULL, nothing, NULL);
	if (rc == 0)
		pthread_join(thread, NULL);
	return rc;
}

static int mdwe_child(const char *arg, char *text)
{
	(void)arg;
	snprintf(text, ATTACK_TEXT, "%d", prctl(66 /* PR_GET_MDWE */, 0, 0, 0, 0));
	return ATTACK_VALUE;
}

#define ROW(fn)                                                                                    \
	{                                                                                          \
#fn, fn, false                                                                     \
	}

static const struct attack rows[] = {
	ROW(unshare_user),
	ROW(unshare_mnt),
	ROW(unshare_time),
	ROW(clone_user),
	ROW(clone_mnt),
	ROW(clone_net),
	ROW(clone_pid),
	ROW(clone_ipc),
	ROW(clone_uts),
	ROW(clone_cgroup),
	ROW(clone3),
	ROW(threads_and_forks),
	ROW(setns_own),
	ROW(mount_tmpfs),
	ROW(mount_remount),
	ROW(umount_proc),
	ROW(umount_root),
	ROW(pivot_root),
	ROW(chroot_root),
	ROW(fsopen),
	ROW(fspick),
	ROW(fsmount),
	ROW(fsconfig),
	ROW(open_tree),
	ROW(move_mount),
	ROW(mount_setattr),
	ROW(io_uring),
	ROW(userfaultfd),
	ROW(bpf),
	ROW(perf_event),
	ROW(keyctl),
	ROW(add_key),
	ROW(request_key),
	ROW(kexec),
	ROW(kexec_file),
	ROW(init_module),
	ROW(finit_module),
	ROW(delete_module),
	ROW(reboot_none),
	ROW(swapon_none),
	ROW(swapoff_none),
	ROW(acct_none),
	ROW(quotactl_none),
	ROW(handle_open),
	ROW(handle_name),
	ROW(process_vm_read),
	ROW(ptrace_traceme),
	ROW(ptrace_init),
	ROW(pidfd_getfd),
	ROW(kcmp_init),
	ROW(syslog_read),
	ROW(settime),
	ROW(sethostname_none),
	ROW(fanotify),
	ROW(unknown_nr),
	ROW(fchmodat2_any),
#ifdef SYS_iopl
	ROW(iopl_three),
	ROW(ioperm_all),
#endif
	ROW(x32),
#if defined(__x86_64__)
	ROW(int80),
#endif
	ROW(personality_no_random),
	ROW(personality_read_exec),
	ROW(tiocsti),
	ROW(tiocsti_high),
	ROW(tioclinux),
	ROW(chmod_suid),
	ROW(own_filter),
	ROW(vsock),
	ROW(packet),
	ROW(raw4),
	ROW(raw6),
	ROW(sock_packet),
	ROW(alg),
	ROW(tipc),
	ROW(can),
	ROW(bluetooth),
	ROW(xdp),
	ROW(kcm),
	ROW(smc),
	ROW(sctp),
	ROW(netlink_netfilter),
	ROW(netlink_audit),
	ROW(netlink_xfrm),
	ROW(netlink_uevent),
	{"mdwe", mdwe_child, false},
};

const struct attack_table attack_kernel = {rows, sizeof(rows) / sizeof(rows[0])};
