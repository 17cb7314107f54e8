/* SPDX-License-Identifier: Apache-2.0 */
/* The floor: what no plan may weaken, whoever sealed it. */
#include "isolate/plan/plan_floor.h"

#include <string.h>
#include <sys/resource.h>

#include "base/bug.h"
#include "base/limits.h"
#include "isolate/plan/plan_table.h"

enum { HOSTNAME_MAX = 64, OOM_SCORE_MAX = 1000, PAGE_MIN = 4096 };

/* What a process of each kind needs (+), must not have (-), or may have ( ). */
struct process_row {
	enum plan_kind kind;
	char partition, join, confined;
};

static const struct process_row process_rows[] = {
	{PLAN_ID_MAP, '+', '-', '-'},
	{PLAN_NET, '+', '-', '-'},
	{PLAN_HOSTNAME, '+', '-', '-'},
	{PLAN_UCOUNTS, '+', '-', '-'},
	{PLAN_MNT_ROOT, '+', '-', '-'},
	{PLAN_MNT_PROC, '+', '-', '-'},
	{PLAN_MNT_BASE, ' ', '-', '-'},
	{PLAN_MNT_DEV, ' ', '-', '-'},
	{PLAN_MNT_DIR, ' ', '-', '-'},
	{PLAN_MNT_FILE, ' ', '-', '-'},
	{PLAN_MNT_LINK, ' ', '-', '-'},
	{PLAN_MNT_BIND, ' ', '-', '-'},
	{PLAN_MNT_TMPFS, ' ', '-', '-'},
	{PLAN_PROC_MASK, ' ', '-', '-'},
	{PLAN_USER, '+', '+', '+'},
	{PLAN_CAPS, '+', '+', '+'},
	{PLAN_LANDLOCK, '+', '+', ' '},
	{PLAN_SECCOMP, '+', '+', '+'},
	{PLAN_CWD, '+', '+', '+'},
	{PLAN_ARG, '+', '+', '+'},
	{PLAN_EXEC, '+', '+', '-'},
	{PLAN_EXEC_FD, '-', '-', '+'},
	{PLAN_FILE_OPEN, '-', '-', '-'},
	{PLAN_CGROUP_READ, '-', '-', '-'},
};

/* Files of cgroup v2 and v1 that set a limit; none that moves processes or runs programs. */
static const char *const cgroup_files[] = {"memory.max", "memory.high", "memory.swap.max",
	"memory.oom.group", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "pids.max",
	"cpu.max", "cpu.weight", "cpu.shares", "cpu.cfs_period_us", "cpu.cfs_quota_us", "io.max",
	"io.weight", "cpuset.cpus", "cpuset.mems", "cgroup.subtree_control"};

static int below(struct err *err, const char *what)
{
	return err_set(err, ERR_DENIED, 0, "plan.floor", "%s", what);
}

static bool is_cgroup_file(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(cgroup_files); i++)
		if (span_is(name, cgroup_files[i]))
			return true;
	return false;
}

static struct span text_of(const struct plan_view *view, struct plan_ref ref)
{
	return span_make(view->pool + ref.off, ref.len);
}

static bool is_mount_point_maker(uint32_t kind)
{
	return kind == PLAN_MNT_DIR || kind == PLAN_MNT_FILE || kind == PLAN_MNT_LINK ||
	       kind == PLAN_MNT_TMPFS;
}

static const char *check_mount(const struct plan_op *op, bool *has_foreign)
{
	/* Nothing is created once something of the host or of a tenant is attached. */
	if (is_mount_point_maker(op->kind) && *has_foreign)
		return "a mount point behind the first bind mount";
	if (op->kind == PLAN_MNT_BIND || op->kind == PLAN_MNT_BASE)
		*has_foreign = true;
	if (op->kind == PLAN_MNT_BIND && op->mnt_bind.flags & PLAN_MNT_RW &&
		(!(op->mnt_bind.at & PLAN_ROOT_BIT) || op->mnt_bind.flags & PLAN_MNT_RECURSIVE))
		return "a writable bind that is not of the state directory";
	if (op->kind == PLAN_MNT_TMPFS &&
		(op->mnt_tmpfs.size_bytes < PAGE_MIN || op->mnt_tmpfs.n_inodes == 0))
		return "a tmpfs without a limit";
	if (op->kind == PLAN_MNT_ROOT &&
		(op->mnt_root.size_bytes < PAGE_MIN || op->mnt_root.n_inodes == 0))
		return "a root without a limit";
	if (op->kind == PLAN_MNT_DEV &&
		(op->mnt_dev.shm_bytes < PAGE_MIN || op->mnt_dev.shm_inodes == 0))
		return "a /dev/shm without a limit";
	return NULL;
}

