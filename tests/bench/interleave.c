/* SPDX-License-Identifier: Apache-2.0 */
/* Time several commands in turn, so that a busy machine slows all of them alike, and print JSON. */

/*
 * interleave RUNS LABEL CMD... , LABEL CMD... , ...
 *
 * Each round starts every command once, in order; two rounds warm up and are not counted. Prints
 * one line {"label": {"min_us", "p50_us", "p90_us", "runs"}, ...}; a command that fails ends the
 * run. Needs nothing of ours: the bench script compiles it by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define LIMIT_COMMANDS 8
#define LIMIT_RUNS     100000
#define N_WARM_UP      2

struct command {
	char *label;
	char **argv;
	int64_t *us;
};

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Microseconds from before the start to after the end of one command; -1 when it did not exit with
 * 0. */
static int64_t time_one(const struct command *command, char **environment)
{
	int64_t from = now_us();
	int status;
	pid_t pid;
	int num = posix_spawnp(&pid, command->argv[0], NULL, NULL, command->argv, environment);

	if (num != 0) {
		fprintf(stderr, "interleave: start '%s': %s\n", command->argv[0], strerror(num));
		return -1;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "interleave: '%s' failed\n", command->label);
		return -1;
	}
	return now_us() - from;
}

/* Cut the arguments at "," into commands. Returns how many, or 0 when they make no sense. */
static int commands_parse(int argc, char **argv, long n_runs, struct command *ret)
{
	int n = 0;

	for (int i = 0; i < argc; i++) {
		if (n == LIMIT_COMMANDS || i + 1 >= argc)
			return 0;
		ret[n].label = argv[i];
		ret[n].argv = &argv[++i];
		ret[n].us = calloc((size_t)n_runs, sizeof(*ret[n].us));
		if (!ret[n++].us)
			return 0;
		while (i < argc && strcmp(argv[i], ",") != 0)
			i++;
		argv[i] = NULL;
	}
	return n;
}

int main(int argc, char **argv, char **environment)
{
	struct command commands[LIMIT_COMMANDS];
	long n_runs = argc > 3 ? strtol(argv[1], NULL, 10) : 0;
	int n = n_runs > 0 && n_runs <= LIMIT_RUNS
			? commands_parse(argc - 2, argv + 2, n_runs, commands)
			: 0;

	if (n == 0) {
		fprintf(stderr, "usage: interleave RUNS LABEL CMD... , LABEL CMD... , ...\n");
		return 2;
	}
	for (long run = -N_WARM_UP; run < n_runs; run++) {
		for (int i = 0; i < n; i++) {
			int64_t us = time_one(&commands[i], environment);

			if (us < 0)
				return 1;
			if (run >= 0)
				commands[i].us[run] = us;
		}
	}
	for (int i = 0; i < n; i++) {
		int64_t *us = commands[i].us;

		qsort(us, (size_t)n_runs, sizeof(*us), compare);
		printf("%s\"%s\": {\"min_us\": %ld, \"p50_us\": %ld, \"p90_us\": %ld, \"runs\": "
		       "%ld}",
			i ? ", " : "{", commands[i].label, (long)us[0], (long)us[n_runs / 2],
			(long)us[n_runs * 9 / 10], n_runs);
	}
	puts("}");
	return 0;
}
