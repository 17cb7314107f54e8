/* SPDX-License-Identifier: Apache-2.0 */
/* A launcher under test: started, greeted, fed with plans, listened to. */
#include "tests/ns/rig.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/proc.h"

static int root_add(struct rig *rig, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	snprintf(rig->root_paths[rig->n_roots], sizeof(rig->root_paths[0]), "%s", path);
	rig->roots[rig->n_roots].fd = fd;
	return (int)rig->n_roots++;
}

static void cgroups_find(struct rig *rig)
{
	static const char *const v1[CGROUP_N] = {
		"/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids", "/sys/fs/cgroup/cpu"};
	if (access("/sys/fs/cgroup/cgroup.controllers", R_OK) == 0) {
		uint32_t root = (uint32_t)root_add(rig, "/sys/fs/cgroup");
		rig->cgroups.unified = root;
		for (size_t i = 0; i < CGROUP_N; i++)
			rig->cgroups.at[i].root = root;
		return;
	}
	rig->cgroups.unified = (uint32_t)root_add(rig, "/sys/fs/cgroup/unified");
	for (size_t i = 0; i < CGROUP_N; i++)
		rig->cgroups.at[i] = (struct cgroup_place){(uint32_t)root_add(rig, v1[i]), true};
}

static int greet(struct rig *rig, struct err *err)
{
	struct launch_msg msg = {
		.type = MSG_LAUNCH_HELLO, .node = RIG_NODE, .n_roots = (uint32_t)rig->n_roots};
	int fds[LIMIT_PLAN_ROOTS];
	for (size_t i = 0; i < rig->n_roots; i++)
		fds[i] = rig->roots[i].fd;
	if (launch_msg_send(rig->chan, &msg, fds, rig->n_roots, err) < 0 ||
		rig_recv(rig, &msg, err) < 0)
		return -1;
	if (msg.type == MSG_LAUNCH_FAILED)
		*err = msg.error;
	return msg.type == MSG_LAUNCH_READY ? 0 : -1;
}

