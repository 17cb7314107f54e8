/* SPDX-License-Identifier: Apache-2.0 */
/* What is expected of each attack: with its defence, and without it. */
#include "base/bug.h"
#include "isolate/plan/plan_terms.h"
#include "tests/ns/attack.h"

#define SECCOMP_ROW(attack, stopped)                                                               \
	{                                                                                          \
		"seccomp", attack, 0, WEAKEN_SECCOMP, stopped, "allowed", false, NULL              \
	}

static const struct trial trials[] = {
	SECCOMP_ROW("vsock", "blocked:EPERM"),
	SECCOMP_ROW("io_uring", "blocked:ENOSYS"),
	SECCOMP_ROW("tiocsti", "blocked:EPERM"),
	SECCOMP_ROW("tiocsti_high", "blocked:EPERM"),
	SECCOMP_ROW("ptrace_traceme", "blocked:EPERM"),
	SECCOMP_ROW("chmod_suid", "blocked:EPERM"),
	SECCOMP_ROW("personality_no_random", "blocked:EPERM"),
	SECCOMP_ROW("keyctl", "blocked:EPERM"),
	SECCOMP_ROW("userfaultfd", "blocked:EPERM"),
	SECCOMP_ROW("kcmp_init", "blocked:EPERM"),
	SECCOMP_ROW("clone3", "blocked:ENOSYS"),
#if defined(__x86_64__)
	SECCOMP_ROW("int80", "blocked:SIGSYS"),
#endif
	/* A user namespace inside is refused twice over: each of the two stops it alone. */
	{"seccomp", "unshare_user", WEAKEN_UCOUNTS, WEAKEN_SECCOMP, "blocked:EPERM", "allowed",
		false, NULL},
	{"ns.counts", "unshare_user", WEAKEN_SECCOMP, WEAKEN_UCOUNTS, "blocked:ENOSPC", "allowed",
		false, NULL},
	{"ns.counts", "clone_user", WEAKEN_SECCOMP, WEAKEN_UCOUNTS, "blocked:ENOSPC", "allowed",
		false, NULL},
	{"caps", "capabilities", 0, WEAKEN_CAPS, "blocked:EPERM", "allowed", false, NULL},
	{"securebits", "securebits", 0, WEAKEN_SECUREBITS, "0xef", "!0xef", false, NULL},
	{"no_new_privs", "no_new_privs", 0, WEAKEN_NNP, "blocked:EPERM", "allowed", false, NULL},
	{"landlock", "landlock_file", 0, WEAKEN_LANDLOCK, "blocked:EACCES", "allowed", false, NULL},
	{"landlock", "abstract_unix:%NAME", WEAKEN_NET, WEAKEN_LANDLOCK, "blocked:EPERM", "allowed",
		false, NULL},
	{"read-only base", "read_only:/usr", 0, WEAKEN_READONLY, "blocked:EROFS", "allowed", false,
		NULL},
	{"read-only base", "read_only:/etc/passwd", 0, WEAKEN_READONLY, "blocked:EROFS", "allowed",
		false, NULL},
	{"read-only base", "read_only:/", 0, WEAKEN_READONLY, "blocked:EROFS", "allowed", false,
		NULL},
	{"read-only bind", "write_at:/srv/data/x", WEAKEN_LANDLOCK, WEAKEN_READONLY,
		"blocked:EROFS", "allowed", false, NULL},
	{"private /dev", "read_only:/dev", 0, WEAKEN_DEV, "blocked:EROFS", "allowed", false, NULL},
	/* A device node and a file of the host's user 1000, in a directory that is shown inside. */
	{"nodev", "read_file:/srv/data/zero", 0, WEAKEN_NODEV, "blocked:EACCES", "allowed", false,
		NULL},
	{"user namespace", "read_file:/srv/data/of1000", 0, WEAKEN_USER, "blocked:EACCES",
		"allowed", false, NULL},
	{"id map", "id_map", 0, WEAKEN_USER, "blocked:EPERM", "allowed", false, NULL},
	{"synthetic /etc", "read_file:/etc/debian_version", 0, 0, "blocked:ENOENT", "allowed",
		false, "/etc"},
	{"hidden host", "open_dir:/home", 0, 0, "blocked:ENOENT", "allowed", false, "/home"},
	{"nodev", "mount_flags", 0, WEAKEN_NODEV, "blocked:EPERM", "!blocked:EPERM", false, NULL},
	{"proc masks", "kallsyms", 0, WEAKEN_PROC_MASK, "blocked:ENODATA|blocked:EPERM", "allowed",
		false, NULL},
	{"proc masks", "proc_keys", 0, WEAKEN_PROC_MASK, "blocked:ENODATA", "!blocked:ENODATA",
		false, NULL},
	{"proc masks", "read_only:/proc/sys", 0, WEAKEN_PROC_MASK, "blocked:EROFS", "allowed",
		false, NULL},
	{"hidepid", "hidepid", 0, WEAKEN_HIDEPID, "blocked:EPERM", "allowed", false, NULL},
	{"descriptors", "fd_leak", 0, WEAKEN_FDS, "blocked:EBADF", "allowed", false, NULL},
	{"network namespace", "host_loopback:%PORT", 0, WEAKEN_NET, "blocked:ECONNREFUSED",
		"allowed", false, NULL},
	{"network namespace", "abstract_unix:%NAME", WEAKEN_LANDLOCK, WEAKEN_NET,
		"blocked:ECONNREFUSED", "allowed", false, NULL},
	{"pid namespace", "kill_host:%PID", WEAKEN_LANDLOCK, WEAKEN_PID, "blocked:ESRCH", "allowed",
		false, NULL},
	{"ipc namespace", "shm_of_host:%KEY", 0, WEAKEN_IPC, "blocked:ENOENT", "allowed", false,
		NULL},
	{"ipc namespace", "mqueue_of_host:%NAME", WEAKEN_LANDLOCK, WEAKEN_IPC, "blocked:ENOENT",
		"allowed", false, NULL},
	{"uts namespace", "hostname_of_host:%HOST", 0, WEAKEN_UTS, "blocked:ENOENT", "allowed",
		false, NULL},
	{"cgroup namespace", "cgroup_path", 0, WEAKEN_CGROUPNS, "blocked:ENOENT", "allowed", false,
		NULL},
	{"keyring", "key_of_host:%NAME", WEAKEN_SECCOMP, WEAKEN_KEYRING, "!allowed", "allowed",
		false, NULL},
	{"rlimit hard", "rlimit_at_most:7/64", 0, WEAKEN_RLIMITS, "blocked:EPERM", "allowed", false,
		NULL},
	{"rlimit nofile", "fd_bomb:200", 0, WEAKEN_RLIMITS, "blocked:EMFILE", "allowed", false,
		NULL},
	{"tmpfs size", "fill_tmp:4", 0, WEAKEN_TMPFS, "blocked:ENOSPC", "allowed", false, NULL},
	{"tmpfs inodes", "inode_bomb:100", 0, WEAKEN_TMPFS, "blocked:ENOSPC", "allowed", false,
		NULL},
	{"cgroup memory", "memory_bomb:192", 0, WEAKEN_CGROUP, "blocked:SIGKILL", "allowed", false,
		NULL},
	{"cgroup pids", "fork_bomb:64", 0, WEAKEN_CGROUP, "blocked:EAGAIN", "allowed", false, NULL},
	{"cgroup cpu", "cpu_spin:1500", 0, WEAKEN_CGROUP, "blocked:EDQUOT", "allowed", true, NULL},
};

