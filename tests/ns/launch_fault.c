/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-launch and bad endings: a fault at every step, its own death, plans it must refuse. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "isolate/launch/stage.h"
#include "tests/ns/rig_check.h"
#include "tests/unit/test.h"

/* Ended: a zombie, which only waits for whoever adopted it, has no program any more. */
static bool is_gone(pid_t pid)
{
	char path[32];
	char program[256];
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	for (int i = 0; i < 500; i++) {
		if (readlink(path, program, sizeof(program)) < 0)
			return true;
		poll(NULL, 0, 10);
	}
	return false;
}

static void test_launcher_ends(void **state)
{
	struct rig rig;
	struct rig_job gated;
	struct rig_job running;
	struct err err = ERR_INIT;
	pid_t at_gate;
	pid_t kept;
	(void)state;
	assert_done(rig_open(&rig, "cantle-launch", "run", &err), &err);
	start_persistent(&rig, "sleep 100", 1, &gated);
	at_gate = (pid_t)next(&rig, MSG_LAUNCH_CREATED).pid;
	running = (struct rig_job){.plan.ops = NULL};
	start_persistent(&rig, "sleep 100", 2, &running);
	next(&rig, MSG_LAUNCH_CREATED);
	say(&rig, MSG_LAUNCH_RELEASE, 2, 0);
	kept = (pid_t)next(&rig, MSG_LAUNCH_RUNNING).pid;
	rig_job_done(&gated);
	rig_job_done(&running);
	/* Closing the channel ends what waits at its gate; a running persistent one goes on. */
	fd_chan_close(&rig.chan);
	assert_true(is_gone(at_gate));
	assert_int_equal(kill(kept, 0), 0);
	kill(kept, SIGKILL);
	assert_true(is_gone(kept));
	rig_done(&rig);
}

static void test_killed_launcher(void **state)
{
	struct rig rig;
	struct rig_job job;
	struct err err = ERR_INIT;
	struct launch_msg msg;
	const char *const argv[] = {"sleep", "100", NULL};
	(void)state;
	assert_done(rig_open(&rig, "cantle-launch", "run", &err), &err);
	assert_done(rig_job(&rig, argv, &job, &err), &err);
	for (int i = 1; i < 4; i++)
		job.list[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_done(rig_start(&rig, &job, 1, &err), &err);
	msg = next(&rig, MSG_LAUNCH_RUNNING);
	rig_job_done(&job);
	kill(rig.launcher_pid, SIGKILL);
	assert_true(is_gone((pid_t)msg.pid)); /* ephemeral */
	rig_done(&rig);
	/* Persistent, but still at its gate: nobody would ever open it. */
	assert_done(rig_open(&rig, "cantle-launch", "run", &err), &err);
	start_persistent(&rig, "sleep 100", 1, &job);
	msg = next(&rig, MSG_LAUNCH_CREATED);
	rig_job_done(&job);
	kill(rig.launcher_pid, SIGKILL);
	assert_true(is_gone((pid_t)msg.pid));
	rig_done(&rig);
}

static struct launch_msg adopt(struct rig *rig, pid_t pid)
{
	const struct launch_msg ask = {.type = MSG_LAUNCH_ADOPT, .id = 3, .pid = (uint32_t)pid};
	struct launch_msg msg;
	struct err err = ERR_INIT;
	assert_done(launch_msg_send(rig->chan, &ask, NULL, 0, &err), &err);
	assert_done(rig_recv(rig, &msg, &err), &err);
	return msg;
}

/* A later launcher takes over what an earlier one left, and nothing that is not of its node. */
static void test_adopted(void **state)
{
	static const char *const argv[] = {"sh", "-c", "cat /proc/1/comm", NULL};
	static struct rig_run run;
	struct rig rig;
	struct rig_job job;
	struct err err = ERR_INIT;
	struct launch_msg msg;
	pid_t kept;
	(void)state;
	assert_done(rig_open(&rig, "cantle-launch", "run", &err), &err);
	start_persistent(&rig, "sleep 100", 2, &job);
	next(&rig, MSG_LAUNCH_CREATED);
	say(&rig, MSG_LAUNCH_RELEASE, 2, 0);
	kept = (pid_t)next(&rig, MSG_LAUNCH_RUNNING).pid;
	rig_job_done(&job);
	rig_done(&rig);
	assert_done(rig_open(&rig, "cantle-launch", "run", &err), &err);
	msg = adopt(&rig, getpid());
	assert_int_equal(msg.type, MSG_LAUNCH_FAILED);
	assert_string_equal(msg.error.step, "adopt");
	msg = adopt(&rig, kept);
	assert_int_equal(msg.type, MSG_LAUNCH_RUNNING);
	assert_int_equal(rig.got.n, 1);
	assert_done(rig_job(&rig, argv, &job, &err), &err);
	job.request.kind = PLAN_JOIN;
	job.request.join = 3;
	job.request.argv = argv;
	job.request.n_argv = 3;
	job.request.exec_path = "/bin/sh";
	assert_done(rig_run(&rig, &job, &run, &err), &err);
	rig_job_done(&job);
	assert_string_equal(run.out, "cantle-init\n");
	say(&rig, MSG_LAUNCH_SIGNAL, 3, SIGKILL);
	msg = next(&rig, MSG_LAUNCH_EXITED);
	assert_int_equal(msg.how, LAUNCH_EXIT_UNKNOWN);
	assert_true(is_gone(kept));
	rig_done(&rig);
}

/* A program that lets everything through is none, whoever sealed the plan. */
static void test_weak_filter(void **state)
{
	static const char *const policies[] = {"run", "build", "service", "strict", "broker"};
	static const struct sock_filter allow = {.code = BPF_RET, .k = SECCOMP_RET_ALLOW};
	static const char *const argv[] = {"true", NULL};
	static struct rig_run run;
	struct rig rig;
	struct rig_job job;
	struct err err = ERR_INIT;
	(void)state;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		assert_done(rig_open(&rig, "cantle-launch", policies[i], &err), &err);
		rig.policy.proc = POLICY_PROC_FULL;
		rig.policy.tmp = rig.policy.run = rig.policy.shm =
			(struct policy_tmpfs){.size_bytes = 1 << 20, .n_inodes = 100};
		assert_done(rig_job(&rig, argv, &job, &err), &err);
		if (i == 0)
			job.request.filter = span_make((const char *)&allow, sizeof(allow));
		assert_done(rig_run(&rig, &job, &run, &err), &err);
		rig_job_done(&job);
		if (i == 0) {
			assert_int_equal(run.status, -1);
			assert_string_equal(run.last.error.step, "plan.floor");
		} else if (run.status == -1) {
			assert_string_not_equal(run.last.error.step, "plan.floor");
		}
		rig_done(&rig);
	}
}

