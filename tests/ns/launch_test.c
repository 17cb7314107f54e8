/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-launch over its channel: what a partition is and what it gets. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/ns/rig_check.h"
#include "tests/unit/test.h"

static void test_status(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	static struct rig_run run;
	expect(rig, "true", "");
	sh(rig, "exit 42", &run);
	assert_int_equal(run.status, 42);
	sh(rig, "kill -TERM $$", &run);
	assert_int_equal(run.status, 128 + SIGTERM);
	sh(rig, "echo out; echo err >&2", &run);
	assert_string_equal(run.out, "out\nerr\n");
}

static void test_no_command(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	const char *const missing[] = {"no-such-command", NULL};
	const char *const no_program[] = {"/etc/passwd", NULL};
	static struct rig_run run;
	struct rig_job job;
	struct err err = ERR_INIT;
	assert_done(rig_job(rig, missing, &job, &err), &err);
	assert_done(rig_run(rig, &job, &run, &err), &err);
	rig_job_done(&job);
	assert_int_equal(run.status, 127);
	assert_string_equal(run.out, "cantle: 'no-such-command': command not found\n");
	assert_done(rig_job(rig, no_program, &job, &err), &err);
	assert_done(rig_run(rig, &job, &run, &err), &err);
	rig_job_done(&job);
	assert_int_equal(run.status, 126);
}

static void test_namespaces(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	static const char *const names[] = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup"};
	static struct rig_run run;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char script[64];
		char path[64];
		char host[64];
		ssize_t n;
		snprintf(script, sizeof(script), "readlink /proc/self/ns/%s", names[i]);
		snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
		n = readlink(path, host, sizeof(host) - 1);
		assert_true(n > 0);
		host[n] = '\0';
		sh(rig, script, &run);
		assert_int_equal(run.status, 0);
		run.out[run.n_out - 1] = '\0';
		assert_string_not_equal(run.out, host);
	}
}

static void test_ids(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	char map[128];
	expect(rig, "id -u; id -g; id -G; id -un", "1000\n1000\n1000\nslapuser\n");
	snprintf(map, sizeof(map), "0 %u 65536\n0 %u 65536\n", slot_uid(0), slot_uid(0));
	expect(rig,
		"set -- $(cat /proc/self/uid_map); echo $*; set -- $(cat /proc/self/gid_map); echo "
		"$*",
		map);
	expect(rig, "grep -E '^(Cap...|NoNewPrivs|Seccomp):' /proc/self/status | tr '\\t' ' '",
		"CapInh: 0000000000000000\nCapPrm: 0000000000000000\nCapEff: 0000000000000000\n"
		"CapBnd: 0000000000000000\nCapAmb: 0000000000000000\nNoNewPrivs: 1\nSeccomp: 2\n");
	expect(rig, "cat /proc/self/cgroup | cut -d: -f3 | sort -u | grep -v '^/$' | wc -l", "0\n");
	expect(rig, "echo $$; cat /proc/1/comm; hostname", "2\ncantle-init\npartition\n");
}

static void test_read_only(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	expect(rig,
		"for d in / /usr /usr/bin /etc /opt /srv /var /dev /usr/local /proc/sys/kernel; do "
		"(: >$d/x) 2>/dev/null && echo wrote $d; done; true",
		"");
	expect(rig, "for d in /tmp /run /dev/shm /var/tmp; do : >$d/x && echo $d; done",
		"/tmp\n/run\n/dev/shm\n/var/tmp\n");
	expect(rig,
		"cat /proc/sys/user/max_user_namespaces "
		"/proc/sys/net/ipv4/ip_unprivileged_port_start",
		"0\n0\n");
	expect(rig, "ls /; ls /dev",
		"bin\ndev\netc\nlib\nlib64\nopt\nproc\nrun\nsbin\nsrv\ntmp\nusr\nvar\n"
		"fd\nfull\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero"
		"\n");
	expect(rig, "ls -A /usr/local; cat /proc/kallsyms /proc/keys; ls -A /proc/bus", "");
}

