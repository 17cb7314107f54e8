/* SPDX-License-Identifier: Apache-2.0 */
/* Each defence proven: the attack is stopped with it, and seen to succeed without it. */
#include "tests/ns/attack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/bug.h"
#include "tests/ns/attack_host.h"
#include "tests/ns/rig.h"

enum { EXIT_SKIPPED = 77, TRIES = 3 };

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

/* The job: isoprobe, a file that Landlock hides, a read-only directory that is the slot's own. */
static int prepare(struct rig *rig, const char *const *words, struct rig_job *ret,
	struct launch_file *secret, struct err *err)
{
	const char *argv[16] = {"/opt/cantle/bin/isoprobe"};
	struct launch_request *request = &ret->request;
	for (size_t i = 0; words[i] && i + 2 < ARRAY_LEN(argv); i++)
		argv[i + 1] = words[i];
	if (rig_job(rig, argv, ret, err) < 0)
		return -1;
	*secret = (struct launch_file){.path = "/isoprobe.secret", .text = span_str("secret\n")};
	request->files = secret;
	request->n_files = 1;
	ret->list[4] = openat(rig->build.fd, "tests/ns/isoprobe", O_PATH | O_CLOEXEC);
	if (ret->list[4] < 0)
		return err_set(err, ERR_OS, errno, "attack", "open isoprobe");
	ret->plan.n_fds = 5;
	ret->binds[request->n_binds++] = (struct launch_bind){
		.at = 4, .rel = ".", .path = "/opt/cantle/bin/isoprobe", .flags = PLAN_MNT_IS_FILE};
	ret->binds[request->n_binds++] = (struct launch_bind){
		.at = PLAN_ROOT_BIT | PLAN_ROOT_STATE, .rel = "data", .path = "/srv/data"};
	request->hostname = "probed";
	return 0;
}

/* One launch; the first line of output without "name=". */
static int launch(struct rig *rig, const char *const *words, uint32_t weaken, struct rig_run *run,
	struct err *err)
{
	struct rig_job job;
	struct launch_file secret;
	int done = prepare(rig, words, &job, &secret, err);
	if (done == 0 && weaken)
		plan_add(&job.plan,
			(struct plan_op){.kind = PLAN_WEAKEN, .weaken.defences = weaken});
	if (done == 0)
		done = rig_run(rig, &job, run, err);
	rig_job_done(&job);
	if (done == 0 && run->last.type == MSG_LAUNCH_FAILED) {
		*err = run->last.error;
		done = -1;
	}
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
	const struct host_side *host, uint32_t weaken, const char *wanted)
{
	char word[128];
	char what[200];
	char seen[256] = "";
	const char *const words[] = {word, NULL};
	host_side_expand(host, trial->attack, word, sizeof(word));
	snprintf(what, sizeof(what), "%s %s%s", trial->defence_name, word,
		weaken & trial->defence ? " (switched off)" : "");
	/* Time is not ours on a busy machine: what is measured by it may be tried again. */
	for (int i = 0; i < (trial->is_timed ? TRIES : 1); i++) {
		struct rig_run run;
		struct err err = ERR_INIT;
		uint64_t cpu_milli = rig->policy.cpu_milli;
		if (trial->is_timed)
			rig->policy.cpu_milli = 50;
		if (launch(rig, words, weaken, &run, &err) < 0)
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
			attack(rig, score, trial, host, 0, trial->stopped);
	}
}

/* The test launcher: what another defence would stop as well, and all of them switched off. */
static void run_weak(struct rig *rig, struct score *score, const struct host_side *host)
{
	for (size_t i = 0; i < attack_trials.n; i++) {
		const struct trial *trial = &attack_trials.rows[i];
		if (trial->base != 0)
			attack(rig, score, trial, host, trial->base, trial->stopped);
		attack(rig, score, trial, host, trial->base | trial->defence, trial->succeeds);
	}
}

static void match_row(struct score *score, char *line)
{
	const char *value = value_of(line);
	size_t n = (size_t)(value - line) - 1;
	if (value == line) {
		fail(score, "matrix", line, "name=value");
		return;
	}
	for (size_t i = 0; i < attack_matrix.n; i++) {
		const struct matrix_row *row = &attack_matrix.rows[i];
		if (strlen(row->name) != n || strncmp(row->name, line, n) != 0)
			continue;
		if (matches(row->wanted, value))
			pass(score, "matrix", line);
		else
			fail(score, "matrix", line, row->wanted);
		return;
	}
	if (matches("blocked:EPERM|blocked:EACCES|blocked:EROFS|blocked:ENOENT|blocked:ENOSYS",
		    value))
		pass(score, "matrix", line);
	else
		fail(score, "matrix", line, "blocked");
}

/* Everything that isoprobe knows, in a partition with nothing weakened. */
static void run_matrix(struct rig *rig, struct score *score)
{
	const char *const none[] = {NULL};
	struct rig_run run;
	struct err err = ERR_INIT;
	char text[600];
	if (launch(rig, none, 0, &run, &err) < 0) {
		err_format(&err, NULL, text, sizeof(text));
		fail(score, "matrix", text, "a launch");
		return;
	}
	size_t n = 0;
	for (char *line = run.out; *line; n++) {
		char *next = line + strcspn(line, "\n");
		next += *next == '\n';
		if (next > line && next[-1] == '\n')
			next[-1] = '\0';
		match_row(score, line);
		line = next;
	}
	if (n < 100)
		fail(score, "matrix", "too few rows", "at least 100");
}

/* The slot owns a directory beneath the state directory. */
static int data_make(struct rig *rig, struct err *err)
{
	uid_t owner = ID_BASE + RIG_NODE * ID_NODE_SPAN + RIG_SLOT * ID_SLOT_SPAN + ID_INSIDE;
	if (mkdirat(rig->roots[0].fd, "data", 0755) < 0 ||
		fchownat(rig->roots[0].fd, "data", owner, owner, 0) < 0)
		return err_set(err, ERR_OS, errno, "attack", "make the data directory");
	return 0;
}

static void with_launcher(
	const char *launcher, const struct host_side *host, struct score *score, bool is_weak)
{
	struct rig rig;
	struct err err = ERR_INIT;
	char text[600];
	if (rig_open(&rig, launcher, "run", &err) < 0 || data_make(&rig, &err) < 0) {
		err_format(&err, launcher, text, sizeof(text));
		fail(score, "launcher", text, "ready");
		rig_done(&rig);
		return;
	}
	if (!is_weak)
		run_matrix(&rig, score);
	shrink(&rig.policy);
	if (is_weak)
		run_weak(&rig, score, host);
	else
		run_real(&rig, score, host);
	rig_done(&rig);
}

static bool has_test_launcher(void)
{
	const char *build = getenv("CANTLE_BUILD");
	char path[512];
	snprintf(path, sizeof(path), "%s/cantle-launch-test", build ? build : "build");
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
		with_launcher("cantle-launch", &host, &score, false);
		if (has_test_launcher())
			with_launcher("cantle-launch-test", &host, &score, true);
		else
			skip(&score, "defences switched off: configure with -Dtest_faults=true");
		host_side_done(&host);
	}
	printf("attack: %zu passed, %zu failed, %zu skipped\n", score.passed, score.failed,
		score.skipped);
	if (score.failed)
		return 1;
	return score.passed ? 0 : EXIT_SKIPPED;
}
