/* SPDX-License-Identifier: Apache-2.0 */
/* Each defence proven: the attack is stopped with it, and seen to succeed without it. */
#include "tests/ns/attack.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/bug.h"
#include "tests/ns/attack_host.h"
#include "tests/ns/rig.h"

#define PROBE "/opt/cantle/bin/isoprobe"

enum { EXIT_SKIPPED = 77, TRIES = 3, HOST_JOB = 9, MATRIX_ROWS = 100 };

struct score {
	size_t passed;
	size_t failed;
	size_t skipped;
	bool must_work;
};

static void pass(struct score *score, const char *what, const char *seen)
{
	printf("ok: %s: %s\n", what, seen);
	score->passed++;
}

static void fail(struct score *score, const char *what, const char *seen, const char *wanted)
{
	printf("FAILED: %s: saw '%s', wanted '%s'\n", what, seen, wanted);
	score->failed++;
}

static void skip(struct score *score, const char *what)
{
	printf("%s: %s\n", score->must_work ? "FAILED (must work)" : "skipped", what);
	*(score->must_work ? &score->failed : &score->skipped) += 1;
}

/* Small limits, so that running into them is quick. */
static void shrink(struct policy *policy)
{
	policy->memory_bytes = 64 << 20;
	policy->n_pids = 24;
	policy->tmp.size_bytes = 1 << 20;
	policy->tmp.n_inodes = 64;
	policy->n_rlimits = 0;
	policy->rlimits[policy->n_rlimits++] =
		(struct policy_rlimit){.resource = RLIMIT_NOFILE, .soft = 64, .hard = 64};
	policy->rlimits[policy->n_rlimits++] =
		(struct policy_rlimit){.resource = RLIMIT_CORE, .soft = 0, .hard = 0};
}

/* A partition with isoprobe, a file that Landlock hides, and a read-only directory of the slot's. */
static int prepare(struct rig *rig, const char *const *argv, struct rig_job *ret,
	struct launch_file *secret, struct err *err)
{
	struct launch_request *request = &ret->request;
	if (rig_job(rig, argv, ret, err) < 0)
		return -1;
	*secret = (struct launch_file){.path = "/isoprobe.secret", .text = span_str("secret\n")};
	request->files = secret;
	request->n_files = 1;
	ret->list[4] = openat(rig->build.fd, "tests/ns/isoprobe", O_PATH | O_CLOEXEC);
	if (ret->list[4] < 0)
		return err_set(err, ERR_OS, errno, "attack", "open isoprobe");
	ret->plan.n_fds = 5;
	ret->binds[request->n_binds++] =
		(struct launch_bind){.at = 4, .rel = ".", .path = PROBE, .flags = PLAN_MNT_IS_FILE};
	ret->binds[request->n_binds++] = (struct launch_bind){
		.at = PLAN_ROOT_BIT | PLAN_ROOT_STATE, .rel = "data", .path = "/srv/data"};
	request->hostname = "probed";
	return 0;
}

/* Show a directory of the host at its own place, over what the partition has there. */
static int show_host(struct rig_job *job, const char *path, struct err *err)
{
	uint32_t at = job->plan.n_fds++;
	job->list[at] = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (job->list[at] < 0)
		return err_set(err, ERR_OS, errno, "attack", "open '%s'", path);
	job->binds[job->request.n_binds++] =
		(struct launch_bind){.at = at, .rel = ".", .path = path};
	return 0;
}

/* What one launch leaves out. */
struct weak {
	uint32_t defences;
	const char *bind;
};

/* Run isoprobe with one word, or all of its rows. */
static int launch(
	struct rig *rig, const char *word, struct weak weak, struct rig_run *run, struct err *err)
{
	const char *const argv[] = {PROBE, word, NULL};
	struct rig_job job;
	struct launch_file secret;
	int done = prepare(rig, argv, &job, &secret, err);
	if (done == 0 && weak.bind)
		done = show_host(&job, weak.bind, err);
	if (done == 0 && weak.defences)
		plan_add(&job.plan,
			(struct plan_op){.kind = PLAN_WEAKEN, .weaken.defences = weak.defences});
	if (done == 0)
		done = rig_run(rig, &job, run, err);
	rig_job_done(&job);
	if (done == 0 && run->last.type == MSG_LAUNCH_FAILED) {
		*err = run->last.error;
		done = -1;
	}
	return done;
}

/* All rows in a process that joins a running partition. */
static int join(struct rig *rig, struct rig_run *run, struct err *err)
{
	static const char *const probe[] = {PROBE, NULL};
	struct rig_job job;
	int done = rig_job(rig, probe, &job, err);
	job.request.kind = PLAN_JOIN;
	job.request.join = HOST_JOB;
	job.request.n_binds = 0;
	job.request.argv = probe;
	job.request.n_argv = 1;
	job.request.exec_path = PROBE;
	if (done == 0)
		done = rig_run(rig, &job, run, err);
	rig_job_done(&job);
	if (done == 0 && run->last.type == MSG_LAUNCH_FAILED) {
		*err = run->last.error;
		done = -1;
	}
	return done;
}