static void test_mounts(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	/* All nosuid; all nodev but the device nodes, which cannot be added to, and ptys. */
	expect(rig, "awk '$6 !~ /nosuid/ { print $5 }' /proc/self/mountinfo", "");
	expect(rig, "awk '$6 !~ /nodev/ { print $5 }' /proc/self/mountinfo | sort",
		"/dev\n/dev/pts\n");
	expect(rig, "awk '$6 ~ /^rw/ { print $5 }' /proc/self/mountinfo | sort",
		"/dev/pts\n/dev/shm\n/proc\n/run\n/tmp\n/var/tmp\n");
	expect(rig, "awk '{ print $5 }' /proc/self/mountinfo | grep -cx /", "1\n");
	expect(rig, "stat -f -c %T / /tmp /proc", "tmpfs\ntmpfs\nproc\n");
	/* The root holds nothing of the host: no mount source is its root directory. */
	expect(rig,
		"awk '$4 == \"/\" && $(NF-2) !~ /^(tmpfs|proc|devpts)$/ { print $5 }' "
		"/proc/self/mountinfo",
		"");
}

static void test_processes(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	expect(rig, "grep -E '^Sig(Blk|Ign):' /proc/self/status | cut -f2",
		"0000000000000000\n0000000000000000\n");
	/* Its own and nobody else's: pid 1, the shell, and what it runs. */
	expect(rig, "test $(ls -d /proc/[0-9]* | wc -l) -le 5 && ls -d /proc/[0-9]* | head -2",
		"/proc/1\n/proc/2\n");
	/* Orphans are reaped by pid 1. */
	expect(rig,
		"for i in 1 2 3 4 5; do (true &); done; sleep 0.3; ps -e -o stat= | grep -c Z; "
		"true",
		"0\n");
}

static void test_descriptors(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	const char *const argv[] = {"sh", "-c", "ls /proc/self/fd; cat <&3", NULL};
	static struct rig_run run;
	struct rig_job job;
	struct err err = ERR_INIT;
	int ends[2];
	expect(rig, "ls /proc/self/fd", "0\n1\n2\n3\n"); /* 3: the directory that ls reads */
	expect(rig, "ls /proc/1/fd 2>/dev/null", "0\n1\n2\n");
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], "passed\n", 7), 7);
	close(ends[1]);
	assert_done(rig_job(rig, argv, &job, &err), &err);
	job.list[4] = ends[0];
	job.fds[3] = 4;
	job.request.n_fds = 4;
	job.plan.n_fds = 5;
	assert_done(rig_run(rig, &job, &run, &err), &err);
	rig_job_done(&job);
	assert_string_equal(run.out, "0\n1\n2\n3\n4\npassed\n");
}

static void test_environment(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	const char *const argv[] = {"env", NULL};
	const char *const extra[] = {"LANG=C", "X=1", "X=2"};
	static struct rig_run run;
	struct rig_job job;
	struct err err = ERR_INIT;
	setenv("CANTLE_LEAK", "leaked", 1);
	assert_done(rig_job(rig, argv, &job, &err), &err);
	job.request.env = extra;
	job.request.n_env = 3;
	assert_done(rig_run(rig, &job, &run, &err), &err);
	rig_job_done(&job);
	assert_null(strstr(run.out, "CANTLE_LEAK"));
	assert_non_null(strstr(run.out, "LANG=C\n"));
	assert_null(strstr(run.out, "X=1\n"));
	assert_non_null(strstr(run.out, "X=2\n"));
	assert_non_null(strstr(run.out, "HOME=/tmp\n"));
}

static void test_network(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	expect(rig, "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '", "lo\n");
	expect(rig,
		"cat /sys/class/net/lo/operstate 2>/dev/null; awk '{print $6}' /proc/net/if_inet6",
		"lo\n");
}

static void test_limits(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	static struct rig_run run;
	struct rlimit files;
	char limits[64];
	/* Never above what the launcher has itself. */
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	snprintf(limits, sizeof(limits), "0\n%d\n",
		files.rlim_max < 65536 ? (int)files.rlim_max : 65536);
	expect(rig, "ulimit -c; ulimit -Hn", limits);
	if (!rig->cgroups.at[CGROUP_PIDS].root || !rig->cgroups.at[CGROUP_MEMORY].root)
		skip();
	rig->policy.n_pids = 20;
	sh(rig,
		"for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do sleep 1 & "
		"done; wait",
		&run);
	rig->policy.n_pids = 512;
	assert_non_null(strstr(run.out, "annot fork"));
	rig->policy.memory_bytes = 32 << 20;
	sh(rig, "dd if=/dev/zero of=/dev/null bs=128M count=1 2>/dev/null", &run);
	rig->policy.memory_bytes = 1 << 30;
	assert_int_equal(run.status, 128 + SIGKILL);
	assert_int_equal(run.last.is_oom, 1);
	expect(rig, "dd if=/dev/zero of=/tmp/x bs=1M count=300 2>&1 | grep -c 'No space left'",
		"1\n");
}

