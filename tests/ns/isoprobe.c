/* SPDX-License-Identifier: Apache-2.0 */
/* isoprobe: runs inside a partition and says of each attack whether it was stopped, and how. */
#include "tests/ns/isoprobe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILD_SIGNAL = 1000 };

int attack_result(long rc)
{
	return rc < 0 ? errno : ATTACK_ALLOWED;
}

int attack_child(int (*run)(const char *arg, char *text), const char *arg)
{
	char text[ATTACK_TEXT];
	int status = 0;
	fflush(stdout);
	pid_t pid = fork();
	if (pid < 0)
		return errno;
	if (pid == 0)
		_exit(run(arg, text));
	if (waitpid(pid, &status, 0) < 0)
		return errno;
	return WIFSIGNALED(status) ? CHILD_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

int attack_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);
	int saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	if (n < 0)
		return -1;
	while (n > 0 && text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	return 0;
}

static void print_row(const struct attack *row, const char *arg)
{
	char text[ATTACK_TEXT] = "";
	int outcome = row->run(arg, text);
	if (outcome == ATTACK_VALUE)
		printf("%s=%s\n", row->name, text);
	else if (outcome == ATTACK_ALLOWED)
		printf("%s=allowed\n", row->name);
	else if (outcome > CHILD_SIGNAL)
		printf("%s=blocked:SIG%s\n", row->name, sigabbrev_np(outcome - CHILD_SIGNAL));
	else
		printf("%s=blocked:%s\n", row->name,
			strerrorname_np(outcome) ? strerrorname_np(outcome) : "?");
	fflush(stdout);
}

static const struct attack_table *const tables[] = {
	&attack_kernel, &attack_files, &attack_identity};

/* "name" or "name:argument" */
static int run_named(const char *word)
{
	const char *colon = strchr(word, ':');
	size_t len = colon ? (size_t)(colon - word) : strlen(word);
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (size_t i = 0; i < tables[t]->n; i++) {
			const struct attack *row = &tables[t]->rows[i];
			if (strlen(row->name) != len || strncmp(row->name, word, len) != 0)
				continue;
			print_row(row, colon ? colon + 1 : "");
			return 0;
		}
	fprintf(stderr, "isoprobe: no attack '%s'\n", word);
	return 2;
}

int main(int argc, char **argv)
{
	int status = 0;
	/* On a host it would not be harmless: as root its attempts succeed. */
	if (getuid() == 0) {
		fprintf(stderr, "isoprobe: runs inside a partition, never as root\n");
		return 2;
	}
	for (int i = 1; i < argc; i++)
		status |= run_named(argv[i]);
	if (argc > 1)
		return status;
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (size_t i = 0; i < tables[t]->n; i++)
			if (!tables[t]->rows[i].is_heavy)
				print_row(&tables[t]->rows[i], "");
	return 0;
}
