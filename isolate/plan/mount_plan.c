/* SPDX-License-Identifier: Apache-2.0 */
/* File system of a partition as operations. */
#include "isolate/plan/mount_plan.h"

#include "base/bug.h"
#include "isolate/plan/user_plan.h"
#include "policy/policy.h"

enum { ROOT_BYTES = 1 << 20, ROOT_INODES = 1024 };

static const char *const base_dirs[] = {"/usr", "/proc", "/dev", "/etc/alternatives",
	"/etc/ssl/certs", "/opt/cantle/bin", "/srv", "/var"};

static const char *const base_links[][2] = {
	{"/bin", "usr/bin"},
	{"/sbin", "usr/sbin"},
	{"/lib", "usr/lib"},
	{"/lib64", "usr/lib64"},
	{"/var/run", "../run"},
	{"/etc/mtab", "../proc/self/mounts"},
};

static const struct {
	uint32_t part;
	const char *path;
} base_parts[] = {
	{PLAN_BASE_USR, "/usr"},
	{PLAN_BASE_ALTERNATIVES, "/etc/alternatives"},
	{PLAN_BASE_LD_CACHE, "/etc/ld.so.cache"},
	{PLAN_BASE_CERTS, "/etc/ssl/certs"},
};

/* What a whole procfs shows beyond processes, and a partition has no use for. */
static const struct {
	const char *rel;
	uint32_t how;
} proc_masks[] = {
	{"sys", PLAN_MASK_READONLY},
	{"sysrq-trigger", PLAN_MASK_FILE},
	{"kcore", PLAN_MASK_FILE},
	{"kmsg", PLAN_MASK_FILE},
	{"keys", PLAN_MASK_FILE},
	{"key-users", PLAN_MASK_FILE},
	{"kallsyms", PLAN_MASK_FILE},
	{"modules", PLAN_MASK_FILE},
	{"timer_list", PLAN_MASK_FILE},
	{"sched_debug", PLAN_MASK_FILE},
	{"acpi", PLAN_MASK_DIR},
	{"bus", PLAN_MASK_DIR},
	{"scsi", PLAN_MASK_DIR},
};

static void dir(struct plan *plan, const char *path)
{
	plan_add(plan, (struct plan_op){.kind = PLAN_MNT_DIR,
			       .mnt_dir = {.path = plan_str(plan, path), .mode = 0755}});
}

static void file(struct plan *plan, const char *path, struct span text)
{
	plan_add(plan, (struct plan_op){.kind = PLAN_MNT_FILE,
			       .mnt_file = {.path = plan_str(plan, path),
				       .mode = 0644,
				       .text = plan_bytes(plan, text)}});
}

static void textf(struct plan *plan, const char *path, const char *fmt, ...) printf_like(3, 4);
static void textf(struct plan *plan, const char *path, const char *fmt, ...)
{
	scoped_str struct str text = STR_INIT;
	va_list ap;
	va_start(ap, fmt);
	str_addv(&text, fmt, ap);
	va_end(ap);
	plan->is_full |= text.failed;
	file(plan, path, str_span(&text));
}

static void tmpfs(struct plan *plan, const char *path, const struct policy_tmpfs *limit)
{
	/* The kernel counts inodes in 32 bits; a policy's larger number is no smaller a limit. */
	uint32_t n_inodes = limit->n_inodes > UINT32_MAX ? UINT32_MAX : (uint32_t)limit->n_inodes;
	plan_add(plan, (struct plan_op){.kind = PLAN_MNT_TMPFS,
			       .mnt_tmpfs = {.path = plan_str(plan, path),
				       .size_bytes = limit->size_bytes,
				       .n_inodes = n_inodes,
				       .mode = 01777,
				       .flags = limit->is_exec ? 0 : PLAN_MNT_NOEXEC}});
}

