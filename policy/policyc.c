/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-policyc: compiles policies when Cantle is built, and checks and explains seccomp profiles. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/path.h"
#include "policy/arch.h"
#include "policy/bpf_eval.h"
#include "policy/check.h"
#include "policy/compile.h"
#include "policy/policy.h"
#include "policy/reader.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_CONFIG = 12 };

static int open_dir(const char *path, struct fd_dir *ret, struct err *err)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, ERR_OS, errno, "policy.open", "directory '%s'", path);
	*ret = fd_dir_wrap(fd);
	return 0;
}

static int open_dir_of(const char *file, struct fd_dir *ret, struct str *ret_rel, struct err *err)
{
	struct span dir = path_dir(span_str(file));
	scoped_str struct str dir_path = STR_INIT;
	str_add(&dir_path, dir);
	str_add(ret_rel, path_base(span_str(file)));
	if (str_check(&dir_path, err) < 0 || str_check(ret_rel, err) < 0)
		return -1;
	return open_dir(str_cstr(&dir_path), ret, err);
}

static int write_file(const char *file, struct span bytes, struct err *err)
{
	scoped_fd_dir dir = FD_INIT;
	scoped_str struct str rel = STR_INIT;
	if (open_dir_of(file, &dir, &rel, err) < 0)
		return -1;
	return path_write_atomic(dir, str_cstr(&rel), bytes, 0644, err);
}

/* compile POLICY SECCOMP-DIRECTORY OUTPUT... */
static int run_compile(char *const *args, struct err *err)
{
	scoped_fd_dir policies = FD_INIT;
	scoped_fd_dir profiles = FD_INIT;
	scoped_str struct str rel = STR_INIT;
	scoped_str struct str bytes = STR_INIT;
	scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
	struct policy policy;
	if (open_dir_of(args[0], &policies, &rel, err) < 0 ||
		open_dir(args[1], &profiles, err) < 0 ||
		compile_policy(policies, str_cstr(&rel), profiles, &policy, &program, err) < 0 ||
		policy_store(&policy, &program, &bytes, err) < 0)
		return -1;
	for (size_t i = 2; args[i]; i++)
		if (write_file(args[i], str_span(&bytes), err) < 0)
			return -1;
	return 0;
}

static int read_profile(const char *file, struct oci_profile *ret, struct err *err)
{
	scoped_fd_dir dir = FD_INIT;
	scoped_str struct str rel = STR_INIT;
	scoped_str struct str json = STR_INIT;
	if (open_dir_of(file, &dir, &rel, err) < 0 ||
		path_read(dir, str_cstr(&rel), LIMIT_READER_BYTES, &json, err) < 0)
		return -1;
	return oci_parse(file, str_span(&json), ret, err);
}

static void print_finding(const struct check_finding *finding, void *ctx)
{
	const char *file = ctx;
	printf("%s:%zu: %s: %s\n", file, finding->line, check_kind_name(finding->kind),
		finding->text);
}

/* check PROFILE */
static int run_check(char *const *args, struct err *err)
{
	scoped_oci struct oci_profile oci = OCI_INIT;
	scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
	if (read_profile(args[0], &oci, err) < 0 ||
		compile_seccomp(args[0], &oci, &program, err) < 0)
		return -1;
	size_t n = check_profile(&oci, print_finding, args[0]);
	printf("%s: %zu rules, %zu instructions, %zu findings\n", args[0], oci.rules.n, program.n,
		n);
	return 0;
}

static void print_verdict(uint32_t verdict)
{
	uint32_t low = verdict & SECCOMP_RET_DATA;
	switch (verdict & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		printf("allow");
		break;
	case SECCOMP_RET_LOG:
		printf("log");
		break;
	case SECCOMP_RET_ERRNO:
		printf("errno %s", strerrorname_np((int)low) ? strerrorname_np((int)low) : "?");
		break;
	case SECCOMP_RET_TRACE:
		printf("trace");
		break;
	case SECCOMP_RET_TRAP:
		printf("trap");
		break;
	case SECCOMP_RET_KILL_THREAD:
		printf("kill thread");
		break;
	default:
		printf("kill process");
		break;
	}
}

/* explain PROFILE SYSCALL [ARG...] */
static int run_explain(char *const *args, struct err *err)
{
	scoped_oci struct oci_profile oci = OCI_INIT;
	scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
	struct seccomp_data call = {.arch = ARCH_AUDIT};
	size_t steps = 0;
	if (read_profile(args[0], &oci, err) < 0 ||
		compile_seccomp(args[0], &oci, &program, err) < 0)
		return -1;
	call.nr = arch_syscall(args[1]);
	if (call.nr < 0)
		return err_set(err, ERR_INPUT, 0, "policy.explain",
			"no system call '%s' on this architecture", args[1]);
	for (size_t i = 0; i < ARRAY_LEN(call.args) && args[2 + i]; i++)
		call.args[i] = strtoull(args[2 + i], NULL, 0);
	uint32_t verdict = bpf_eval(program.insns, program.n, &call, &steps);
	printf("%s: ", args[1]);
	print_verdict(verdict);
	printf(" (%zu of %zu instructions)\n", steps, program.n);
	return 0;
}

static const struct {
	const char *name;
	int least;
	int most;
	int (*run)(char *const *args, struct err *err);
	const char *usage;
} commands[] = {
	{"compile", 3, 8, run_compile, "compile POLICY.json SECCOMP-DIRECTORY OUTPUT..."},
	{"check", 1, 1, run_check, "check SECCOMP.json"},
	{"explain", 2, 8, run_explain, "explain SECCOMP.json SYSCALL [ARGUMENT]..."},
};

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	char text[600];
	for (size_t i = 0; i < ARRAY_LEN(commands) && argc > 1; i++) {
		if (strcmp(commands[i].name, argv[1]) != 0)
			continue;
		if (argc - 2 < commands[i].least || argc - 2 > commands[i].most)
			break;
		if (commands[i].run(argv + 2, &err) == 0)
			return fflush(stdout) == 0 ? 0 : EXIT_FAILED;
		err_format(&err, "cantle-policyc", text, sizeof(text));
		fprintf(stderr, "%s\n", text);
		return err.kind == ERR_INPUT ? EXIT_CONFIG : EXIT_FAILED;
	}
	fprintf(stderr, "usage:\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(stderr, "  cantle-policyc %s\n", commands[i].usage);
	return EXIT_USAGE;
}