/* --- the gate */

static void test_gate_and_signals(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	struct rig_job job;
	struct launch_msg msg;
	char path[64];
	char comm[32] = "";
	int fd;
	start_persistent(rig, "sleep 100", 9, &job);
	msg = next(rig, MSG_LAUNCH_CREATED);
	assert_int_equal(rig->got.n, 1);
	snprintf(path, sizeof(path), "/proc/%u/comm", msg.pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(read(fd, comm, sizeof(comm) - 1) > 0);
	close(fd);
	assert_string_not_equal(comm, "cantle-init\n"); /* it has not run anything yet */
	say(rig, MSG_LAUNCH_RELEASE, 9, 0);
	next(rig, MSG_LAUNCH_RUNNING);
	say(rig, MSG_LAUNCH_SIGNAL, 9, SIGTERM);
	msg = next(rig, MSG_LAUNCH_EXITED);
	assert_int_equal(msg.how, LAUNCH_EXIT_CODE);
	assert_int_equal(msg.code, 128 + SIGTERM);
	rig_job_done(&job);
}

/* --- joining */

static void test_join(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	const char *const argv[] = {"sh", "-c",
		/* Whose network pid 1 has may not be looked at: another Landlock domain. */
		"readlink /proc/self/ns/net; readlink /proc/1/ns/net; id -u; "
		"grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr '\\t' ' '; "
		"cut -d: -f3 /proc/self/cgroup | sort -u; ls /proc/self/fd | wc -l; "
		"cat /proc/1/comm; ls /tmp",
		NULL};
	static struct rig_run run;
	struct rig_job job;
	struct rig_job exec;
	struct err err = ERR_INIT;
	struct launch_msg msg;
	char target_ns[64];
	char path[64];
	char wanted[256];
	ssize_t n;
	start_persistent(rig, ": >/tmp/mark; sleep 100", 5, &job);
	msg = next(rig, MSG_LAUNCH_CREATED);
	say(rig, MSG_LAUNCH_RELEASE, 5, 0);
	next(rig, MSG_LAUNCH_RUNNING);
	snprintf(path, sizeof(path), "/proc/%u/ns/net", msg.pid);
	n = readlink(path, target_ns, sizeof(target_ns) - 1);
	assert_true(n > 0);
	target_ns[n] = '\0';
	poll(NULL, 0, 200);
	assert_done(rig_job(rig, argv, &exec, &err), &err);
	exec.request.kind = PLAN_JOIN;
	exec.request.join = 5;
	exec.request.argv = argv;
	exec.request.n_argv = 3;
	exec.request.exec_path = "/bin/sh";
	assert_done(rig_run(rig, &exec, &run, &err), &err);
	rig_job_done(&exec);
	say(rig, MSG_LAUNCH_SIGNAL, 5, SIGKILL);
	next(rig, MSG_LAUNCH_EXITED);
	rig_job_done(&job);
	snprintf(wanted, sizeof(wanted),
		"%s\n1000\nCapBnd: 0000000000000000\nNoNewPrivs: 1\nSeccomp: "
		"2\n/\n4\ncantle-init\nmark\n",
		target_ns);
	if (run.status != 0 || strcmp(run.out, wanted) != 0)
		fail_msg("status %d, printed '%s', not '%s'", run.status, run.out, wanted);
}

/* --- host operations */

static void host_plan(struct rig *rig, struct rig_job *job, struct launch_msg *ret)
{
	struct err err = ERR_INIT;
	assert_done(rig_start(rig, job, 77, &err), &err);
	assert_done(rig_recv(rig, ret, &err), &err);
	plan_done(&job->plan);
	assert_done(plan_init(&job->plan, &err), &err);
}

static void test_host_operations(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	const uint32_t uid = slot_uid(1000);
	struct rig_job job = {.request.n_argv = 0};
	struct launch_msg msg;
	struct err err = ERR_INIT;
	struct stat st;
	char text[8] = "";
	assert_done(plan_init(&job.plan, &err), &err);
	host_plan_dir(&job.plan, "partition", 0711, 0, 0);
	host_plan_dir(&job.plan, "partition/home", 0750, uid, uid);
	host_plan_dir(&job.plan, "partition/home", 0750, uid, uid);
	host_plan(rig, &job, &msg);
	assert_int_equal(msg.type, MSG_LAUNCH_DONE);
	assert_int_equal(fstatat(rig->roots[0].fd, "partition/home", &st, 0), 0);
	assert_int_equal(st.st_uid, uid);
	assert_int_equal(st.st_mode & 07777, 0750);
	/* A link in the way is refused, whatever it points at. */
	assert_int_equal(symlinkat("/etc", rig->roots[0].fd, "partition/home/out"), 0);
	host_plan_dir(&job.plan, "partition/home/out/cantle", 0750, uid, uid);
	host_plan(rig, &job, &msg);
	assert_int_equal(msg.type, MSG_LAUNCH_FAILED);
	assert_string_equal(msg.error.step, "dir.make");
	/* Files come as descriptors; links, devices and missing ones as errors. */
	close(openat(rig->roots[0].fd, "partition/home/log", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_int_equal(mkfifoat(rig->roots[0].fd, "partition/home/fifo", 0600), 0);
	host_plan_open(&job.plan, "partition/home/log");
	host_plan_open(&job.plan, "partition/home/fifo");
	host_plan_open(&job.plan, "partition/home/out/passwd");
	host_plan_open(&job.plan, "partition/home/missing");
	host_plan(rig, &job, &msg);
	assert_int_equal(msg.type, MSG_LAUNCH_DONE);
	assert_int_equal(msg.n_results, 4);
	assert_int_equal(msg.results[0].num, 0);
	assert_int_equal(msg.results[0].fd, 1);
	assert_int_equal(rig->got.n, 1);
	assert_int_equal(read(rig->got.fd[0], text, 1), 0);
	assert_int_equal(msg.results[1].num, EACCES);
	assert_int_equal(msg.results[2].num, ELOOP);
	assert_int_equal(msg.results[3].num, ENOENT);
	host_plan_remove(&job.plan, "partition");
	host_plan_remove(&job.plan, "partition");
	host_plan(rig, &job, &msg);
	assert_int_equal(msg.type, MSG_LAUNCH_DONE);
	assert_int_equal(faccessat(rig->roots[0].fd, "partition", F_OK, 0), -1);
	plan_done(&job.plan);
}

/* What a group shows, and its end with everything in it. */
static void test_cgroup_operations(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	struct rig_job service;
	struct rig_job job = {.request.n_argv = 0};
	struct launch_msg msg;
	struct err err = ERR_INIT;
	pid_t pid;
	if (!rig->cgroups.at[CGROUP_PIDS].root)
		skip();
	start_persistent(rig, "sleep 100 & sleep 100", 6, &service);
	next(rig, MSG_LAUNCH_CREATED);
	say(rig, MSG_LAUNCH_RELEASE, 6, 0);
	pid = (pid_t)next(rig, MSG_LAUNCH_RUNNING).pid;
	rig_job_done(&service);
	assert_done(plan_init(&job.plan, &err), &err);
	assert_true(cgroup_plan_read(&job.plan, &rig->cgroups, RIG_NODE, "7", CGROUP_PIDS_MAX));
	assert_true(cgroup_plan_read(&job.plan, &rig->cgroups, RIG_NODE, "8", CGROUP_PIDS_MAX));
	host_plan(rig, &job, &msg);
	assert_int_equal(msg.type, MSG_LAUNCH_DONE);
	assert_int_equal(msg.n_results, 2);
	assert_span(msg.results[0].text, "512\n");
	assert_int_equal(msg.results[1].num, ENOENT);
	cgroup_plan_remove(&job.plan, &rig->cgroups, RIG_NODE, "7");
	assert_done(rig_start(rig, &job, 77, &err), &err);
	plan_done(&job.plan);
	/* The launcher answers one after the other; the process is dead before its group is gone. */
	next(rig, MSG_LAUNCH_DONE);
	msg = next(rig, MSG_LAUNCH_EXITED);
	assert_int_equal(msg.how, LAUNCH_EXIT_SIGNAL);
	assert_int_equal(msg.code, SIGKILL);
	assert_int_equal(kill(pid, 0), -1);
}

static void test_bind(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	const char *const argv[] = {"sh", "-c",
		"pwd; echo hi >new && stat -c %u new; (: >/place/x) 2>/dev/null || echo read-only; "
		"cat /place/here; test -r /etc/x.conf && cat /etc/x.conf",
		NULL};
	const uint32_t uid = slot_uid(1000);
	const struct launch_file file = {"/etc/x.conf", {"text\n", 5}};
	static struct rig_run run;
	struct rig_job job;
	struct err err = ERR_INIT;
	struct stat st;
	int fd;
	assert_done(rig_job(rig, argv, &job, &err), &err);
	assert_int_equal(mkdirat(rig->roots[0].fd, "pub", 0755), 0);
	fd = openat(rig->roots[0].fd, "pub/here", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	assert_int_equal(write(fd, "there\n", 6), 6);
	close(fd);
	host_plan_dir(&job.plan, "home", 0750, uid, uid);
	job.list[4] = openat(rig->roots[0].fd, "pub", O_PATH | O_CLOEXEC);
	job.plan.n_fds = 5;
	job.binds[1] = (struct launch_bind){
		PLAN_ROOT_BIT | PLAN_ROOT_STATE, "home", "/srv/slapgrid/slappart7", PLAN_MNT_RW};
	job.binds[2] = (struct launch_bind){4, ".", "/place", 0};
	job.request.n_binds = 3;
	job.request.home = "/srv/slapgrid/slappart7";
	job.request.files = &file;
	job.request.n_files = 1;
	assert_done(rig_run(rig, &job, &run, &err), &err);
	rig_job_done(&job);
	if (run.status == -1)
		fail_msg("%s %s", run.last.error.step, run.last.error.text);
	assert_string_equal(run.out, "/srv/slapgrid/slappart7\n1000\nread-only\nthere\ntext\n");
	assert_int_equal(fstatat(rig->roots[0].fd, "home/new", &st, 0), 0);
	assert_int_equal(st.st_uid, uid);
}

static void test_confined(void **state)
{
	struct rig *rig = &((struct rig_env *)*state)->rig;
	const char *const argv[] = {"sh", "-c",
		"id -u; id -G; grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr "
		"'\\t' ' '; "
		"readlink /proc/self/ns/net; readlink /proc/self/ns/mnt; echo /proc/self/fd/*",
		NULL};
	static struct rig_run run;
	struct rig_job job;
	struct err err = ERR_INIT;
	char net[64] = "";
	char mnt[64] = "";
	char wanted[256];
	assert_done(rig_job(rig, argv, &job, &err), &err);
	job.request.kind = PLAN_CONFINED;
	job.request.uid = 2;
	job.request.n_binds = 0;
	job.request.argv = argv;
	job.request.n_argv = 3;
	job.request.exec_path = NULL;
	job.request.cgroup_name = "broker";
	job.list[4] = open("/bin/sh", O_PATH | O_CLOEXEC);
	job.request.exec_fd = 4;
	job.plan.n_fds = 5;
	assert_done(rig_run(rig, &job, &run, &err), &err);
	rig_job_done(&job);
	if (run.status == -1)
		fail_msg("%s %s", run.last.error.step, run.last.error.text);
	assert_true(readlink("/proc/self/ns/net", net, sizeof(net) - 1) > 0);
	assert_true(readlink("/proc/self/ns/mnt", mnt, sizeof(mnt) - 1) > 0);
	snprintf(wanted, sizeof(wanted),
		"3959422978\n3959422978\nCapBnd: 0000000000000000\nNoNewPrivs: 1\nSeccomp: "
		"2\n%s\n%s\n"
		"/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n",
		net, mnt);
	assert_string_equal(run.out, wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_no_command),
		cmocka_unit_test(test_namespaces),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_mounts),
		cmocka_unit_test(test_processes),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_gate_and_signals),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_host_operations),
		cmocka_unit_test(test_cgroup_operations),
		cmocka_unit_test(test_bind),
		cmocka_unit_test(test_confined),
	};
	if (geteuid() != 0 && !getenv("MUST_WORK")) {
		printf("launch_test: skipped, needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, rig_env_open, rig_env_done);
}
