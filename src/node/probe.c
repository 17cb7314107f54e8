/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine and its kernel can enforce: one row per facility, tried rather than guessed. */
#include "node/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include "base/bug.h"
#include "base/err.h"
#include "base/path.h"
#include "base/sys.h"
#include "node/probe_child.h"

enum {
	KERNEL_MAJOR = 6, /* README: the oldest kernel */
	KERNEL_MINOR = 1,
	LANDLOCK_ABI_LEAST = 2,
	LANDLOCK_ABI_WANTED = 6, /* scopes */
	SYS_STATMOUNT = 457,     /* Linux 6.8 */
	FILE_BYTES = 1 << 16,
	DISK_FREE_LEAST_MB = 2048, /* what one software release of the examples takes, twice */
};

#define NAMESPACES (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID)

struct row;
struct probing {
	struct fd_dir root;
	struct fd_dir state;
	struct probe_result *result;
	const struct row *row;
};

typedef bool (*probe_fn)(struct probing *p);

struct row {
	const char *name;
	probe_fn fn;                /* true: works */
	uint64_t flags;             /* for the child */
	enum probe_attempt attempt; /* for the child */
	enum probe_state absent;
	const char *lost;
	const char *fix;
};

static bool say(struct probing *p, bool works, const char *fmt, ...) printf_like(3, 4);

static bool say(struct probing *p, bool works, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (vsnprintf(p->result->detail, sizeof(p->result->detail), fmt, ap) < 0)
		p->result->detail[0] = '\0';
	va_end(ap);
	return works;
}

static bool say_errno(struct probing *p, int num)
{
	if (num == 0)
		return say(p, true, "works");
	return say(p, false, "%s", strerrorname_np(num) ? strerrorname_np(num) : "no answer");
}

/* A small file by its path without the leading slash; "" where it cannot be read. */
static void read_file(struct probing *p, const char *rel, struct str *ret)
{
	ERR_IGNORED(path_read(p->root, rel, FILE_BYTES, ret, ignored)); /* absent is an answer */
	while (ret->len && ret->ptr[ret->len - 1] == '\n')
		str_cut(ret, ret->len - 1);
}

static bool is_there(struct probing *p, const char *rel)
{
	return faccessat(p->root.fd, rel, F_OK, 0) == 0;
}

static bool in_child(struct probing *p)
{
	return say_errno(p, probe_child(p->row->flags, p->row->attempt));
}

/* Does this kernel have what came with a version? For what cannot be tried without privilege. */
static bool is_kernel(struct probing *p, uint64_t wanted_major, uint64_t wanted_minor)
{
	struct utsname name;
	struct span major;
	uint64_t numbers[2] = {0, 0};
	size_t digits = 0;
	if (uname(&name) < 0)
		return say(p, false, "uname fails");
	struct span rest = span_str(name.release);
	if (!span_cut(&rest, '.', &major) || !span_parse_u64(major, &numbers[0]))
		return say(p, false, "version %.60s", name.release);
	while (digits < rest.len && rest.ptr[digits] >= '0' && rest.ptr[digits] <= '9')
		digits++;
	if (!span_parse_u64(span_first(rest, digits), &numbers[1]))
		numbers[1] = 0;
	bool is_enough = numbers[0] > wanted_major ||
			 (numbers[0] == wanted_major && numbers[1] >= wanted_minor);
	return say(p, is_enough, "%.60s", name.release);
}

static bool kernel_version(struct probing *p)
{
	return is_kernel(p, KERNEL_MAJOR, KERNEL_MINOR);
}

/* The launcher mounts it from outside: in a user namespace the option is refused (tmpfs(5)). */
static bool tmpfs_noswap(struct probing *p)
{
	return is_kernel(p, 6, 4);
}

static bool user_count(struct probing *p)
{
	scoped_str struct str text = STR_INIT;
	read_file(p, "proc/sys/user/max_user_namespaces", &text);
	return say(p, text.len && !span_is(str_span(&text), "0"), "%s", str_cstr(&text));
}

static bool landlock_abi(struct probing *p, int wanted)
{
	int abi = sys_landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 0)
		return say_errno(p, errno);
	return say(p, abi >= wanted, "ABI %d, wanted %d", abi, wanted);
}

static bool landlock_files(struct probing *p)
{
	return landlock_abi(p, LANDLOCK_ABI_LEAST);
}

static bool landlock_scope(struct probing *p)
{
	return landlock_abi(p, LANDLOCK_ABI_WANTED);
}

