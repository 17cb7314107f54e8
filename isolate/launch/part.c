/* SPDX-License-Identifier: Apache-2.0 */
/* One plan from START to EXITED: host operations, clone, gate, end. */
#include "isolate/launch/part.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/bug.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/sys.h"
#include "isolate/apply/cgroup_apply.h"
#include "isolate/apply/env_apply.h"
#include "isolate/apply/host_apply.h"
#include "isolate/apply/mount_apply.h"
#include "isolate/apply/ns_apply.h"
#include "isolate/apply/user_apply.h"
#include "isolate/launch/fault.h"
#include "isolate/launch/stage.h"

static int image_open(struct part *part, int memfd, struct err *err)
{
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	struct stat st;
	/* Unsealed, its bytes could change between the check and the use. */
	if ((fcntl(memfd, F_GET_SEALS) & seals) != seals || fstat(memfd, &st) < 0)
		return err_set(err, ERR_DENIED, 0, "start.plan", "the plan is not sealed");
	if (st.st_size <= 0 || (size_t)st.st_size > 2 * (size_t)LIMIT_PLAN_BYTES)
		return err_set(err, ERR_DENIED, 0, "start.plan", "the plan has an impossible size");
	part->image_bytes = (size_t)st.st_size;
	part->image = mmap(NULL, part->image_bytes, PROT_READ, MAP_PRIVATE, memfd, 0);
	if (part->image == MAP_FAILED) {
		part->image = NULL;
		return err_set(err, ERR_OS, errno, "start.plan", "map the plan");
	}
	return 0;
}

struct part *part_new(const struct host *host, uint64_t id)
{
	struct part *part = mem_array(1, sizeof(*part));
	if (!part)
		return NULL;
	part->id = id;
	part->launch.host = host;
	part->pidfd.fd = part->net.fd = part->mnt.fd = FD_NONE;
	part->launch.gate.fd = part->launch.root.fd = part->launch.target.fd = FD_NONE;
	return part;
}

int part_open(const struct host *host, uint64_t id, struct chan_fds *fds, struct part **ret,
	struct err *err)
{
	struct part *part = part_new(host, id);
	scoped_fd memfd = chan_fds_take(fds, 0);
	struct launch *launch;
	int done;
	if (!part)
		return err_set(err, ERR_LIMIT, ENOMEM, "start.plan", "make room");
	launch = &part->launch;
	part->fds = *fds;
	fds->n = 0;
	launch->fds = part->fds.fd + 1;
	done = image_open(part, memfd, err);
	if (done == 0)
		done = plan_verify(span_make(part->image, part->image_bytes), &host->floor,
			&launch->view, err);
	if (done == 0)
		done = plan_filter_check(&launch->view, err);
	if (done == 0 && launch->view.n_fds + 1 != part->fds.n)
		done = err_set(err, ERR_DENIED, 0, "start.plan",
			"%zu descriptors for a plan with %u", part->fds.n, launch->view.n_fds);
	if (done < 0) {
		part_free(part);
		return -1;
	}
	launch->process = plan_find(&launch->view, PLAN_PROCESS);
	launch->weaken = fault_weaken(&launch->view);
	*ret = part;
	return 0;
}

/* --- host operations */

struct results {
	struct launch_msg *reply;
	struct chan_fds *fds;
	struct str *text;
};

static struct launch_result *result_add(struct results *out, uint32_t op)
{
	struct launch_result *result = &out->reply->results[out->reply->n_results++];
	*result = (struct launch_result){.op = op};
	return result;
}

/* A file that is not there is an answer, not a failure of the plan. */
static void open_result(struct results *out, const struct launch *launch, uint32_t i)
{
	struct launch_result *result = result_add(out, i);
	struct fd_file file = FD_INIT;
	struct err err = ERR_INIT;
	if (file_open_apply(launch, &launch->view.ops[i], &file, &err) < 0) {
		result->num = err.num ? err.num : EACCES;
		return;
	}
	out->fds->fd[out->fds->n++] = file.fd;
	result->fd = (uint32_t)out->fds->n;
}

