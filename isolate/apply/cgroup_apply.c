/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of processes and their limits, on both versions of the interface. */
#include "isolate/apply/cgroup_apply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/sys.h"
#include "isolate/apply/host_apply.h"

enum { REMOVE_TRIES = 500, LEAVE_TRIES = 10, REMOVE_WAIT_NS = 2000000, PIDS_BYTES = 4096 };

static int group_open(const struct launch *launch, uint32_t at, const char *rel)
{
	return beneath_open(launch->host->roots[at], rel, O_RDONLY | O_DIRECTORY, true);
}

static int file_write(int dir, const char *file, const char *value)
{
	scoped_fd fd = openat(dir, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	size_t n = strlen(value);
	if (fd < 0)
		return -1;
	return write(fd, value, n) == (ssize_t)n ? 0 : -1;
}

static ssize_t file_read(int dir, const char *file, char *buf, size_t size)
{
	scoped_fd fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? -1 : read(fd, buf, size);
}

/*
 * A group left behind by a crash has old limits, which v1 does not let us change in any order: it is
 * made anew. One that has processes is kept. A joining process makes none: it enters what is there.
 */
int cgroup_make_apply(const struct launch *launch, const struct plan_op *op, struct err *err)
{
	const char *rel = launch_text(launch, op->cgroup_make.rel);
	int root = launch->host->roots[op->cgroup_make.at].fd;
	bool is_leaf = op->cgroup_make.flags & PLAN_CG_ENTER;
	if (launch_is(launch, PLAN_JOIN))
		return 0;
	/* cgroupfs has no links, and the root was checked to be cgroupfs. */
	if (mkdirat(root, rel, 0755) == 0 || (errno == EEXIST && !is_leaf))
		return 0;
	if (errno == EEXIST && unlinkat(root, rel, AT_REMOVEDIR) < 0 && errno == EBUSY)
		return 0;
	if (mkdirat(root, rel, 0755) < 0 && errno != EEXIST)
		return err_set(err, ERR_OS, errno, "cgroup.make", "make '%s'", rel);
	return 0;
}

int cgroup_set_apply(const struct launch *launch, const struct plan_op *op, struct err *err)
{
	const char *rel = launch_text(launch, op->cgroup_set.rel);
	const char *file = launch_text(launch, op->cgroup_set.file);
	const char *value = launch_text(launch, op->cgroup_set.value);
	scoped_fd dir = group_open(launch, op->cgroup_set.at, rel);
	if (dir < 0)
		return err_set(err, ERR_OS, errno, "cgroup.set", "open '%s'", rel);
	/* Controllers go down level by level. The first one is the host's, where we only ever add. */
	if (strcmp(file, "cgroup.subtree_control") == 0 && !strchr(rel, '/'))
		(void)!file_write(launch->host->roots[op->cgroup_set.at].fd, file, value);
	if (file_write(dir, file, value) < 0)
		return err_set(err, ERR_OS, errno, "cgroup.set", "write %s to %s of '%s'", value,
			file, rel);
	return 0;
}

/* v1 has no kill file: with no new process allowed, killing what is listed comes to an end. */
static void kill_listed(int dir)
{
	char pids[PIDS_BYTES];
	ssize_t n;
	(void)!file_write(dir, "pids.max", "0"); /* only the pids hierarchy has it */
	n = file_read(dir, "cgroup.procs", pids, sizeof(pids) - 1);
	if (n <= 0)
		return;
	pids[n] = '\0';
	for (char *at = pids; *at;) {
		pid_t pid = (pid_t)strtol(at, &at, 10);
		scoped_fd pidfd = pid > 1 ? sys_pidfd_open(pid) : FD_NONE;
		if (pidfd >= 0)
			(void)!sys_pidfd_send_signal(pidfd, SIGKILL); /* it may be gone */
		while (*at && (*at < '0' || *at > '9'))
			at++;
	}
}

int cgroup_remove_apply(const struct launch *launch, uint32_t at, const char *rel, struct err *err)
{
	const struct timespec wait = {.tv_nsec = REMOVE_WAIT_NS};
	int root = launch->host->roots[at].fd;
	for (int i = 0; i < REMOVE_TRIES; i++) {
		scoped_fd dir = FD_NONE;
		if (unlinkat(root, rel, AT_REMOVEDIR) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			break;
		dir = group_open(launch, at, rel);
		if (dir >= 0 && file_write(dir, "cgroup.kill", "1") < 0)
			kill_listed(dir);
		nanosleep(&wait, NULL);
	}
	return err_set(err, ERR_OS, errno, "cgroup.remove", "remove '%s'", rel);
}

int cgroup_read_apply(const struct launch *launch, const struct plan_op *op, char *buf, size_t size,
	size_t *ret_n, struct err *err)
{
	const char *rel = launch_text(launch, op->cgroup_read.rel);
	const char *file = launch_text(launch, op->cgroup_read.file);
	scoped_fd dir = group_open(launch, op->cgroup_read.at, rel);
	ssize_t n = dir < 0 ? -1 : file_read(dir, file, buf, size);
	if (n < 0)
		return err_set(err, ERR_OS, errno, "cgroup.read", "read %s of '%s'", file, rel);
	*ret_n = (size_t)n;
	return 0;
}

static bool is_degraded(const struct launch *launch, uint32_t i)
{
	for (uint32_t k = 0; k < launch->n_degraded; k++)
		if (launch->degraded[k] == i)
			return true;
	return false;
}

static bool is_entered(const struct launch *launch, uint32_t i)
{
	const struct plan_op *op = &launch->view.ops[i];
	return op->kind == PLAN_CGROUP_MAKE && op->cgroup_make.flags & PLAN_CG_ENTER &&
	       !(launch->weaken & WEAKEN_CGROUP) && !is_degraded(launch, i);
}

int cgroup_clone_fd(const struct launch *launch, struct fd_dir *ret, struct err *err)
{
	for (uint32_t i = 0; i < launch->view.n_ops; i++) {
		const struct plan_cgroup_make *make = &launch->view.ops[i].cgroup_make;
		const char *rel;
		if (!is_entered(launch, i) || !launch->host->is_cgroup2[make->at])
			continue;
		rel = launch_text(launch, make->rel);
		*ret = fd_dir_wrap(group_open(launch, make->at, rel));
		if (!fd_dir_is_open(*ret))
			return err_set(err, ERR_OS, errno, "cgroup.enter", "open '%s'", rel);
		return 0;
	}
	*ret = (struct fd_dir)FD_INIT;
	return 0;
}

int cgroup_enter_child(struct launch *launch, struct err *err)
{
	for (uint32_t i = 0; i < launch->view.n_ops; i++) {
		const struct plan_cgroup_make *make = &launch->view.ops[i].cgroup_make;
		const char *rel;
		scoped_fd dir = FD_NONE;
		if (!is_entered(launch, i) || launch->host->is_cgroup2[make->at])
			continue;
		rel = launch_text(launch, make->rel);
		dir = group_open(launch, make->at, rel);
		/*
		 * A thread that moves itself takes no global lock, whose first taker waits for RCU: "0"
		 * in `tasks`, not a pid in cgroup.procs. This process has one thread.
		 */
		if (dir < 0 || file_write(dir, "tasks", "0") < 0)
			return err_set(err, ERR_OS, errno, "cgroup.enter", "enter '%s'", rel);
	}
	return 0;
}

static bool has_oom_count(const char *text)
{
	const char *at = strstr(text, "oom_kill ");
	return at && at[strlen("oom_kill ")] > '0';
}

bool cgroup_had_oom(const struct launch *launch)
{
	for (uint32_t i = 0; i < launch->view.n_ops; i++) {
		const struct plan_cgroup_make *make = &launch->view.ops[i].cgroup_make;
		scoped_fd dir = FD_NONE;
		char text[512];
		ssize_t n;
		if (!is_entered(launch, i))
			continue;
		dir = group_open(launch, make->at, launch_text(launch, make->rel));
		n = dir < 0 ? -1
			    : file_read(dir,
				      launch->host->is_cgroup2[make->at] ? "memory.events"
									 : "memory.oom_control",
				      text, sizeof(text) - 1);
		if (n <= 0)
			continue;
		text[n] = '\0';
		if (has_oom_count(text))
			return true;
	}
	return false;
}

void cgroup_leave_apply(const struct launch *launch)
{
	const struct timespec wait = {.tv_nsec = REMOVE_WAIT_NS};
	for (uint32_t i = 0; i < launch->view.n_ops; i++) {
		const struct plan_cgroup_make *make = &launch->view.ops[i].cgroup_make;
		const char *rel;
		if (launch->view.ops[i].kind != PLAN_CGROUP_MAKE || !(make->flags & PLAN_CG_REMOVE))
			continue;
		rel = launch_text(launch, make->rel);
		/* Busy for longer: another process of the slot is in it, and it is not ours to end. */
		for (int k = 0; k < LEAVE_TRIES; k++) {
			if (unlinkat(launch->host->roots[make->at].fd, rel, AT_REMOVEDIR) == 0 ||
				errno != EBUSY)
				break;
			nanosleep(&wait, NULL);
		}
	}
}