static bool seccomp_actions(struct probing *p)
{
	static const uint32_t actions[] = {
		SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_ERRNO, SECCOMP_RET_LOG, SECCOMP_RET_ALLOW};
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (sys_seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &actions[i]) < 0)
			return say(p, false, "action 0x%x: %s", actions[i], strerrorname_np(errno));
	return say(p, true, "kill process, errno, log, allow");
}

static bool open_beneath(struct probing *p)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
	scoped_fd fd = sys_openat2(p->root.fd, "usr", &how);
	return say_errno(p, fd < 0 ? errno : 0);
}

static bool statmount(struct probing *p)
{
	/* No pointer is valid here: the call exists where the answer is not ENOSYS. */
	long rc = syscall(SYS_STATMOUNT, NULL, NULL, 0, 0);
	return rc < 0 && errno == ENOSYS ? say(p, false, "ENOSYS; /proc/self/mountinfo instead")
					 : say(p, true, "works");
}

/* Which hierarchy serves a controller; the mount options say whether it can be written. */
static const char *cgroup_of(struct probing *p, const char *controller)
{
	scoped_str struct str v2 = STR_INIT;
	scoped_str struct str v1 = STR_INIT;
	static const char *const unified[] = {
		"sys/fs/cgroup/cgroup.controllers", "sys/fs/cgroup/unified/cgroup.controllers"};
	for (size_t i = 0; i < ARRAY_LEN(unified); i++) {
		str_cut(&v2, 0);
		read_file(p, unified[i], &v2);
		struct span rest = str_span(&v2);
		struct span name;
		while (span_word(&rest, &name))
			if (span_is(name, controller))
				return "cgroup v2";
	}
	read_file(p, "proc/self/mountinfo", &v1);
	struct span rest = str_span(&v1);
	struct span line;
	while (span_cut(&rest, '\n', &line)) {
		ptrdiff_t at = span_find(line, span_str(" - cgroup "));
		struct span options = at < 0 ? SPAN_EMPTY : span_from(line, (size_t)at);
		struct span option;
		while (span_cut(&options, ',', &option))
			if (span_is(option, controller))
				return "cgroup v1";
	}
	return NULL;
}

static bool controller(struct probing *p, const char *name)
{
	const char *where = cgroup_of(p, name);
	return where ? say(p, true, "%s", where) : say(p, false, "no hierarchy has it");
}

static bool cgroup_memory(struct probing *p)
{
	return controller(p, "memory");
}

static bool cgroup_pids(struct probing *p)
{
	return controller(p, "pids");
}

static bool cgroup_cpu(struct probing *p)
{
	return controller(p, "cpu");
}

static bool cgroup_layout(struct probing *p)
{
	bool is_pure = is_there(p, "sys/fs/cgroup/cgroup.controllers");
	bool is_hybrid = is_there(p, "sys/fs/cgroup/unified/cgroup.controllers");
	const char *memory = cgroup_of(p, "memory");
	if (is_pure)
		return say(p, memory && strcmp(memory, "cgroup v2") == 0, "v2");
	return say(p, false, "%s", is_hybrid ? "hybrid" : memory ? "v1" : "none");
}

static bool ipv6(struct probing *p)
{
	scoped_str struct str off = STR_INIT;
	if (!is_there(p, "proc/sys/net/ipv6/conf/all/disable_ipv6"))
		return say(p, false, "not in this kernel");
	read_file(p, "proc/sys/net/ipv6/conf/all/disable_ipv6", &off);
	return span_is(str_span(&off), "0") ? say(p, true, "on")
					    : say(p, false, "net.ipv6.conf.all.disable_ipv6=1");
}

static bool force_forwarding(struct probing *p)
{
	return is_there(p, "proc/sys/net/ipv6/conf/all/force_forwarding")
		       ? say(p, true, "per interface")
		       : say(p, false, "for all interfaces or none");
}

static bool loop_devices(struct probing *p)
{
	return is_there(p, "dev/loop-control") ? say(p, true, "/dev/loop-control")
					       : say(p, false, "no /dev/loop-control");
}

static bool protected_links(struct probing *p)
{
	scoped_str struct str text = STR_INIT;
	read_file(p, "proc/sys/fs/protected_symlinks", &text);
	return say(p, span_is(str_span(&text), "1"), "fs.protected_symlinks=%s", str_cstr(&text));
}