static int lock(struct rig *rig, struct err *err)
{
	rig->lock.fd = open("/run/cantle-rig.lock", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (rig->lock.fd < 0 || flock(rig->lock.fd, LOCK_EX) < 0)
		return err_set(err, ERR_OS, errno, "rig", "take the lock of all rigs");
	return 0;
}

int rig_open(struct rig *rig, const char *launcher, const char *policy, struct err *err)
{
	const char *build = getenv("CANTLE_BUILD");
	scoped_fd_chan theirs = FD_INIT;
	struct proc_spec spec = PROC_SPEC_INIT;
	char path[512];
	const char *const argv[] = {launcher, NULL};
	scoped_fd_dir policies = FD_INIT;
	*rig = (struct rig){.buf = STR_INIT};
	if (lock(rig, err) < 0)
		return -1;
	rig->build.fd = open(build ? build : "build", O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/share/policy", build ? build : "build");
	policies.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(rig->state, sizeof(rig->state), "/tmp/cantle-rig-XXXXXX");
	if (rig->build.fd < 0 || policies.fd < 0 || !mkdtemp(rig->state) ||
		chmod(rig->state, 0711) < 0)
		return err_set(err, ERR_OS, errno, "rig", "open the build tree");
	if (policy_open(policies, policy, &rig->policy, &rig->program, err) < 0)
		return -1;
	root_add(rig, rig->state);
	cgroups_find(rig);
	if (chan_pair(&rig->chan, &theirs, err) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/%s", build ? build : "build", launcher);
	spec.path = path;
	spec.argv = argv;
	spec.stdio[2] = 2;
	/* The second is bait: it stays open in the launcher, and must not reach a program. */
	const int given[] = {theirs.fd, rig->build.fd};
	spec.fds = given;
	spec.n_fds = 2;
	if (proc_spawn(&spec, &rig->launcher, &rig->launcher_pid, err) < 0)
		return -1;
	fd_chan_close(&theirs);
	return greet(rig, err);
}

void rig_done(struct rig *rig)
{
	scoped_fd_dir tmp = {open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	char leaf[32];
	int status;
	snprintf(leaf, sizeof(leaf), "cantle-%d/%d", RIG_NODE, RIG_SLOT);
	fd_chan_close(&rig->chan);
	if (fd_pid_is_open(rig->launcher))
		ERR_IGNORED(proc_wait(rig->launcher, &status, ignored)); /* torn down either way */
	fd_pid_close(&rig->launcher);
	ERR_IGNORED(path_remove_tree(tmp, rig->state + 5, ignored));
	for (size_t i = 0; i < rig->n_roots; i++) {
		/* What a partition left that outlives its launcher; busy ones show up as such. */
		if (i > 0) {
			unlinkat(rig->roots[i].fd, leaf, AT_REMOVEDIR);
			unlinkat(rig->roots[i].fd, "cantle-35", AT_REMOVEDIR);
		}
		fd_dir_close(&rig->roots[i]);
	}
	fd_dir_close(&rig->build);
	fd_file_close(&rig->lock);
	policy_program_done(&rig->program);
	str_done(&rig->buf);
	chan_fds_done(&rig->got);
}

int rig_job(struct rig *rig, const char *const *argv, struct rig_job *ret, struct err *err)
{
	size_t n = 0;
	*ret = (struct rig_job){.request = LAUNCH_REQUEST_INIT};
	if (plan_init(&ret->plan, err) < 0)
		return -1;
	ret->list[0] = openat(rig->build.fd, "cantle-init", O_PATH | O_CLOEXEC);
	ret->list[1] = ret->list[2] = ret->list[3] = FD_NONE;
	ret->binds[0] = (struct launch_bind){.at = 0,
		.rel = ".",
		.path = "/opt/cantle/bin/cantle-init",
		.flags = PLAN_MNT_IS_FILE};
	ret->argv[n++] = "cantle-init";
	ret->argv[n++] = "--once";
	ret->argv[n++] = "--";
	for (size_t i = 0; argv[i]; i++)
		ret->argv[n++] = argv[i];
	for (uint32_t i = 0; i < 3; i++)
		ret->fds[i] = i + 1;
	ret->plan.n_fds = 4;
	ret->request.node = RIG_NODE;
	ret->request.slot = RIG_SLOT;
	ret->request.flags = PLAN_EPHEMERAL | PLAN_AUTO_RELEASE;
	ret->request.policy = &rig->policy;
	ret->request.filter = span_make((const char *)rig->program.insns, rig->program.n * 8);
	ret->request.kind = PLAN_PARTITION;
	ret->request.cgroups = &rig->cgroups;
	ret->request.binds = ret->binds;
	ret->request.n_binds = 1;
	ret->request.argv = ret->argv;
	ret->request.n_argv = n;
	ret->request.exec_path = "/opt/cantle/bin/cantle-init";
	ret->request.fds = ret->fds;
	ret->request.n_fds = 3;
	return 0;
}

void rig_job_done(struct rig_job *job)
{
	for (size_t i = 0; i < LIMIT_PLAN_FDS; i++)
		if (job->list[i] > 2)
			fd_close(&job->list[i]);
	plan_done(&job->plan);
}

static bool plan_has_process(const struct rig_job *job)
{
	for (uint32_t i = 0; i < job->plan.n_ops; i++)
		if (job->plan.ops[i].kind == PLAN_PROCESS)
			return true;
	return false;
}

int rig_start(struct rig *rig, struct rig_job *job, uint64_t id, struct err *err)
{
	const struct launch_msg msg = {.type = MSG_LAUNCH_START, .id = id};
	scoped_fd_memfd memfd = FD_INIT;
	int fds[LIMIT_PLAN_FDS + 1];
	if (job->request.n_argv && !plan_has_process(job) &&
		launch_plan(&job->request, &job->plan, err) < 0)
		return -1;
	if (plan_seal(&job->plan, &memfd, err) < 0)
		return -1;
	fds[0] = memfd.fd;
	memcpy(fds + 1, job->list, job->plan.n_fds * sizeof(int));
	return launch_msg_send(rig->chan, &msg, fds, job->plan.n_fds + 1, err);
}

int rig_recv(struct rig *rig, struct launch_msg *ret, struct err *err)
{
	int outcome;
	chan_fds_done(&rig->got);
	outcome = launch_msg_recv(rig->chan, &rig->buf, &rig->got, ret, err);
	if (outcome == CHAN_CLOSED)
		return err_set(err, ERR_PEER, 0, "rig", "the launcher is gone");
	return outcome;
}

static void collect(struct rig_run *run, int pipe_fd)
{
	ssize_t n;
	while (run->n_out < sizeof(run->out) - 1) {
		n = read(pipe_fd, run->out + run->n_out, sizeof(run->out) - 1 - run->n_out);
		if (n <= 0)
			break;
		run->n_out += (size_t)n;
	}
	run->out[run->n_out] = '\0';
}

int rig_run(struct rig *rig, struct rig_job *job, struct rig_run *ret, struct err *err)
{
	int ends[2];
	scoped_fd out = FD_NONE;
	*ret = (struct rig_run){.status = -1};
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, ERR_OS, errno, "rig", "make a pipe");
	out = ends[0];
	if (job->list[1] < 0)
		job->list[1] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	job->list[2] = ends[1];
	job->list[3] = fd_dup(ends[1]);
	if (rig_start(rig, job, 1, err) < 0)
		return -1;
	fd_close(&job->list[2]);
	fd_close(&job->list[3]);
	collect(ret, out);
	do {
		if (rig_recv(rig, &ret->last, err) < 0)
			return -1;
	} while (ret->last.type != MSG_LAUNCH_FAILED && ret->last.type != MSG_LAUNCH_EXITED);
	if (ret->last.type == MSG_LAUNCH_EXITED)
		ret->status = (int)(ret->last.how == LAUNCH_EXIT_CODE ? ret->last.code
								      : 128 + ret->last.code);
	return 0;
}