static int await(struct rig *rig, uint16_t type, struct err *err)
{
	struct launch_msg msg;
	do {
		if (rig_recv(rig, &msg, err) < 0)
			return -1;
		if (msg.type == MSG_LAUNCH_FAILED) {
			*err = msg.error;
			return -1;
		}
	} while (msg.type != type);
	return 0;
}

/* The same in a process that joins: start what is joined, join it, end it. */
static int launch_joined(struct rig *rig, struct rig_run *run, struct err *err)
{
	const char *const argv[] = {"/bin/sleep", "100", NULL};
	const struct launch_msg end = {.type = MSG_LAUNCH_SIGNAL, .id = HOST_JOB, .signo = SIGKILL};
	struct err late = ERR_INIT;
	struct rig_job job;
	struct launch_file secret;
	int done = prepare(rig, argv, &job, &secret, err);
	for (size_t i = 1; i < 4; i++)
		job.list[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (done == 0)
		done = rig_start(rig, &job, HOST_JOB, err);
	if (done == 0)
		done = await(rig, MSG_LAUNCH_RUNNING, err);
	if (done == 0) {
		done = join(rig, run, err);
		if (launch_msg_send(rig->chan, &end, NULL, 0, &late) < 0 ||
			await(rig, MSG_LAUNCH_EXITED, &late) < 0)
			printf("note: ending what was joined: %s\n", late.text);
	}
	rig_job_done(&job);
	return done;
}

/* Does the text match one of "a|b|c"? "*" matches all, a leading "!" turns it round. */
static bool matches(const char *pattern, const char *text)
{
	bool is_not = pattern[0] == '!';
	struct span rest = span_str(pattern + is_not);
	struct span word;
	bool found = rest.len == 0 && text[0] == '\0';
	while (span_cut(&rest, '|', &word))
		found = found || span_is(word, "*") || span_eq(word, span_str(text));
	return found != is_not;
}

static const char *value_of(char *line)
{
	char *equal = strchr(line, '=');
	line[strcspn(line, "\n")] = '\0';
	return equal ? equal + 1 : line;
}

static void attack(struct rig *rig, struct score *score, const struct trial *trial,
	const struct host_side *host, struct weak weak, const char *wanted)
{
	char word[128];
	char what[200];
	char seen[256] = "";
	host_side_expand(host, trial->attack, word, sizeof(word));
	snprintf(what, sizeof(what), "%s %s%s", trial->defence_name, word,
		weak.defences & trial->defence || weak.bind ? " (switched off)" : "");
	/* Time is not ours on a busy machine: what is measured by it may be tried again. */
	for (int i = 0; i < (trial->is_timed ? TRIES : 1); i++) {
		struct rig_run run;
		struct err err = ERR_INIT;
		uint64_t cpu_milli = rig->policy.cpu_milli;
		if (trial->is_timed)
			rig->policy.cpu_milli = 50;
		if (launch(rig, word, weak, &run, &err) < 0)
			err_format(&err, NULL, seen, sizeof(seen));
		else
			snprintf(seen, sizeof(seen), "%.200s", value_of(run.out));
		rig->policy.cpu_milli = cpu_milli;
		if (matches(wanted, seen))
			break;
	}
	if (matches(wanted, seen))
		pass(score, what, seen);
	else
		fail(score, what, seen, wanted);
}

/* Trials that need nothing weakened: the launcher that is installed. */
static void run_real(struct rig *rig, struct score *score, const struct host_side *host)
{
	for (size_t i = 0; i < attack_trials.n; i++) {
		const struct trial *trial = &attack_trials.rows[i];
		if (trial->base == 0)
			attack(rig, score, trial, host, (struct weak){0}, trial->stopped);
	}
}

/* The test launcher: what another defence would stop as well, and all of them switched off. */
static void run_weak(struct rig *rig, struct score *score, const struct host_side *host)
{
	for (size_t i = 0; i < attack_trials.n; i++) {
		const struct trial *trial = &attack_trials.rows[i];
		if (trial->base != 0)
			attack(rig, score, trial, host, (struct weak){trial->base, NULL},
				trial->stopped);
		attack(rig, score, trial, host,
			(struct weak){trial->base | trial->defence, trial->bind}, trial->succeeds);
	}
}

/* What a row must say; a plain denial where the table says nothing else. */
static const char *wanted_of(const char *name, size_t n, enum matrix_kind kind)
{
	for (size_t i = 0; i < attack_matrix.n; i++) {
		const struct matrix_row *row = &attack_matrix.rows[i];
		if (strlen(row->name) == n && strncmp(row->name, name, n) == 0)
			return row->other[kind] ? row->other[kind] : row->wanted;
	}
	return "blocked:EPERM|blocked:EACCES|blocked:EROFS|blocked:ENOENT|blocked:ENOSYS";
}

static void match_row(struct score *score, char *line, enum matrix_kind kind)
{
	static const char *const names[] = {"matrix", "matrix, strict", "matrix, joined"};
	const char *value = value_of(line);
	if (value == line) {
		fail(score, names[kind], line, "name=value");
		return;
	}
	const char *wanted = wanted_of(line, (size_t)(value - line) - 1, kind);
	if (matches(wanted, value))
		pass(score, names[kind], line);
	else
		fail(score, names[kind], line, wanted);
}

/* Everything that isoprobe knows, with nothing weakened. */
static void run_matrix(struct rig *rig, struct score *score, enum matrix_kind kind)
{
	struct rig_run run;
	struct err err = ERR_INIT;
	char text[600];
	int done = kind == MATRIX_JOINED ? launch_joined(rig, &run, &err)
					 : launch(rig, NULL, (struct weak){0}, &run, &err);
	if (done < 0) {
		err_format(&err, NULL, text, sizeof(text));
		fail(score, "matrix", text, "a launch");
		return;
	}
	size_t n = 0;
	for (char *line = run.out; *line; n++) {
		char *next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		match_row(score, line, kind);
		line = next;
	}
	if (n < MATRIX_ROWS)
		fail(score, "matrix", "too few rows", "at least 100");
}

/*
 * A directory of the slot's beneath the state directory, with what nobody inside may use: a device
 * node, and a file of that user of the host whose number the program has inside.
 */
static int data_make(struct rig *rig, struct err *err)
{
	uid_t owner = ID_BASE + RIG_NODE * ID_NODE_SPAN + RIG_SLOT * ID_SLOT_SPAN + ID_INSIDE;
	int root = rig->roots[0].fd;
	scoped_fd secret = FD_NONE;
	if (mkdirat(root, "data", 0755) < 0 || fchownat(root, "data", owner, owner, 0) < 0 ||
		mknodat(root, "data/zero", S_IFCHR | 0666, makedev(1, 5)) < 0 ||
		fchmodat(root, "data/zero", 0666, 0) < 0)
		return err_set(err, ERR_OS, errno, "attack", "make the data directory");
	secret = openat(root, "data/of1000", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (secret < 0 || write(secret, "x", 1) != 1 || fchown(secret, ID_INSIDE, ID_INSIDE) < 0)
		return err_set(err, ERR_OS, errno, "attack", "make the host user's file");
	return 0;
}

struct phase {
	const char *launcher;
	const char *policy;
	void (*run)(struct rig *rig, struct score *score, const struct host_side *host);
};

static void real_phase(struct rig *rig, struct score *score, const struct host_side *host)
{
	run_matrix(rig, score, MATRIX_RUN);
	run_matrix(rig, score, MATRIX_JOINED);
	shrink(&rig->policy);
	run_real(rig, score, host);
}

static void strict_phase(struct rig *rig, struct score *score, const struct host_side *host)
{
	(void)host;
	run_matrix(rig, score, MATRIX_STRICT);
}

static void weak_phase(struct rig *rig, struct score *score, const struct host_side *host)
{
	shrink(&rig->policy);
	run_weak(rig, score, host);
}

static const struct phase phases[] = {
	{"cantle-launch", "run", real_phase},
	{"cantle-launch", "strict", strict_phase},
	{"cantle-launch-test", "run", weak_phase},
};

static void run_phase(const struct phase *phase, const struct host_side *host, struct score *score)
{
	struct rig rig;
	struct err err = ERR_INIT;
	char text[600];
	if (rig_open(&rig, phase->launcher, phase->policy, &err) < 0 || data_make(&rig, &err) < 0) {
		err_format(&err, phase->launcher, text, sizeof(text));
		fail(score, "launcher", text, "ready");
	} else {
		phase->run(&rig, score, host);
	}
	rig_done(&rig);
}

static bool has_launcher(const char *launcher)
{
	const char *build = getenv("CANTLE_BUILD");
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", build ? build : "build", launcher);
	return access(path, X_OK) == 0;
}

int main(void)
{
	const char *must_work = getenv("MUST_WORK");
	struct score score = {.must_work = must_work && strcmp(must_work, "1") == 0};
	struct host_side host;
	struct err err = ERR_INIT;
	char text[600];
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (getuid() != 0) {
		skip(&score, "namespaces of root's launcher: run as root");
	} else if (host_side_open(&host, &err) < 0) {
		err_format(&err, NULL, text, sizeof(text));
		fail(&score, "host side", text, "ready");
	} else {
		for (size_t i = 0; i < ARRAY_LEN(phases); i++)
			if (has_launcher(phases[i].launcher))
				run_phase(&phases[i], &host, &score);
			else
				skip(&score,
					"defences switched off: configure with -Dtest_faults=true");
		host_side_done(&host);
	}
	printf("attack: %zu passed, %zu failed, %zu skipped\n", score.passed, score.failed,
		score.skipped);
	if (score.failed)
		return 1;
	return score.passed ? 0 : EXIT_SKIPPED;
}