static void read_result(struct results *out, const struct launch *launch, uint32_t i)
{
	struct launch_result *result = result_add(out, i);
	struct err err = ERR_INIT;
	char *room = str_room(out->text, LIMIT_LAUNCH_RESULT);
	size_t n = 0;
	if (!room || cgroup_read_apply(launch, &launch->view.ops[i], room, LIMIT_LAUNCH_RESULT, &n,
			     &err) < 0) {
		result->num = err.num ? err.num : ENOMEM;
		return;
	}
	result->text = span_make(room, n);
	str_grow(out->text, n);
}

static int host_op(struct part *part, uint32_t i, struct results *out, struct err *err)
{
	struct launch *launch = &part->launch;
	const struct plan_op *op = &launch->view.ops[i];
	if (op->kind == PLAN_DIR_MAKE)
		return dir_make_apply(launch, op, err);
	if (op->kind == PLAN_TREE_REMOVE)
		return tree_remove_apply(launch, op, err);
	if (op->kind == PLAN_CGROUP_MAKE)
		return cgroup_make_apply(launch, op, err);
	if (op->kind == PLAN_CGROUP_SET)
		return cgroup_set_apply(launch, op, err);
	if (op->kind == PLAN_CGROUP_REMOVE)
		return cgroup_remove_apply(launch, op->cgroup_remove.at,
			launch_text(launch, op->cgroup_remove.rel), err);
	if (op->kind == PLAN_FILE_OPEN)
		open_result(out, launch, i);
	if (op->kind == PLAN_CGROUP_READ)
		read_result(out, launch, i);
	return 0;
}

static void degrade(struct launch *launch, uint32_t op)
{
	if (launch->n_degraded < ARRAY_LEN(launch->degraded))
		launch->degraded[launch->n_degraded++] = op;
}

static bool is_optional(const struct plan_op *op)
{
	return (op->kind == PLAN_CGROUP_MAKE && op->cgroup_make.flags & PLAN_CG_OPTIONAL) ||
	       (op->kind == PLAN_CGROUP_SET && op->cgroup_set.flags & PLAN_CG_OPTIONAL);
}

static const char *const host_steps[PLAN_N_KINDS] = {
	[PLAN_DIR_MAKE] = "dir.make",
	[PLAN_TREE_REMOVE] = "tree.remove",
	[PLAN_FILE_OPEN] = "file.open",
	[PLAN_CGROUP_MAKE] = "cgroup.make",
	[PLAN_CGROUP_SET] = "cgroup.set",
	[PLAN_CGROUP_REMOVE] = "cgroup.remove",
	[PLAN_CGROUP_READ] = "cgroup.read",
};

int part_host_apply(struct part *part, struct launch_msg *reply, struct chan_fds *ret_fds,
	struct str *text, struct err *err)
{
	struct launch *launch = &part->launch;
	struct results out = {reply, ret_fds, text};
	/* Spans into the text stay valid because it never grows past its first room. */
	if (!str_room(text, LIMIT_LAUNCH_RESULT * LIMIT_LAUNCH_RESULTS))
		return err_set(err, ERR_LIMIT, ENOMEM, "start.plan", "make room for results");
	for (uint32_t i = 0; i < launch->view.n_ops; i++) {
		const struct plan_op *op = &launch->view.ops[i];
		const char *step = host_steps[op->kind];
		if (!step)
			continue;
		if (fault_at(&launch->view, step, err) == 0 && host_op(part, i, &out, err) == 0)
			continue;
		if (!is_optional(op))
			return -1;
		err_clear(err);
		degrade(launch, i);
	}
	memcpy(reply->degraded, launch->degraded, sizeof(reply->degraded));
	reply->n_degraded = launch->n_degraded;
	return 0;
}

/* --- the process */