static bool pressure(struct probing *p)
{
	return is_there(p, "proc/pressure/memory") ? say(p, true, "/proc/pressure")
						   : say(p, false, "no /proc/pressure");
}

/* The bounding set of process 1 is what root can have here. */
static bool sys_resource(struct probing *p)
{
	scoped_str struct str text = STR_INIT;
	uint8_t bytes[8];
	read_file(p, "proc/1/status", &text);
	struct span rest = str_span(&text);
	struct span line;
	while (span_cut(&rest, '\n', &line)) {
		if (!span_starts(line, "CapBnd:"))
			continue;
		if (!span_parse_hex(span_trim(span_from(line, 7)), bytes, sizeof(bytes)))
			break;
		bool has = bytes[7 - CAP_SYS_RESOURCE / 8] & 1 << CAP_SYS_RESOURCE % 8;
		return say(p, has, has ? "CAP_SYS_RESOURCE" : "root lacks CAP_SYS_RESOURCE");
	}
	return say(p, true, "not known");
}

static bool disk_space(struct probing *p)
{
	struct statvfs fs;
	if (p->state.fd < 0)
		return say(p, true, "no state directory yet");
	if (fstatvfs(p->state.fd, &fs) < 0)
		return say_errno(p, errno);
	unsigned long long free_mb = (unsigned long long)fs.f_bavail * fs.f_frsize >> 20;
	return say(p, free_mb >= DISK_FREE_LEAST_MB, "%llu MB free", free_mb);
}

#define IN_CHILD(name, flags, attempt, absent, lost, fix)                                          \
	{                                                                                          \
		name, in_child, flags, attempt, absent, lost, fix                                  \
	}
#define READ(name, fn, absent, lost, fix)                                                          \
	{                                                                                          \
		name, fn, 0, PROBE_NOTHING, absent, lost, fix                                      \
	}
#define NO_START  "no partition can be started"
#define USERNS_ON "enable user namespaces: kernel.unprivileged_userns_clone, AppArmor, user.max_*"
#define NEWER(v)  "boot Linux " v " or newer"

