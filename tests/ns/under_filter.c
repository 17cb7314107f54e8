/* SPDX-License-Identifier: Apache-2.0 */
/* Run a program under the system call filter of a policy: under_filter DIR POLICY PROGRAM ARG... */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/sys.h"
#include "policy/policy.h"

static int complain(const char *what)
{
	fprintf(stderr, "under_filter: %s: %s\n", what, strerror(errno));
	return 125;
}

int main(int argc, char **argv, char **envp)
{
	scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
	struct policy policy;
	struct err err = ERR_INIT;
	struct sock_fprog filter;
	char text[700];
	int file;
	if (argc < 4)
		return 2;
	scoped_fd_dir dir = {open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC)};
	if (policy_open(dir, argv[2], &policy, &program, &err) < 0) {
		err_format(&err, "under_filter", text, sizeof(text));
		fprintf(stderr, "%s\n", text);
		return 125;
	}
	/* The filters allow execveat of an open descriptor alone, as the launcher does it. */
	file = open(argv[3], O_PATH | O_CLOEXEC);
	if (file < 0)
		return complain(argv[3]);
	filter = (struct sock_fprog){(unsigned short)program.n, program.insns};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, &filter) < 0)
		return complain("load the filter");
	sys_execveat(file, "", argv + 3, envp, AT_EMPTY_PATH);
	return complain("execveat");
}