/* --- faults */

static bool has_cgroup(const struct rig *rig)
{
	for (size_t i = 1; i < rig->n_roots; i++) {
		char path[128];
		snprintf(path, sizeof(path), "%s/cantle-%d/%d", rig->root_paths[i], RIG_NODE,
			RIG_SLOT);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

static int child_count(pid_t parent)
{
	char path[64];
	char text[256] = "";
	int n = 0;
	int fd;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	for (char *at = text; (at = strchr(at, ' ')); at++)
		n++;
	return n;
}

static void fault(struct rig *rig, const char *step, bool is_kill)
{
	const char *const argv[] = {"true", NULL};
	static struct rig_run run;
	struct rig_job job;
	struct err err = ERR_INIT;
	struct plan_op op = {.kind = is_kill ? PLAN_KILL_AT : PLAN_FAIL_AT};
	assert_done(rig_job(rig, argv, &job, &err), &err);
	if (is_kill) {
		op.kill_at.step = plan_str(&job.plan, step);
	} else {
		op.fail_at.step = plan_str(&job.plan, step);
		op.fail_at.num = ENOSYS;
	}
	plan_add(&job.plan, op);
	assert_done(rig_run(rig, &job, &run, &err), &err);
	rig_job_done(&job);
	if (run.status != -1)
		fail_msg("a fault at '%s' ended with status %d", step, run.status);
	if (!is_kill) {
		assert_string_equal(run.last.error.step, step);
		assert_int_equal(run.last.error.num, ENOSYS);
	}
	if (has_cgroup(rig))
		fail_msg("a fault at '%s' leaves a cgroup", step);
	if (child_count(rig->launcher_pid) != 0)
		fail_msg("a fault at '%s' leaves a process", step);
}

static void test_faults(void **state)
{
	struct rig_env *env;
	struct rig *rig;
	static const char *const own_steps[] = {
		"cgroup.make", "cgroup.set", "mount.source", "clone", "user.map"};
	rig_env_open(state);
	env = *state;
	rig = &env->rig;
	for (size_t i = 0; i < sizeof(own_steps) / sizeof(own_steps[0]); i++)
		fault(rig, own_steps[i], false);
	for (size_t i = 0; i < n_stages; i++) {
		if (!(stages[i].kinds & 1u << PLAN_PARTITION) ||
			stages[i].needs == PLAN_OOM_SCORE || stages[i].needs == PLAN_MDWE)
			continue;
		fault(rig, stages[i].step, false);
		fault(rig, stages[i].step, true);
	}
	expect(rig, "echo fine", "fine\n");
	rig_env_done(state);
}

static void test_product_refuses_faults(void **state)
{
	const char *const argv[] = {"true", NULL};
	static struct rig_run run;
	struct rig rig;
	struct rig_job job;
	struct err err = ERR_INIT;
	(void)state;
	assert_done(rig_open(&rig, "cantle-launch", "run", &err), &err);
	assert_done(rig_job(&rig, argv, &job, &err), &err);
	plan_add(&job.plan,
		(struct plan_op){.kind = PLAN_WEAKEN, .weaken.defences = WEAKEN_SECCOMP});
	assert_done(rig_run(&rig, &job, &run, &err), &err);
	rig_job_done(&job);
	assert_int_equal(run.status, -1);
	assert_string_equal(run.last.error.step, "plan.floor");
	rig_done(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_product_refuses_faults),
		cmocka_unit_test(test_launcher_ends),
		cmocka_unit_test(test_killed_launcher),
		cmocka_unit_test(test_adopted),
		cmocka_unit_test(test_weak_filter),
	};
	if (geteuid() != 0 && !getenv("MUST_WORK")) {
		printf("launch_fault: skipped, needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