static const struct row rows[] = {
	READ("kernel.version", kernel_version, PROBE_UNAVAILABLE, NO_START, NEWER("6.1")),
	READ("ns.user_count", user_count, PROBE_UNAVAILABLE, NO_START,
		"raise user.max_user_namespaces"),
	IN_CHILD("ns.user", CLONE_NEWUSER, PROBE_NOTHING, PROBE_UNAVAILABLE, NO_START, USERNS_ON),
	IN_CHILD("ns.mount", CLONE_NEWUSER | CLONE_NEWNS, PROBE_NOTHING, PROBE_UNAVAILABLE,
		NO_START, USERNS_ON),
	IN_CHILD("ns.pid", CLONE_NEWUSER | CLONE_NEWPID, PROBE_NOTHING, PROBE_UNAVAILABLE, NO_START,
		USERNS_ON),
	IN_CHILD("ns.net", CLONE_NEWUSER | CLONE_NEWNET, PROBE_NOTHING, PROBE_UNAVAILABLE, NO_START,
		USERNS_ON),
	IN_CHILD("ns.ipc", CLONE_NEWUSER | CLONE_NEWIPC, PROBE_NOTHING, PROBE_UNAVAILABLE, NO_START,
		USERNS_ON),
	IN_CHILD("ns.uts", CLONE_NEWUSER | CLONE_NEWUTS, PROBE_NOTHING, PROBE_UNAVAILABLE, NO_START,
		USERNS_ON),
	IN_CHILD("ns.cgroup", CLONE_NEWUSER | CLONE_NEWCGROUP, PROBE_NOTHING, PROBE_UNAVAILABLE,
		NO_START, USERNS_ON),
	IN_CHILD("ns.nested", CLONE_NEWUSER | CLONE_NEWNS, PROBE_NEST_REFUSED, PROBE_DEGRADED,
		"seccomp alone keeps partitions from making namespaces",
		"mount /proc/sys writable for root"),
	READ("landlock", landlock_files, PROBE_UNAVAILABLE,
		"partitions see what their mounts show, without a second barrier",
		"boot with lsm=landlock,..."),
	READ("landlock.scope", landlock_scope, PROBE_DEGRADED,
		"signals and abstract sockets are kept apart by namespaces alone", NEWER("6.12")),
	READ("seccomp", seccomp_actions, PROBE_UNAVAILABLE, NO_START,
		"a kernel with CONFIG_SECCOMP_FILTER"),
	READ("path.beneath", open_beneath, PROBE_UNAVAILABLE, NO_START,
		"allow openat2(2): an outer container's seccomp profile refuses it"),
	IN_CHILD("mount.tree", NAMESPACES, PROBE_MOUNT_TREE, PROBE_UNAVAILABLE, NO_START,
		"allow open_tree(2) and mount_setattr(2)"),
	IN_CHILD("mount.proc", NAMESPACES, PROBE_PROC_HIDEPID, PROBE_UNAVAILABLE, NO_START,
		"something is mounted over the host's /proc; see mount_too_revealing in the "
		"kernel"),
	IN_CHILD("mount.proc_subset", NAMESPACES, PROBE_PROC_SUBSET, PROBE_DEGRADED,
		"policy strict cannot be used", "as for mount.proc"),
	IN_CHILD("mount.tmpfs", NAMESPACES, PROBE_TMPFS_LIMITS, PROBE_UNAVAILABLE, NO_START,
		"a kernel with CONFIG_TMPFS"),
	READ("mount.noswap", tmpfs_noswap, PROBE_DEGRADED, "what is in /tmp may be swapped to disk",
		NEWER("6.4")),
	READ("mount.stat", statmount, PROBE_DEGRADED, "mounts are verified by their table, slower",
		NEWER("6.8")),
	READ("cgroup.memory", cgroup_memory, PROBE_DEGRADED, "no limit on memory",
		"mount the memory controller (v2: cgroup.subtree_control)"),
	READ("cgroup.pids", cgroup_pids, PROBE_DEGRADED, "no limit on processes",
		"mount the pids controller"),
	READ("cgroup.cpu", cgroup_cpu, PROBE_DEGRADED, "no limit on CPU time",
		"mount the cpu controller"),
	READ("cgroup.v2", cgroup_layout, PROBE_DEGRADED,
		"a partition out of memory loses one process, not all of them together",
		"boot with cgroup_no_v1=all"),
	READ("caps.resource", sys_resource, PROBE_DEGRADED,
		"limits stay below the host's own hard limits",
		"give root CAP_SYS_RESOURCE: an outer container keeps it"),
	READ("net.ipv6", ipv6, PROBE_UNAVAILABLE, "instances get no address",
		"sysctl net.ipv6.conf.all.disable_ipv6=0"),
	IN_CHILD("net.veth", CLONE_NEWUSER | CLONE_NEWNET, PROBE_VETH, PROBE_UNAVAILABLE,
		"instances get no address", "modprobe veth"),
	IN_CHILD("net.nftables", CLONE_NEWUSER | CLONE_NEWNET, PROBE_NFTABLES, PROBE_UNAVAILABLE,
		"tenants are not kept apart on the network", "modprobe nf_tables"),
	READ("net.force_forwarding", force_forwarding, PROBE_DEGRADED,
		"the host forwards IPv6 between all its interfaces", NEWER("6.17")),
	READ("disk.loop", loop_devices, PROBE_DEGRADED, "disk limits are watched, not enforced",
		"modprobe loop"),
	READ("disk.space", disk_space, PROBE_DEGRADED, "a build may fill the disk",
		"free some space, or choose another --state"),
	READ("fs.protected_symlinks", protected_links, PROBE_DEGRADED,
		"no help of the kernel against links planted in shared directories",
		"sysctl fs.protected_symlinks=1"),
	READ("pressure", pressure, PROBE_DEGRADED, "no early sign of memory or CPU shortage",
		"boot with psi=1"),
};

_Static_assert(ARRAY_LEN(rows) <= LIMIT_PROBE_ROWS, "every row has a result");

size_t probe_count(void)
{
	return ARRAY_LEN(rows);
}

size_t probe_run(struct fd_dir state, struct probe_result ret[LIMIT_PROBE_ROWS])
{
	scoped_fd_dir root = {open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct probing p = {
			.root = root, .state = state, .result = &ret[i], .row = &rows[i]};
		ret[i] = (struct probe_result){
			.name = rows[i].name, .lost = rows[i].lost, .fix = rows[i].fix};
		ret[i].state = rows[i].fn(&p) ? PROBE_ENFORCEABLE : rows[i].absent;
	}
	return ARRAY_LEN(rows);
}

const char *probe_state_name(enum probe_state state)
{
	static const char *const names[] = {"enforceable", "degraded", "unavailable"};
	return names[state];
}