static const struct matrix_row rows[] = {
	/* must stay possible */
	{"threads_and_forks", "allowed", {NULL}},
	{"own_filter", "allowed", {NULL}},
	/* refused in another way than by EPERM and its like */
	{"x32", "blocked:SIGSYS|blocked:ENOSYS", {NULL}},
	{"int80", "blocked:SIGSYS", {NULL}},
	{"sctp", "blocked:EPROTONOSUPPORT", {NULL}},
	{"netlink_netfilter", "blocked:EPROTONOSUPPORT", {NULL}},
	{"netlink_audit", "blocked:EPROTONOSUPPORT", {NULL}},
	{"netlink_xfrm", "blocked:EPROTONOSUPPORT", {NULL}},
	{"netlink_uevent", "blocked:EPROTONOSUPPORT", {NULL}},
	{"write_self", "blocked:ETXTBSY|blocked:EACCES|blocked:EROFS", {NULL}},
	{"write_init", "blocked:ETXTBSY|blocked:EACCES|blocked:EROFS", {NULL}},
	{"kcore", "blocked:ENODATA|blocked:EACCES|blocked:ENOENT", {NULL}},
	{"kmsg", "blocked:ENODATA|blocked:EACCES|blocked:ENOENT", {NULL}},
	{"kallsyms", "blocked:ENODATA|blocked:EPERM|blocked:ENOENT", {NULL}},
	{"proc_keys", "blocked:ENODATA|blocked:ENOENT", {NULL}},
	{"proc_modules", "blocked:ENODATA|blocked:ENOENT", {NULL}},
	{"timer_list", "blocked:ENODATA|blocked:EACCES|blocked:ENOENT", {NULL}},
	{"sched_debug", "blocked:ENODATA|blocked:ENOENT", {NULL}},
	{"sysrq", "blocked:EACCES|blocked:EROFS|blocked:ENOENT", {NULL}},
	{"controlling_tty", "blocked:ENXIO|blocked:EACCES", {NULL}},
	{"hardlink_host", "blocked:EXDEV|blocked:EPERM|blocked:EACCES", {NULL}},
	{"fd_leak", "blocked:EBADF", {NULL}},
	{"orphans", "blocked:ECHILD", {NULL}},
	/* values */
	{"mdwe", "0", {[MATRIX_STRICT] = "1"}},
	{"ids", "1000:1000", {NULL}},
	{"groups", "", {[MATRIX_JOINED] = "1001 "}}, /* who may see all of /proc */

	{"uid_map", "0 3959881728 65536", {NULL}}, /* node 35, slot 7 */
	{"file_owner", "1000:1000", {NULL}},
	{"seccomp_mode", "2", {NULL}},
	{"securebits", "0xef", {NULL}},
	{"hostname", "probed", {NULL}},
	{"own_pid", "2", {[MATRIX_JOINED] = "2|3"}},
	{"proc_pids", "1,2", {[MATRIX_JOINED] = "1,2|1,2,3"}},
	{"cwd", "/tmp", {NULL}},
	{"fd_list", "0,1,2", {NULL}},
	{"fd_paths", "*", {NULL}},
	{"dev_list", "fd,full,null,ptmx,pts,random,shm,stderr,stdin,stdout,tty,urandom,zero",
		{NULL}},
	{"proc_names", "*", {[MATRIX_STRICT] = "self,thread-self"}},
	{"root_list", "bin,dev,etc,isoprobe.secret,lib,lib64,opt,proc,run,sbin,srv,tmp,usr,var",
		{NULL}},
	{"mount_list", "*", {NULL}},
	{"environment", "*", {NULL}},
};

const struct trial_table attack_trials = {trials, ARRAY_LEN(trials)};
const struct matrix_table attack_matrix = {rows, ARRAY_LEN(rows)};
