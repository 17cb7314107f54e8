/* SPDX-License-Identifier: Apache-2.0 */
/* User namespace, id maps, the counts inside it, and the ids of a process. */
#include "isolate/apply/user_apply.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "base/sys.h"

static int file_write(int proc, const char *rel, const char *text)
{
	scoped_fd fd = openat(proc, rel, O_WRONLY | O_CLOEXEC);
	size_t n = strlen(text);
	if (fd < 0)
		return -1;
	return write(fd, text, n) == (ssize_t)n ? 0 : -1;
}

int user_ns_child(struct launch *launch, struct err *err)
{
	(void)launch; /* every stage has one signature */
	if (unshare(CLONE_NEWUSER) < 0)
		return err_set(err, ERR_OS, errno, "user.ns", "make a user namespace");
	return 0;
}

int user_map_apply(const struct launch *launch, pid_t pid, struct err *err)
{
	static const char *const files[] = {"uid_map", "gid_map"};
	const struct plan_op *op = plan_find(&launch->view, PLAN_ID_MAP);
	char map[48];
	if (!op || launch->weaken & WEAKEN_USER)
		return 0;
	snprintf(map, sizeof(map), "0 %u %u", op->id_map.base, op->id_map.count);
	/* The child is ours and not yet waited for, so its number cannot mean another process. */
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char rel[40];
		snprintf(rel, sizeof(rel), "%d/%s", pid, files[i]);
		if (file_write(launch->host->proc.fd, rel, map) < 0)
			return err_set(
				err, ERR_OS, errno, "user.map", "write '%s' to %s", map, files[i]);
	}
	return 0;
}

int user_ucounts_child(struct launch *launch, struct err *err)
{
	static const char *const names[] = {
		"user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time"};
	const struct plan_op *op = plan_find(&launch->view, PLAN_UCOUNTS);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char rel[48];
		/* procfs shows the counts of whoever looks: this child's new namespace. */
		snprintf(rel, sizeof(rel), "sys/user/max_%s_namespaces", names[i]);
		if (file_write(launch->host->proc.fd, rel, "0") == 0)
			continue;
		if (errno != ENOENT || !(op->ucounts.flags & PLAN_IF_AVAILABLE))
			return err_set(err, ERR_OS, errno, "user.ucounts", "write 0 to %s", rel);
	}
	return 0;
}

int user_ids_child(struct launch *launch, struct err *err)
{
	const struct plan_op *op = plan_find(&launch->view, PLAN_USER);
	const gid_t group = op->user.group;
	if (setgroups(group ? 1 : 0, &group) < 0)
		return err_set(err, ERR_OS, errno, "user.ids", "drop the groups");
	if (sys_setresgid(op->user.gid) < 0 || sys_setresuid(op->user.uid) < 0)
		return err_set(
			err, ERR_OS, errno, "user.ids", "become %u:%u", op->user.uid, op->user.gid);
	return 0;
}