static _Noreturn void child_main(struct part *part, struct fd_chan chan, int gate)
{
	struct err err = ERR_INIT;
	/* A copy of another child's gate would keep it open past the launcher's death. */
	fd_chan_close(&chan);
	fd_chan_close(&part->launch.gate);
	for (size_t i = 0; i < part->n_siblings; i++)
		fd_chan_close(&part->siblings[i]->launch.gate);
	part->launch.gate.fd = gate;
	if (stages_run(&part->launch, &err) < 0)
		(void)!send(part->launch.gate.fd, &err, sizeof(err),
			MSG_NOSIGNAL); /* nobody else to tell */
	proc_exit(125);
}

static int child_clone(struct part *part, struct fd_chan chan, int gate, struct err *err)
{
	struct launch *launch = &part->launch;
	scoped_fd_dir cgroup = FD_INIT;
	int pidfd = FD_NONE;
	struct clone_args args = {
		.flags = ns_clone_flags(launch),
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
	};
	if (cgroup_clone_fd(launch, &cgroup, err) < 0)
		return -1;
	if (fd_dir_is_open(cgroup)) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint32_t)cgroup.fd;
	}
	part->pid = sys_clone3(&args);
	if (part->pid < 0)
		return err_set(err, ERR_OS, errno, "clone", "make the process");
	if (part->pid == 0)
		child_main(part, chan, gate);
	part->pidfd.fd = pidfd;
	return 0;
}

/* The launcher steps into the namespaces that the child is to inherit, and back. */
static int clone_between(struct part *part, struct fd_chan chan, int gate, struct err *err)
{
	struct launch *launch = &part->launch;
	const struct plan_op *net = plan_find(&launch->view, PLAN_NET);
	bool is_join = launch_is(launch, PLAN_JOIN);
	bool is_inside = false;
	struct err back = ERR_INIT;
	int done = 0;
	if (net && !(launch->weaken & WEAKEN_NET)) {
		struct fd_ns ns = part->net;
		if (net->net.mode == PLAN_NET_FD)
			ns.fd = launch->fds[net->net.ns];
		done = net_enter_apply(ns, err);
		is_inside = done == 0;
	}
	if (is_join) {
		done = join_enter_apply(launch->target, err);
		is_inside = true;
	}
	if (done == 0)
		done = child_clone(part, chan, gate, err);
	/* A launcher that cannot go home would start the next partition in this one. */
	BUG_IF(is_inside && ns_leave_apply(launch->host, is_join, &back) < 0,
		"the launcher comes back from a namespace");
	return done;
}

int part_spawn(struct part *part, struct fd_ns *net, const struct part *target, struct fd_chan chan,
	struct err *err)
{
	struct launch *launch = &part->launch;
	const struct plan_op *net_op = plan_find(&launch->view, PLAN_NET);
	scoped_fd_chan theirs = FD_INIT;
	if (target)
		launch->target = target->pidfd;
	if (net_op && net_op->net.mode == PLAN_NET_NONE)
		part->net = fd_ns_take(net);
	if (env_vectors(launch, err) < 0)
		return -1;
	if (fault_at(&launch->view, "mount.source", err) < 0 ||
		mount_sources_apply(launch, err) < 0)
		return -1;
	if (chan_pair(&launch->gate, &theirs, err) < 0)
		return -1;
	if (fault_at(&launch->view, "clone", err) < 0 ||
		clone_between(part, chan, theirs.fd, err) < 0)
		return -1;
	for (uint32_t i = 0; i < launch->n_trees; i++)
		fd_mount_close(&launch->trees[i]);
	return 0;
}

static void keep_mounts(struct part *part)
{
	char rel[32];
	if (!(part->launch.process->process.flags & PLAN_EPHEMERAL))
		return;
	snprintf(rel, sizeof(rel), "%d/ns/mnt", part->pid);
	part->mnt.fd = openat(part->launch.host->proc.fd, rel, O_RDONLY | O_CLOEXEC);
}