static const char *check_value(const struct plan_view *view, const struct plan_op *op)
{
	/* Only kinds whose values have bounds of their own are listed. */
	if (op->kind == PLAN_CGROUP_SET && !is_cgroup_file(text_of(view, op->cgroup_set.file)))
		return "a cgroup file that is no limit";
	if (op->kind == PLAN_HOSTNAME && op->hostname.name.len > HOSTNAME_MAX)
		return "a host name of more than 64 bytes";
	if (op->kind == PLAN_UCOUNTS && op->ucounts.max != 0)
		return "namespaces inside the partition";
	if (op->kind == PLAN_CAPS && (op->caps.keep != 0 || op->caps.securebits != PLAN_SECUREBITS))
		return "a capability or an open securebit";
	if (op->kind == PLAN_RLIMIT &&
		(op->rlimit.resource >= RLIM_NLIMITS || op->rlimit.soft > op->rlimit.hard))
		return "a resource limit that does not exist or is above its own maximum";
	if (op->kind == PLAN_OOM_SCORE && op->oom_score.adj > OOM_SCORE_MAX)
		return "an OOM score above 1000";
	if (op->kind == PLAN_UMASK && op->umask.mask > 0777)
		return "a umask above 0777";
	if (op->kind == PLAN_SECCOMP &&
		(op->seccomp.filter.len == 0 || op->seccomp.filter.len % 8 ||
			op->seccomp.filter.off % 8 || op->seccomp.filter.len / 8 > LIMIT_PLAN_BPF))
		return "a seccomp program of an impossible size";
	if (op->kind == PLAN_ENV && span_index(text_of(view, op->env.text), '=') < 1)
		return "an environment string without a name";
	return NULL;
}

static const char *check_ids(
	const struct plan_view *view, const struct plan_op *process, const struct plan_floor *floor)
{
	const struct plan_op *user = plan_find(view, PLAN_USER);
	const struct plan_op *map = plan_find(view, PLAN_ID_MAP);
	uint32_t base = ID_BASE + floor->node * ID_NODE_SPAN;
	uint32_t uid = user->user.uid;
	uint32_t gid = user->user.gid;
	if (process->process.kind == PLAN_CONFINED) {
		/* Slot 0: +1 is the node agent itself, which nothing else may be. */
		uint32_t first = base + ID_OFFSET_TB;
		uint32_t n = ID_SLOT_SPAN - ID_OFFSET_TB;
		return uid >= first && uid - first < n && gid >= first && gid - first < n
			       ? NULL
			       : "a confined process outside the node's own ids";
	}
	if (uid == 0 || uid >= ID_SLOT_SPAN || gid == 0 || gid >= ID_SLOT_SPAN)
		return "a process that runs as 0 or outside its id map";
	if (map && (map->id_map.count != ID_SLOT_SPAN || map->id_map.base % ID_SLOT_SPAN ||
			   map->id_map.base < base + ID_SLOT_SPAN))
		return "an id map that is not one slot of the node";
	return NULL;
}

static const char *check_fds(const struct plan_view *view)
{
	const struct plan_op *net = plan_find(view, PLAN_NET);
	uint32_t next = 0;
	for (uint32_t i = 0; i < view->n_ops; i++)
		if (view->ops[i].kind == PLAN_PASS_FD && view->ops[i].pass_fd.target != next++)
			return "descriptors that are not 0, 1, 2 and so on";
	if (next < 3)
		return "no descriptors for 0, 1 and 2";
	if (net && (net->net.mode == PLAN_NET_NONE) != (net->net.ns == UINT32_MAX))
		return "a network namespace that does not fit its mode";
	return NULL;
}

static int check_process(const struct plan_view *view, const uint32_t *counts,
	const struct plan_floor *floor, struct err *err)
{
	const struct plan_op *process = plan_find(view, PLAN_PROCESS);
	const char *what;
	for (size_t i = 0; i < ARRAY_LEN(process_rows); i++) {
		const struct process_row *row = &process_rows[i];
		const char need = process->process.kind == PLAN_PARTITION ? row->partition
				  : process->process.kind == PLAN_JOIN    ? row->join
									  : row->confined;
		if ((need == '+' && !counts[row->kind]) || (need == '-' && counts[row->kind]))
			return err_set(err, ERR_DENIED, 0, "plan.floor",
				"a process plan %s the operation %s",
				need == '+' ? "needs" : "may not have", plan_rows[row->kind].name);
	}
	what = check_ids(view, process, floor);
	if (!what)
		what = check_fds(view);
	return what ? below(err, what) : 0;
}

int plan_floor_check(const struct plan_view *view, const struct plan_floor *floor, struct err *err)
{
	uint32_t counts[PLAN_N_KINDS] = {0};
	bool has_foreign = false;
	for (uint32_t i = 0; i < view->n_ops; i++) {
		const struct plan_op *op = &view->ops[i];
		enum plan_when when = plan_rows[op->kind].when;
		const char *what = check_value(view, op);
		if (!what)
			what = check_mount(op, &has_foreign);
		if (!what && ++counts[op->kind] > 1 && when == PLAN_ONE)
			what = "twice";
		if (!what && when == PLAN_FAULT && !floor->has_faults)
			what = "a fault outside a test launcher";
		if (what)
			return err_set(err, ERR_DENIED, 0, "plan.floor", "operation %u, %s: %s", i,
				plan_rows[op->kind].name, what);
	}
	if (counts[PLAN_FILE_OPEN] + counts[PLAN_CGROUP_READ] > LIMIT_PLAN_RESULTS)
		return below(err, "more results than one answer holds");
	if (counts[PLAN_PROCESS])
		return check_process(view, counts, floor, err);
	for (uint32_t kind = 0; kind < PLAN_N_KINDS; kind++)
		if (counts[kind] && plan_rows[kind].when != PLAN_HOST &&
			plan_rows[kind].when != PLAN_FAULT)
			return below(err, "parts of a process without a process");
	return 0;
}