static void etc_plan(const struct launch_request *request, struct plan *plan)
{
	const char *host = request->hostname ? request->hostname : request->policy->hostname;
	const char *home = request->home ? request->home : "/tmp";
	if (!host[0])
		host = "partition";
	textf(plan, "/etc/passwd",
		"root:x:0:0:root:/nonexistent:/usr/sbin/nologin\n"
		"slapuser:x:1000:1000:slapuser:%s:/bin/sh\n"
		"nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
		home);
	textf(plan, "/etc/group", "root:x:0:\nslapuser:x:1000:\nwatch:x:%u:\nnogroup:x:65534:\n",
		USER_WATCH_GROUP);
	textf(plan, "/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n%s%s%s%s",
		request->ipv6 ? request->ipv6 : "127.0.1.1", " ", host, "\n");
	textf(plan, "/etc/hostname", "%s\n", host);
	textf(plan, "/etc/nsswitch.conf",
		"passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: "
		"files\n");
	textf(plan, "/etc/resolv.conf", "%s", request->resolv_conf ? request->resolv_conf : "");
	file(plan, "/etc/ld.so.cache", SPAN_EMPTY);
}

static void points_plan(const struct launch_request *request, struct plan *plan)
{
	plan_add(plan, (struct plan_op){.kind = PLAN_MNT_ROOT,
			       .mnt_root = {.size_bytes = ROOT_BYTES, .n_inodes = ROOT_INODES}});
	tmpfs(plan, "/tmp", &request->policy->tmp);
	/* A place of its own, not a link: a profile may lie beneath it and is bound there. */
	tmpfs(plan, "/var/tmp", &request->policy->tmp);
	tmpfs(plan, "/run", &request->policy->run);
	for (size_t i = 0; i < ARRAY_LEN(base_dirs); i++)
		dir(plan, base_dirs[i]);
	for (size_t i = 0; i < ARRAY_LEN(base_links); i++)
		plan_add(plan, (struct plan_op){.kind = PLAN_MNT_LINK,
				       .mnt_link = {.path = plan_str(plan, base_links[i][0]),
					       .target = plan_str(plan, base_links[i][1])}});
	etc_plan(request, plan);
	for (size_t i = 0; i < request->n_files; i++)
		file(plan, request->files[i].path, request->files[i].text);
	for (size_t i = 0; i < request->n_binds; i++) {
		if (request->binds[i].flags & PLAN_MNT_IS_FILE)
			file(plan, request->binds[i].path, SPAN_EMPTY);
		else
			dir(plan, request->binds[i].path);
	}
}

static void proc_plan(const struct launch_request *request, struct plan *plan)
{
	bool is_subset = request->policy->proc == POLICY_PROC_PID;
	plan_add(plan, (struct plan_op){.kind = PLAN_MNT_PROC,
			       .mnt_proc = {.flags = is_subset ? PLAN_PROC_SUBSET : 0,
				       .gid = user_slot_base(request->node, request->slot) +
					      USER_WATCH_GROUP}});
	for (size_t i = 0; i < ARRAY_LEN(proc_masks) && !is_subset; i++)
		plan_add(plan, (struct plan_op){.kind = PLAN_PROC_MASK,
				       .proc_mask = {.rel = plan_str(plan, proc_masks[i].rel),
					       .how = proc_masks[i].how}});
}

void mount_plan(const struct launch_request *request, struct plan *plan)
{
	const struct policy *policy = request->policy;
	points_plan(request, plan);
	for (size_t i = 0; i < ARRAY_LEN(base_parts); i++)
		plan_add(plan, (struct plan_op){.kind = PLAN_MNT_BASE,
				       .mnt_base = {.part = base_parts[i].part,
					       .path = plan_str(plan, base_parts[i].path)}});
	plan_add(plan, (struct plan_op){.kind = PLAN_MNT_DEV,
			       .mnt_dev = {.shm_bytes = policy->shm.size_bytes,
				       .shm_inodes = policy->shm.n_inodes > UINT32_MAX
							     ? UINT32_MAX
							     : (uint32_t)policy->shm.n_inodes}});
	for (size_t i = 0; i < request->n_binds; i++) {
		const struct launch_bind *bind = &request->binds[i];
		plan_add(plan, (struct plan_op){.kind = PLAN_MNT_BIND,
				       .mnt_bind = {.at = bind->at,
					       .rel = plan_str(plan, bind->rel),
					       .path = plan_str(plan, bind->path),
					       .flags = bind->flags}});
	}
	proc_plan(request, plan);
}
