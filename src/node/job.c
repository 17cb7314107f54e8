/* SPDX-License-Identifier: Apache-2.0 */
/* One plan at the launcher: start it, release it, wait for its end. */
#include "node/job.h"

#include <signal.h>
#include <string.h>

#include "base/bug.h"
#include "node/node.h"
#include "wire/chan.h"

void job_init(struct job *job, struct node *node)
{
	*job = (struct job){.node = node, .pidfd = FD_INIT};
	for (size_t i = 0; i < LIMIT_LAUNCH_RESULTS; i++) {
		job->result_text[i] = STR_INIT_LIMIT(LIMIT_LAUNCH_RESULT);
		job->result_fd[i] = FD_NONE;
	}
}

void job_done(struct job *job)
{
	for (size_t i = 0; i < NODE_JOBS_MAX; i++)
		if (job->node->jobs[i] == job)
			job->node->jobs[i] = NULL;
	if (job->node->ctl.foreground == job)
		job->node->ctl.foreground = NULL;
	fd_pid_close(&job->pidfd);
	for (size_t i = 0; i < LIMIT_LAUNCH_RESULTS; i++) {
		str_done(&job->result_text[i]);
		fd_close(&job->result_fd[i]);
	}
}

static int job_register(struct node *node, struct job *job, struct err *err)
{
	for (size_t i = 0; i < NODE_JOBS_MAX; i++) {
		if (node->jobs[i])
			continue;
		node->jobs[i] = job;
		job->id = ++node->last_id;
		job->state = JOB_NEW;
		return 0;
	}
	return err_set(err, ERR_BUG, 0, "job.launcher", "more than %d jobs at once", NODE_JOBS_MAX);
}

static struct job *job_find(const struct node *node, uint64_t id)
{
	for (size_t i = 0; i < NODE_JOBS_MAX; i++)
		if (node->jobs[i] && node->jobs[i]->id == id)
			return node->jobs[i];
	return NULL;
}

static void take_results(struct job *job, const struct launch_msg *msg, struct chan_fds *fds)
{
	job->n_results = msg->n_results;
	for (uint32_t i = 0; i < msg->n_results; i++) {
		job->result_num[i] = msg->results[i].num;
		str_cut(&job->result_text[i], 0);
		str_add(&job->result_text[i], msg->results[i].text);
		fd_close(&job->result_fd[i]);
		if (msg->results[i].fd)
			job->result_fd[i] = chan_fds_take(fds, msg->results[i].fd - 1);
	}
}

static void take_degraded(struct job *job, const struct launch_msg *msg)
{
	job->n_degraded = msg->n_degraded;
	memcpy(job->degraded, msg->degraded, sizeof(job->degraded));
}

/* What one message of the launcher changes. */
static void job_apply(struct job *job, const struct launch_msg *msg, struct chan_fds *fds)
{
	switch (msg->type) {
	case MSG_LAUNCH_CREATED:
		job->state = JOB_CREATED;
		job->pid = msg->pid;
		job->pidfd.fd = chan_fds_take(fds, 0);
		break;
	case MSG_LAUNCH_RUNNING:
		job->state = JOB_RUNNING;
		job->pid = msg->pid;
		if (!fd_pid_is_open(job->pidfd))
			job->pidfd.fd = chan_fds_take(fds, 0);
		take_degraded(job, msg);
		break;
	case MSG_LAUNCH_DONE:
		job->state = JOB_DONE;
		take_degraded(job, msg);
		take_results(job, msg, fds);
		break;
	case MSG_LAUNCH_FAILED:
		job->state = JOB_FAILED;
		job->error = msg->error;
		err_sanitize(&job->error);
		break;
	case MSG_LAUNCH_EXITED:
		job->state = JOB_EXITED;
		job->status = msg->how == LAUNCH_EXIT_CODE     ? (int)(msg->code & 0xff)
			      : msg->how == LAUNCH_EXIT_SIGNAL ? 128 + (int)(msg->code & 0x7f)
							       : 0;
		job->is_oom = msg->is_oom;
		break;
	default:
		break;
	}
}

static int launcher_gone(struct err *err)
{
	return node_peer_failed("cantle-launch", "job.launcher", err);
}

static int tell(struct node *node, const struct launch_msg *msg, const int *fds, size_t n_fds,
	struct err *err)
{
	return launch_msg_send(node->launch, msg, fds, n_fds, err) < 0 ? launcher_gone(err) : 0;
}

