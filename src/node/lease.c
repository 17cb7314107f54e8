/* SPDX-License-Identifier: Apache-2.0 */
/* Locks under node/lock. */
#include "node/lease.h"

#include <stdio.h>
#include <sys/file.h>

#include "base/bug.h"
#include "base/limits.h"
#include "base/path.h"

enum { LEASE_POLL_MS = 100 };

static int open_lock(struct node *node, const char *name, struct fd_file *ret, struct err *err)
{
	scoped_str struct str rel = STR_INIT_LIMIT(LIMIT_PATH_BYTES);
	str_addf(&rel, "lock/%s", name);
	if (str_check(&rel, err) < 0)
		return -1;
	return path_open(node->own, rel.ptr, O_RDWR | O_CREAT, 0600, ret, err);
}

static int *find_place(struct node *node, int fd)
{
	size_t i = 0;
	while (i < NODE_LEASES_MAX && node->leases[i] != fd)
		i++;
	BUG_IF(i == NODE_LEASES_MAX, "a command holds few locks at once");
	return &node->leases[i];
}

void lease_done(struct lease *lease)
{
	if (!fd_file_is_open(lease->file))
		return;
	*find_place(lease->node, lease->file.fd) = FD_NONE;
	fd_file_close(&lease->file);
}

struct lease lease_take(struct lease *lease)
{
	return (struct lease){.node = lease->node, .file = fd_file_take(&lease->file)};
}

int lease_try(struct node *node, const char *name, struct lease *ret, struct err *err)
{
	scoped_fd_file file = FD_INIT;
	if (open_lock(node, name, &file, err) < 0)
		return -1;
	if (flock(file.fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK
			       ? 1
			       : err_set(err, ERR_OS, errno, "lease.lock", "lock '%s'", name);
	*find_place(node, FD_NONE) = file.fd;
	*ret = (struct lease){.node = node, .file = fd_file_take(&file)};
	return 0;
}

int lease_slot(struct node *node, unsigned *ret_slot, struct lease *ret_lock, struct err *err)
{
	char name[24];
	for (unsigned slot = SLOT_EPHEMERAL_FIRST; slot < LIMIT_SLOTS; slot++) {
		int taken;
		snprintf(name, sizeof(name), "slot-%u", slot);
		taken = lease_try(node, name, ret_lock, err);
		if (taken < 0)
			return -1;
		if (taken == 0) {
			*ret_slot = slot;
			return 0;
		}
	}
	return err_set(err, ERR_LIMIT, 0, "lease.slots", "%u commands run in partitions already",
		LIMIT_SLOTS - SLOT_EPHEMERAL_FIRST);
}

/* flock(2) has no descriptor to wait on that a cancelled command could be waited for beside. */
int lease_lock(
	struct node *node, const char *name, const char *what, struct lease *ret, struct err *err)
{
	bool is_told = false;
	for (;;) {
		int taken = lease_try(node, name, ret, err);
		if (taken <= 0)
			return taken;
		if (!is_told)
			ctl_say(node, CTL_EVENT_NOTE, "waiting: another command works on %s", what);
		is_told = true;
		if (loop_once(&node->loop, LEASE_POLL_MS, err) < 0 || ctl_check(node, err) < 0)
			return -1;
	}
}
