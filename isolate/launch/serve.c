/* SPDX-License-Identifier: Apache-2.0 */
/* The launcher's loop: requests from the channel, events of processes, answers. */
#include "isolate/launch/serve.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "base/bug.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/sys.h"
#include "isolate/apply/ns_apply.h"
#include "isolate/launch/part.h"

enum { REFILL_WAIT_MS = 20 };

enum { EVENT_CHAN = 0, EVENT_GATE = 1, EVENT_END = 2 };

struct server {
	struct host *host;
	struct fd_chan chan;
	struct fd_file epoll;
	struct fd_ns spare; /* an empty network made ahead: the dearest namespace (isolation.md) */
	bool is_greeted;
	struct part *parts[LIMIT_PARTS];
	size_t n_parts;
};

static int watch(struct server *s, int fd, struct part *part, uint64_t what, struct err *err)
{
	struct epoll_event event = {
		.events = EPOLLIN, .data.u64 = (uint64_t)(uintptr_t)part | what};
	if (epoll_ctl(s->epoll.fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return err_set(err, ERR_OS, errno, "serve.loop", "watch a descriptor");
	return 0;
}

/* By name: another process that holds the same open file would keep the watch alive. */
static void unwatch(struct server *s, int fd)
{
	if (fd >= 0)
		(void)!epoll_ctl(
			s->epoll.fd, EPOLL_CTL_DEL, fd, NULL); /* it may not be watched yet */
}

static struct part *part_find(const struct server *s, uint64_t id)
{
	for (size_t i = 0; i < s->n_parts; i++)
		if (s->parts[i]->id == id)
			return s->parts[i];
	return NULL;
}

static void part_drop(struct server *s, struct part *part)
{
	for (size_t i = 0; i < s->n_parts; i++)
		if (s->parts[i] == part)
			s->parts[i] = s->parts[--s->n_parts];
	unwatch(s, part->launch.gate.fd);
	unwatch(s, part->pidfd.fd);
	part_free(part);
}

static int tell(
	struct server *s, const struct launch_msg *msg, const int *fds, size_t n, struct err *err)
{
	return launch_msg_send(s->chan, msg, fds, n, err);
}

static int tell_failed(struct server *s, uint64_t id, const struct err *why, struct err *err)
{
	const struct launch_msg msg = {.type = MSG_LAUNCH_FAILED, .id = id, .error = *why};
	return tell(s, &msg, NULL, 0, err);
}

static int tell_process(
	struct server *s, const struct part *part, uint16_t type, bool has_fd, struct err *err)
{
	struct launch_msg msg = {.type = type, .id = part->id, .pid = (uint32_t)part->pid};
	msg.n_degraded = part->launch.n_degraded;
	for (uint32_t i = 0; i < msg.n_degraded; i++)
		msg.degraded[i] = part->launch.degraded[i];
	return tell(s, &msg, &part->pidfd.fd, has_fd ? 1 : 0, err);
}

static bool is_auto(const struct part *part)
{
	return part->launch.process && part->launch.process->process.flags & PLAN_AUTO_RELEASE;
}

/* --- requests */

static int hello(
	struct server *s, const struct launch_msg *msg, struct chan_fds *fds, struct err *err)
{
	const struct launch_msg ready = {
		.type = MSG_LAUNCH_READY, .id = msg->id, .landlock_abi = s->host->landlock_abi};
	if (s->is_greeted || msg->n_roots != fds->n || fds->n == 0 || fds->n > LIMIT_PLAN_ROOTS)
		return err_set(err, ERR_PEER, 0, "serve.hello", "a greeting that is late or odd");
	for (size_t i = 0; i < fds->n; i++) {
		struct statfs fs;
		struct stat st;
		if (fstatfs(fds->fd[i], &fs) < 0 || fstat(fds->fd[i], &st) < 0 ||
			!S_ISDIR(st.st_mode))
			return err_set(
				err, ERR_PEER, errno, "serve.hello", "root %zu is no directory", i);
		s->host->is_cgroup2[i] = fs.f_type == CGROUP2_SUPER_MAGIC;
		if (i >= PLAN_ROOT_CGROUP && !s->host->is_cgroup2[i] &&
			fs.f_type != CGROUP_SUPER_MAGIC)
			return err_set(err, ERR_PEER, 0, "serve.hello", "root %zu is no cgroup", i);
		s->host->roots[i].fd = chan_fds_take(fds, i);
	}
	s->host->floor.node = msg->node;
	s->host->floor.n_roots = (uint32_t)fds->n;
	s->is_greeted = true;
	return tell(s, &ready, NULL, 0, err);
}

static int spawn(struct server *s, struct part *part, struct err *why)
{
	const struct plan_op *net = plan_find(&part->launch.view, PLAN_NET);
	struct part *target = NULL;
	if (launch_is(&part->launch, PLAN_JOIN)) {
		target = part_find(s, part->launch.process->process.join);
		if (!target || (target->state != PART_RUNNING && target->state != PART_ADOPTED))
			return err_set(why, ERR_INPUT, ESRCH, "join", "no such partition runs");
	}
	if (net && net->net.mode == PLAN_NET_NONE && !fd_ns_is_open(s->spare) &&
		net_make_apply(s->host, &s->spare, why) < 0)
		return -1;
	part->siblings = s->parts;
	part->n_siblings = s->n_parts;
	if (part_spawn(part, &s->spare, target, s->chan, why) < 0)
		return -1;
	if (watch(s, part->launch.gate.fd, part, EVENT_GATE, why) < 0)
		return -1;
	s->parts[s->n_parts++] = part;
	return 0;
}

static int start(struct server *s, uint64_t id, struct chan_fds *fds, struct err *err)
{
	struct launch_msg done = {.type = MSG_LAUNCH_DONE, .id = id};
	scoped_chan_fds struct chan_fds out = CHAN_FDS_INIT;
	scoped_str struct str text = STR_INIT;
	struct err why = ERR_INIT;
	struct part *part = NULL;
	int result = 0;
	if (part_find(s, id) || s->n_parts == LIMIT_PARTS)
		result =
			err_set(&why, ERR_LIMIT, EEXIST, "start.plan", "an id in use, or too many");
	if (result == 0)
		result = part_open(s->host, id, fds, &part, &why);
	if (result == 0)
		result = part_host_apply(part, &done, &out, &text, &why);
	if (result == 0 && part->launch.process)
		result = spawn(s, part, &why);
	if (result == 0 && part->launch.process)
		return 0;
	part_free(part);
	if (result < 0)
		return tell_failed(s, id, &why, err);
	return tell(s, &done, out.fd, out.n, err);
}

/* A process may be taken over where its host id lies in a slot of this node. */
static int adopt_open(const struct server *s, uint32_t pid, struct fd_pid *ret, struct err *err)
{
	uint32_t first = ID_BASE + s->host->floor.node * ID_NODE_SPAN + ID_SLOT_SPAN;
	scoped_fd_pid pidfd = {sys_pidfd_open((pid_t)pid)};
	scoped_fd dir = FD_NONE;
	struct stat st;
	char name[16];
	snprintf(name, sizeof(name), "%u", pid);
	dir = openat(s->host->proc.fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (pidfd.fd < 0 || dir < 0 || fstat(dir, &st) < 0)
		return err_set(err, ERR_INPUT, ESRCH, "adopt", "process %u is not there", pid);
	/* Alive after its directory was opened: then that was its directory. */
	if (sys_pidfd_send_signal(pidfd.fd, 0) < 0 || st.st_uid < first ||
		st.st_uid - first >= ID_NODE_SPAN - ID_SLOT_SPAN)
		return err_set(err, ERR_DENIED, 0, "adopt", "process %u is not of this node", pid);
	*ret = fd_pid_take(&pidfd);
	return 0;
}

static int adopt(struct server *s, uint64_t id, uint32_t pid, struct err *err)
{
	struct err why = ERR_INIT;
	struct part *part = NULL;
	if (part_find(s, id) || s->n_parts == LIMIT_PARTS)
		err_set(&why, ERR_LIMIT, EEXIST, "adopt", "an id in use, or too many");
	else if (!(part = part_new(s->host, id)))
		err_set(&why, ERR_LIMIT, ENOMEM, "adopt", "make room");
	else if (adopt_open(s, pid, &part->pidfd, &why) == 0) {
		part->state = PART_ADOPTED;
		part->pid = (pid_t)pid;
		if (watch(s, part->pidfd.fd, part, EVENT_END, &why) == 0) {
			s->parts[s->n_parts++] = part;
			return tell_process(s, part, MSG_LAUNCH_RUNNING, true, err);
		}
	}
	part_free(part);
	return tell_failed(s, id, &why, err);
}

static int request(
	struct server *s, const struct launch_msg *msg, struct chan_fds *fds, struct err *err)
{
	struct part *part = part_find(s, msg->id);
	struct err why = ERR_INIT;
	if (msg->type == MSG_LAUNCH_HELLO)
		return hello(s, msg, fds, err);
	if (!s->is_greeted)
		return err_set(err, ERR_PEER, 0, "serve.hello", "a request before the greeting");
	if (msg->type == MSG_LAUNCH_START)
		return start(s, msg->id, fds, err);
	if (msg->type == MSG_LAUNCH_ADOPT)
		return adopt(s, msg->id, msg->pid, err);
	if (msg->type != MSG_LAUNCH_RELEASE && msg->type != MSG_LAUNCH_SIGNAL)
		return err_set(
			err, ERR_PEER, 0, "serve.loop", "message %u is not a request", msg->type);
	if (!part)
		return 0; /* it ended while the request was on its way */
	if (msg->type == MSG_LAUNCH_SIGNAL) {
		(void)!sys_pidfd_send_signal(
			part->pidfd.fd, (int)msg->signo); /* it may have ended */
		return 0;
	}
	if (part_release(part, &why) == 0)
		return 0;
	part_drop(s, part);
	return tell_failed(s, msg->id, &why, err);
}

/* --- events */

static int gate_event(struct server *s, struct part *part, struct err *err)
{
	const uint64_t id = part->id;
	const enum part_state before = part->state;
	struct err why = ERR_INIT;
	if (part_gate_event(part, &why) < 0) {
		part_drop(s, part);
		return tell_failed(s, id, &why, err);
	}
	if (part->state == before)
		return 0;
	if (part->state == PART_GATED)
		return tell_process(s, part, MSG_LAUNCH_CREATED, true, err);
	if (part->state != PART_RUNNING)
		return 0;
	unwatch(s, part->launch.gate.fd);
	fd_chan_close(&part->launch.gate);
	part_let_go(part);
	if (watch(s, part->pidfd.fd, part, EVENT_END, err) < 0)
		return -1;
	return tell_process(s, part, MSG_LAUNCH_RUNNING, is_auto(part), err);
}

static int end_event(struct server *s, struct part *part, struct err *err)
{
	struct launch_msg msg;
	unwatch(s, part->pidfd.fd);
	part_reap(part, &msg);
	if (tell(s, &msg, NULL, 0, err) < 0)
		return -1;
	part_drop(s, part);
	return 0;
}

static int chan_event(struct server *s, struct err *err)
{
	scoped_chan_fds struct chan_fds fds = CHAN_FDS_INIT;
	scoped_str struct str buf = STR_INIT;
	struct launch_msg msg;
	int outcome = launch_msg_recv(s->chan, &buf, &fds, &msg, err);
	if (outcome != CHAN_MESSAGE)
		return outcome;
	return request(s, &msg, &fds, err);
}

static int one_event(struct server *s, struct err *err)
{
	bool wants_spare = s->is_greeted && !fd_ns_is_open(s->spare);
	struct epoll_event event;
	struct part *part;
	int n = epoll_wait(s->epoll.fd, &event, 1, wants_spare ? REFILL_WAIT_MS : -1);
	if (n < 0)
		return errno == EINTR ? 0 : err_set(err, ERR_OS, errno, "serve.loop", "wait");
	if (n == 0)
		return net_make_apply(s->host, &s->spare, err);
	part = (struct part *)(uintptr_t)(event.data.u64 & ~(uint64_t)3);
	if ((event.data.u64 & 3) == EVENT_GATE)
		return gate_event(s, part, err);
	if ((event.data.u64 & 3) == EVENT_END)
		return end_event(s, part, err);
	return chan_event(s, err);
}

/* Running persistent partitions go on without us; everything else ends here. */
static void finish(struct server *s)
{
	for (size_t i = 0; i < s->n_parts; i++) {
		struct part *part = s->parts[i];
		bool is_kept = part->state == PART_ADOPTED ||
			       (part->state == PART_RUNNING &&
				       !(part->launch.process->process.flags & PLAN_EPHEMERAL));
		if (is_kept)
			fd_pid_close(&part->pidfd);
		part_free(part);
	}
	fd_ns_close(&s->spare);
	fd_file_close(&s->epoll);
}

int serve(struct host *host, struct fd_chan chan, struct err *err)
{
	struct server *s = mem_array(1, sizeof(*s));
	int outcome;
	if (!s)
		return err_set(err, ERR_LIMIT, ENOMEM, "serve.loop", "make room");
	s->host = host;
	s->chan = chan;
	s->spare.fd = FD_NONE;
	s->epoll.fd = epoll_create1(EPOLL_CLOEXEC);
	outcome = s->epoll.fd < 0 ? err_set(err, ERR_OS, errno, "serve.loop", "make an epoll")
				  : watch(s, chan.fd, NULL, EVENT_CHAN, err);
	/* The sender is still busy with its own start. */
	if (outcome == 0)
		outcome = net_make_apply(host, &s->spare, err);
	while (outcome == 0)
		outcome = one_event(s, err);
	finish(s);
	free(s);
	return outcome < 0 ? -1 : 0;
}