static int on_message(void *context, uint32_t events, struct err *err)
{
	struct node *node = context;
	scoped_str struct str buf = STR_INIT;
	scoped_chan_fds struct chan_fds fds = CHAN_FDS_INIT;
	struct launch_msg msg;
	struct job *job;
	int outcome = launch_msg_recv(node->launch, &buf, &fds, &msg, err);
	(void)events;
	if (outcome < 0 || outcome == CHAN_CLOSED)
		return launcher_gone(err);
	if (msg.type == MSG_LAUNCH_READY)
		node->landlock_abi = msg.landlock_abi;
	job = job_find(node, msg.id);
	if (job)
		job_apply(job, &msg, &fds);
	return 0;
}

int job_watch(struct node *node, struct err *err)
{
	return loop_add(&node->loop, node->launch.fd, EPOLLIN, on_message, node, err);
}

int job_start(struct node *node, struct job *job, struct plan *plan, const int *fds, size_t n_fds,
	struct err *err)
{
	struct launch_msg msg = {.type = MSG_LAUNCH_START};
	scoped_fd_memfd sealed = FD_INIT;
	int all[LIMIT_WIRE_FDS];
	BUG_IF(1 + n_fds + NODE_LEASES_MAX > LIMIT_WIRE_FDS,
		"a plan goes along with few descriptors");
	if (n_fds)
		memcpy(all + 1, fds, n_fds * sizeof(*fds));
	/* The launcher may outlive us: what it does under our locks stays under them. */
	for (size_t i = 0; i < NODE_LEASES_MAX; i++)
		if (node->leases[i] >= 0)
			all[1 + n_fds++] = node->leases[i];
	plan->n_fds = (uint32_t)n_fds;
	if (job_register(node, job, err) < 0 || plan_seal(plan, &sealed, err) < 0)
		return -1;
	all[0] = sealed.fd;
	msg.id = job->id;
	return tell(node, &msg, all, n_fds + 1, err);
}

static int send_plain(
	struct node *node, struct job *job, uint16_t type, uint32_t number, struct err *err)
{
	struct launch_msg msg = {.type = type, .id = job->id, .signo = number, .pid = number};
	return tell(node, &msg, NULL, 0, err);
}

int job_adopt(struct node *node, struct job *job, uint32_t pid, struct err *err)
{
	if (job_register(node, job, err) < 0)
		return -1;
	return send_plain(node, job, MSG_LAUNCH_ADOPT, pid, err) < 0
		       ? -1
		       : job_wait(node, job, JOB_RUNNING, true, err);
}

int job_release(struct node *node, struct job *job, struct err *err)
{
	return send_plain(node, job, MSG_LAUNCH_RELEASE, 0, err);
}

int job_signal(struct node *node, struct job *job, int signo, struct err *err)
{
	if (job->state >= JOB_DONE)
		return 0;
	return send_plain(node, job, MSG_LAUNCH_SIGNAL, (uint32_t)signo, err);
}

int job_wait(
	struct node *node, struct job *job, enum job_state state, bool is_firm, struct err *err)
{
	while (job->state < state && job->state != JOB_FAILED && job->state != JOB_EXITED) {
		if (!is_firm && ctl_check(node, err) < 0)
			return -1;
		if (loop_once(&node->loop, -1, err) < 0)
			return -1;
	}
	if (job->state != JOB_FAILED)
		return 0;
	*err = job->error;
	return -1;
}

int job_wait_exit(struct node *node, struct job *job, uint64_t timeout_ms, struct err *err)
{
	uint64_t end = clock_ms() + timeout_ms;
	while (job->state < JOB_DONE) {
		uint64_t now = clock_ms();
		if (now >= end)
			return 1;
		if (loop_once(&node->loop, (int)(end - now), err) < 0)
			return -1;
	}
	return 0;
}

int job_kill(struct node *node, struct job *job, struct err *err)
{
	if (job->id == 0 || job->state >= JOB_DONE)
		return 0;
	if (job_signal(node, job, SIGKILL, err) < 0)
		return -1;
	while (job->state < JOB_DONE)
		if (loop_once(&node->loop, -1, err) < 0)
			return -1;
	return 0;
}

int job_host(struct node *node, struct job *job, struct plan *plan, struct err *err)
{
	if (job_start(node, job, plan, NULL, 0, err) < 0)
		return -1;
	return job_wait(node, job, JOB_DONE, true, err);
}