int part_release(struct part *part, struct err *err)
{
	const char mark = LAUNCH_GATE_OPEN;
	if (part->state != PART_GATED)
		return err_set(err, ERR_PEER, 0, "gate", "nothing waits at this gate");
	if (send(part->launch.gate.fd, &mark, 1, MSG_NOSIGNAL) != 1)
		return err_set(err, ERR_OS, errno, "gate", "open the gate");
	part->state = PART_RELEASED;
	keep_mounts(part);
	return 0;
}

static int at_gate(struct part *part, struct err *err)
{
	if (part->state != PART_STARTING)
		return err_set(err, ERR_PEER, 0, "gate", "the child came to its gate twice");
	if (fault_at(&part->launch.view, "user.map", err) < 0 ||
		user_map_apply(&part->launch, part->pid, err) < 0)
		return -1;
	part->state = PART_GATED;
	if (part->launch.process->process.flags & PLAN_AUTO_RELEASE)
		return part_release(part, err);
	return 0;
}

int part_gate_event(struct part *part, struct err *err)
{
	struct err told;
	ssize_t n = recv(part->launch.gate.fd, &told, sizeof(told), MSG_DONTWAIT);
	char mark;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == sizeof(told)) {
		err_sanitize(&told);
		*err = told;
		return -1;
	}
	if (n == 1) {
		memcpy(&mark, &told, 1);
		if (mark == LAUNCH_GATE_READY)
			return at_gate(part, err);
		part->is_at_exec = mark == LAUNCH_GATE_EXEC;
		return 0;
	}
	if (n != 0 || !part->is_at_exec)
		return err_set(err, ERR_CHILD, 0, "child", "the child died before its program ran");
	/* execve closed the child's end: the program runs. */
	part->state = PART_RUNNING;
	env_vectors_done(&part->launch);
	return 0;
}

void part_let_go(struct part *part)
{
	const struct plan_view *view = &part->launch.view;
	for (uint32_t i = 0; i < view->n_ops; i++)
		if (view->ops[i].kind == PLAN_PASS_FD)
			fd_close(&part->fds.fd[1 + view->ops[i].pass_fd.fd]);
	if (!(part->launch.process->process.flags & PLAN_EPHEMERAL))
		chan_fds_done(&part->fds);
}

void part_reap(struct part *part, struct launch_msg *reply)
{
	siginfo_t end = {0};
	*reply = (struct launch_msg){
		.type = MSG_LAUNCH_EXITED, .id = part->id, .how = LAUNCH_EXIT_UNKNOWN};
	if (part->state == PART_ADOPTED) {
		fd_pid_close(&part->pidfd);
		return;
	}
	while (waitid(P_PIDFD, (id_t)part->pidfd.fd, &end, WEXITED) < 0)
		if (errno != EINTR)
			return;
	fd_pid_close(&part->pidfd);
	reply->how = end.si_code == CLD_EXITED ? LAUNCH_EXIT_CODE : LAUNCH_EXIT_SIGNAL;
	reply->code = (uint32_t)end.si_status;
	reply->is_oom = cgroup_had_oom(&part->launch);
	/* Before anybody is told: the next process of this slot uses the same groups. */
	cgroup_leave_apply(&part->launch);
}

void part_free(struct part *part)
{
	struct launch_msg unused;
	if (!part)
		return;
	if (fd_pid_is_open(part->pidfd) && part->state != PART_ADOPTED) {
		(void)!sys_pidfd_send_signal(part->pidfd.fd, SIGKILL); /* it may have ended */
		part_reap(part, &unused);
	} else if (part->launch.process && part->pid <= 0) {
		cgroup_leave_apply(&part->launch);
	}
	fd_pid_close(&part->pidfd);
	for (uint32_t i = 0; i < part->launch.n_trees; i++)
		fd_mount_close(&part->launch.trees[i]);
	env_vectors_done(&part->launch);
	fd_chan_close(&part->launch.gate);
	fd_ns_close(&part->net);
	fd_ns_close(&part->mnt);
	chan_fds_done(&part->fds);
	if (part->image)
		munmap(part->image, part->image_bytes);
	free(part);
}
