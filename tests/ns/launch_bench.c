/* SPDX-License-Identifier: Apache-2.0 */
/* Measures START to EXITED of a command in a partition, in a resident launcher; JSON on stdout. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/ns/rig.h"

enum { BENCH_MAX = 10000 };

static double now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;
	return (x > y) - (x < y);
}

static void report(const char *name, double *us, size_t n)
{
	qsort(us, n, sizeof(*us), compare);
	printf("  \"%s\": {\"min_us\": %.0f, \"p10_us\": %.0f, \"median_us\": %.0f, \"p90_us\": "
	       "%.0f}",
		name, us[0], us[n / 10], us[n / 2], us[n * 9 / 10]);
}

static int loop(struct rig *rig, size_t n, bool has_cgroups, const char *const *argv,
	double *exec_us, double *exit_us, struct err *err)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (size_t i = 0; i < n; i++) {
		struct rig_job job;
		struct launch_msg msg = {.type = 0};
		double from = now_us();
		if (rig_job(rig, argv, &job, err) < 0)
			return -1;
		if (!has_cgroups)
			job.request.cgroups = NULL;
		for (int k = 1; k < 4; k++)
			job.list[k] = fd_dup(null);
		if (rig_start(rig, &job, i + 1, err) < 0)
			return -1;
		while (msg.type != MSG_LAUNCH_EXITED) {
			if (rig_recv(rig, &msg, err) < 0)
				return -1;
			if (msg.type == MSG_LAUNCH_RUNNING)
				exec_us[i] = now_us() - from;
			if (msg.type == MSG_LAUNCH_FAILED) {
				*err = msg.error;
				return -1;
			}
		}
		exit_us[i] = now_us() - from;
		rig_job_done(&job);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const char *const command[] = {"/bin/true", NULL};
	size_t n = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 100;
	bool has_cgroups = argc <= 2 || strcmp(argv[2], "nocgroup") != 0;
	static double exec_us[BENCH_MAX];
	static double exit_us[BENCH_MAX];
	struct rig rig;
	struct err err = ERR_INIT;
	char line[1024];
	int done;
	if (n == 0 || n > BENCH_MAX)
		return 2;
	done = rig_open(&rig, "cantle-launch", "run", &err);
	if (done == 0 && !has_cgroups)
		rig.policy.memory_bytes = rig.policy.n_pids = rig.policy.cpu_milli = 0;
	if (done == 0)
		done = loop(&rig, n, has_cgroups, command, exec_us, exit_us, &err);
	rig_done(&rig);
	if (done < 0) {
		err_format(&err, "launch_bench", line, sizeof(line));
		fprintf(stderr, "%s\n", line);
		return 1;
	}
	printf("{\n  \"loops\": %zu,\n", n);
	report("launch_to_exec", exec_us, n);
	printf(",\n");
	report("launch_to_exit", exit_us, n);
	printf("\n}\n");
	return 0;
}
