/* SPDX-License-Identifier: Apache-2.0 */
/* The privileged first steps of the node agent. */
#include "node/bootstrap.h"

#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "base/bug.h"
#include "base/path.h"
#include "base/sys.h"
#include "node/cgroup_probe.h"
#include "node/ids.h"
#include "node/job.h"
#include "wire/msg_net.h"

/* What of the state directory exists from the start; the rest the launcher makes when it is needed. */
static const struct {
	const char *rel;
	mode_t mode;
	unsigned owner; /* offset into slot 0; 0: root */
} state_dirs[] = {
	{"node", 0700, ID_OFFSET_T1},
	{"node/lock", 0700, ID_OFFSET_T1},
	{"node/log", 0700, ID_OFFSET_T1},
	{"node/policy", 0700, ID_OFFSET_T1},
	{"node/run", 0700, ID_OFFSET_T1},
	{"cache", 0711, 0},
	{"cache/operator", 0700, ID_OFFSET_TB},
	{"software", 0711, 0},
	{"partition", 0711, 0},
};

/* Nobody destroys the node while a command finds its way into it, or makes what is being removed. */
static int lock_state(struct node *node, int operation, struct err *err)
{
	if (flock(node->state.fd, operation) < 0)
		return err_set(err, ERR_OS, errno, "boot.state", "lock the state directory");
	return 0;
}

static int open_state(const char *path, struct node *node, struct err *err)
{
	scoped_fd_dir root = {open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)};
	if (path[0] != '/')
		return err_set(err, ERR_INPUT, 0, "boot.state",
			"state directory '%s' is not absolute", path);
	node->state.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (node->state.fd < 0 && errno == ENOENT) {
		if (path_mkdirs(root, path + 1, 0711, err) < 0)
			return err_wrap(err, "state directory");
		node->state.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (node->state.fd < 0)
		return err_set(
			err, ERR_OS, errno, "boot.state", "open the state directory '%s'", path);
	return 0;
}

/* Directories that a former run made are checked by their owner, not made again. */
static int make_dirs(struct node *node, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(state_dirs); i++) {
		const char *rel = state_dirs[i].rel;
		uid_t owner = state_dirs[i].owner
				      ? ids_slot_base(node->id.number, 0) + state_dirs[i].owner
				      : 0;
		struct stat st;
		if (fstatat(node->state.fd, rel, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISDIR(st.st_mode) && st.st_uid == owner)
			continue;
		if (mkdirat(node->state.fd, rel, 0700) < 0 && errno != EEXIST)
			return err_set(err, ERR_OS, errno, "boot.state",
				"make '%s' in the state directory", rel);
		if (fchownat(node->state.fd, rel, owner, owner, AT_SYMLINK_NOFOLLOW) < 0 ||
			fchmodat(node->state.fd, rel, state_dirs[i].mode, 0) < 0)
			return err_set(err, ERR_OS, errno, "boot.state",
				"own '%s' in the state directory", rel);
	}
	return path_open_dir(node->state, "node", &node->own, err);
}

static int spawn(struct node *node, const char *name, struct fd_chan *ret_chan,
	struct fd_pid *ret_pid, struct err *err)
{
	scoped_str struct str path = STR_INIT_LIMIT(4095);
	scoped_fd_chan theirs = FD_INIT;
	const char *argv[] = {name, NULL};
	struct proc_spec spec = PROC_SPEC_INIT;
	if (install_program(&node->install, name, &path, err) < 0 ||
		chan_pair(ret_chan, &theirs, err) < 0)
		return -1;
	spec.path = str_cstr(&path);
	spec.argv = argv;
	spec.stdio[2] = STDERR_FILENO;
	spec.fds = &theirs.fd;
	spec.n_fds = 1;
	if (proc_spawn(&spec, ret_pid, NULL, err) < 0)
		return err_wrap(err, "is the installation complete?");
	return 0;
}

static int greet_launcher(struct node *node, struct err *err)
{
	struct launch_msg msg = {.type = MSG_LAUNCH_HELLO, .node = node->id.number};
	int roots[1 + NODE_ROOTS_MAX] = {node->state.fd};
	for (size_t i = 0; i < node->n_cgroup_roots; i++)
		roots[1 + i] = node->cgroup_roots[i].fd;
	msg.n_roots = (uint32_t)(1 + node->n_cgroup_roots);
	return launch_msg_send(node->launch, &msg, roots, msg.n_roots, err);
}

static int greet_net(struct node *node, struct err *err)
{
	struct msg_net_hello hello = {.node = node->id.number};
	memcpy(hello.prefix, node->id.prefix, sizeof(node->id.prefix));
	return msg_net_hello(node->net, &hello, err);
}

static int drop_ids(struct node *node, struct err *err)
{
	uid_t id = ids_t1(node->id.number);
	if (setgroups(0, NULL) < 0 || sys_setresgid(id) < 0 || sys_setresuid(id) < 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(err, ERR_OS, errno, "boot.drop", "become user %u", id);
	return 0;
}

int bootstrap(const char *state_path, bool needs_net, struct node *node, struct err *err)
{
	if (geteuid() != 0)
		return err_set(err, ERR_DENIED, EPERM, "boot.root",
			"partitions need root to set up their ids, mounts and limits; try: sudo "
			"cantle ...");
	node->state_path = state_path;
	if (install_find(&node->install, err) < 0 ||
		spawn(node, "cantle-launch", &node->launch, &node->launch_pid, err) < 0 ||
		open_state(state_path, node, err) < 0 || lock_state(node, LOCK_SH, err) < 0 ||
		cgroup_probe(&node->cgroups, node->cgroup_roots, &node->n_cgroup_roots, err) < 0 ||
		registry_open(node->state, state_path, node->cgroup_roots, node->n_cgroup_roots,
			&node->id, err) < 0 ||
		make_dirs(node, err) < 0 || lock_state(node, LOCK_UN, err) < 0 ||
		greet_launcher(node, err) < 0)
		return -1;
	if (needs_net && (spawn(node, "cantle-net", &node->net, &node->net_pid, err) < 0 ||
				 greet_net(node, err) < 0))
		return -1;
	if (drop_ids(node, err) < 0 || loop_open(&node->loop, err) < 0 || job_watch(node, err) < 0)
		return -1;
	return 0;
}
