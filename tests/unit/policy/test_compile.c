/* SPDX-License-Identifier: Apache-2.0 */
/* Decision tables: what the kernel will answer under the floor and under profiles. */
#include "policy/compile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "base/bug.h"
#include "base/path.h"
#include "policy/arch.h"
#include "policy/bpf_eval.h"
#include "policy/floor.h"
#include "tests/unit/test.h"

#define ALLOW   SECCOMP_RET_ALLOW
#define DENY(n) (SECCOMP_RET_ERRNO | (n))
#define KILL    SECCOMP_RET_KILL_PROCESS
#define HIGH    (UINT64_C(1) << 32)

struct decision {
	const char *name;
	uint64_t args[6];
	uint32_t verdict;
};

static uint32_t ask(const struct policy_program *program, const struct decision *row)
{
	struct seccomp_data call = {.nr = arch_syscall(row->name), .arch = ARCH_AUDIT};
	memcpy(call.args, row->args, sizeof(call.args));
	return bpf_eval(program->insns, program->n, &call, NULL);
}

static void decide(const struct policy_program *program, const struct decision *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (arch_syscall(rows[i].name) == ARCH_ABSENT)
			continue;
		uint32_t verdict = ask(program, &rows[i]);
		if (verdict != rows[i].verdict)
			fail_msg("row %zu, %s: 0x%x, expected 0x%x", i, rows[i].name, verdict,
				rows[i].verdict);
	}
}

static void compile_text(const char *json, struct policy_program *ret)
{
	struct err err = ERR_INIT;
	scoped_oci struct oci_profile oci = OCI_INIT;
	if (oci_parse("t.json", span_str(json), &oci, &err) < 0 ||
		compile_seccomp("t.json", &oci, ret, &err) < 0)
		fail_msg("%s", err.text);
}

static void compile_preset(const char *name, struct policy *ret_policy, struct policy_program *ret)
{
	struct err err = ERR_INIT;
	scoped_fd_dir at = {open(POLICY_SOURCE, O_PATH | O_CLOEXEC)};
	scoped_fd_dir profiles = {open(POLICY_SOURCE "/seccomp", O_PATH | O_CLOEXEC)};
	if (compile_policy(at, name, profiles, ret_policy, ret, &err) < 0)
		fail_msg("%s", err.text);
}

/* What holds under every profile, even one that allows everything. */
static const struct decision floor_table[] = {
	{"clone3", {0}, DENY(ENOSYS)},
	{"clone", {CLONE_NEWUSER | 17}, DENY(EPERM)},
	{"clone", {CLONE_NEWNS}, DENY(EPERM)},
	{"clone", {CLONE_NEWPID}, DENY(EPERM)},
	{"clone", {CLONE_NEWNET}, DENY(EPERM)},
	{"clone", {CLONE_NEWIPC}, DENY(EPERM)},
	{"clone", {CLONE_NEWUTS}, DENY(EPERM)},
	{"clone", {CLONE_NEWCGROUP}, DENY(EPERM)},
	{"clone", {CLONE_NEWUSER | HIGH}, DENY(EPERM)},
	{"clone", {17}, ALLOW},
	{"clone", {0x3d0f00}, ALLOW}, /* what pthread_create asks for */
	{"unshare", {CLONE_NEWUSER}, DENY(EPERM)},
	{"unshare", {CLONE_NEWTIME}, DENY(EPERM)},
	{"unshare", {CLONE_FILES}, ALLOW},
	{"setns", {3, 0}, DENY(EPERM)},
	{"mount", {0}, DENY(EPERM)},
	{"umount2", {0}, DENY(EPERM)},
	{"pivot_root", {0}, DENY(EPERM)},
	{"chroot", {0}, DENY(EPERM)},
	{"open_tree", {0}, DENY(EPERM)},
	{"open_tree_attr", {0}, DENY(EPERM)},
	{"move_mount", {0}, DENY(EPERM)},
	{"mount_setattr", {0}, DENY(EPERM)},
	{"fsopen", {0}, DENY(EPERM)},
	{"fsconfig", {0}, DENY(EPERM)},
	{"fsmount", {0}, DENY(EPERM)},
	{"fspick", {0}, DENY(EPERM)},
	{"bpf", {0}, DENY(EPERM)},
	{"perf_event_open", {0}, DENY(EPERM)},
	{"userfaultfd", {1}, DENY(EPERM)},
	{"io_uring_setup", {0}, DENY(ENOSYS)},
	{"io_uring_enter", {0}, DENY(ENOSYS)},
	{"io_uring_register", {0}, DENY(ENOSYS)},
	{"keyctl", {0}, DENY(EPERM)},
	{"add_key", {0}, DENY(EPERM)},
	{"request_key", {0}, DENY(EPERM)},
	{"kexec_load", {0}, DENY(EPERM)},
	{"kexec_file_load", {0}, DENY(EPERM)},
	{"init_module", {0}, DENY(EPERM)},
	{"finit_module", {0}, DENY(EPERM)},
	{"delete_module", {0}, DENY(EPERM)},
	{"reboot", {0}, DENY(EPERM)},
	{"swapon", {0}, DENY(EPERM)},
	{"swapoff", {0}, DENY(EPERM)},
	{"acct", {0}, DENY(EPERM)},
	{"quotactl", {0}, DENY(EPERM)},
	{"quotactl_fd", {0}, DENY(EPERM)},
	{"name_to_handle_at", {0}, DENY(EPERM)},
	{"open_by_handle_at", {0}, DENY(EPERM)},
	{"ptrace", {0}, DENY(EPERM)},
	{"process_vm_readv", {0}, DENY(EPERM)},
	{"process_vm_writev", {0}, DENY(EPERM)},
	{"kcmp", {0}, DENY(EPERM)},
	{"pidfd_getfd", {0}, DENY(EPERM)},
	{"iopl", {0}, DENY(EPERM)},
	{"syslog", {3}, DENY(EPERM)},
	{"settimeofday", {0}, DENY(EPERM)},
	{"sethostname", {0}, DENY(EPERM)},
	{"personality", {0}, ALLOW},
	{"personality", {8}, ALLOW},
	{"personality", {0x20008}, ALLOW},
	{"personality", {0xffffffff}, ALLOW},
	{"personality", {UINT64_MAX}, ALLOW},
	{"personality", {0x0040000}, DENY(EPERM)},
	{"personality", {0x0400000}, DENY(EPERM)},
	{"ioctl", {0, TIOCSTI}, DENY(EPERM)},
	{"ioctl", {0, TIOCSTI | HIGH}, DENY(EPERM)},
	{"ioctl", {0, TIOCLINUX}, DENY(EPERM)},
	{"ioctl", {0, TIOCLINUX | HIGH}, DENY(EPERM)},
	{"ioctl", {0, TIOCSETD}, DENY(EPERM)},
	{"ioctl", {0, TCGETS}, ALLOW},
	{"ioctl", {TIOCSTI, TCGETS}, ALLOW},
	{"chmod", {0, 0755}, ALLOW},
	{"chmod", {0, 04755}, DENY(EPERM)},
	{"chmod", {0, 02755}, DENY(EPERM)},
	{"chmod", {0, 01777}, ALLOW},
	{"fchmod", {3, 04000}, DENY(EPERM)},
	{"fchmod", {04000, 0755}, ALLOW},
	{"fchmodat", {0, 0, 04755}, DENY(EPERM)},
	{"fchmodat", {0, 0, 0755}, ALLOW},
	{"fchmodat2", {0, 0, 0755, 0}, DENY(ENOSYS)},
	{"creat", {0, 04755}, DENY(EPERM)},
	{"mknod", {0, S_IFCHR | 0600, 1}, DENY(EPERM)},
	{"mknod", {0, S_IFBLK | 0600, 1}, DENY(EPERM)},
	{"mknodat", {0, 0, S_IFCHR | 0600}, DENY(EPERM)},
	{"mknodat", {0, 0, S_IFIFO | 0600}, ALLOW},
	{"mknodat", {0, 0, S_IFSOCK | 0600}, ALLOW},
	{"mknodat", {0, 0, S_IFREG | 0600}, ALLOW},
	{"mknodat", {0, 0, S_IFREG | 04600}, DENY(EPERM)},
	{"socket", {1, 1, 0}, ALLOW},
	{"socket", {1, 3, 99}, ALLOW},
	{"socket", {2, 1 | 02000000, 6}, ALLOW},
	{"socket", {10, 2, 17}, ALLOW},
	{"socket", {10, 2, 0}, ALLOW},
	{"socket", {2, 2, 1}, ALLOW},
	{"socket", {2, 3, 1}, DENY(EPERM)},
	{"socket", {10, 3 | 02000000, 58}, DENY(EPERM)},
	{"socket", {2, 10, 0}, DENY(EPERM)},
	{"socket", {2, 5, 0}, DENY(EPERM)},
	{"socket", {10, 6, 0}, DENY(EPERM)},
	{"socket", {10, 0, 0}, DENY(EPERM)},
	{"socket", {2, 1, 132}, DENY(EPROTONOSUPPORT)},
	{"socket", {2, 1, 262}, DENY(EPROTONOSUPPORT)},
	{"socket", {16, 3, 0}, ALLOW},
	{"socket", {16, 3, 12}, DENY(EPROTONOSUPPORT)},
	{"socket", {16, 3, 9}, DENY(EPROTONOSUPPORT)},
	{"socket", {16, 3, 6}, DENY(EPROTONOSUPPORT)},
	{"socket", {16, 3, 15}, DENY(EPROTONOSUPPORT)},
	{"socket", {40, 1, 0}, DENY(EPERM)},
	{"socket", {40 | HIGH, 1, 0}, DENY(EPERM)},
	{"socket", {17, 3, 0}, DENY(EPERM)},
	{"socket", {38, 5, 0}, DENY(EPERM)},
	{"socket", {29, 3, 1}, DENY(EPERM)},
	{"socket", {44, 3, 0}, DENY(EPERM)},
	{"socket", {0, 1, 0}, DENY(EPERM)},
	{"socketpair", {1, 1, 0}, ALLOW},
	{"socketpair", {30, 1, 0}, DENY(EPERM)},
	{"read", {0}, ALLOW},
	{"openat", {0}, ALLOW},
	{"openat2", {0}, ALLOW},
	{"execve", {0}, ALLOW},
};

static void test_floor_under_a_profile_that_allows_all(void **state)
{
	(void)state;
	scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
	compile_text("{\"defaultAction\": \"SCMP_ACT_ALLOW\"}", &program);
	decide(&program, floor_table, ARRAY_LEN(floor_table));
}

static void test_floor_under_the_base_profile(void **state)
{
	(void)state;
	struct policy policy;
	scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
	compile_preset("run.json", &policy, &program);
	decide(&program, floor_table, ARRAY_LEN(floor_table));
}

/* No profile can loosen a row: each is named with ALLOW. */
static void test_profile_cannot_loosen(void **state)
{
	(void)state;
	size_t n = 0;
	const struct floor_row *rows = floor_rows(&n);
	scoped_str struct str json = STR_INIT;
	scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
	str_adds(&json, "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"action\": "
			"\"SCMP_ACT_ALLOW\", \"names\": [\"read\", \"openat\", \"openat2\", "
			"\"execve\"");
	for (size_t i = 0; i < n; i++)
		str_addf(&json, ", \"%s\"", rows[i].name);
	str_adds(&json, "]}]}");
	compile_text(str_cstr(&json), &program);
	decide(&program, floor_table, ARRAY_LEN(floor_table));
}

static void test_numbers(void **state)
{
	(void)state;
	struct policy policy;
	scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
	static const struct {
		uint32_t arch;
		uint32_t nr;
		uint32_t verdict;
	} rows[] = {
		{AUDIT_ARCH_I386, 1, KILL},
		{AUDIT_ARCH_S390X, 1, KILL},
		{ARCH_AUDIT, 9999, DENY(ENOSYS)},
		{ARCH_AUDIT, 471, DENY(ENOSYS)},
		{ARCH_AUDIT, 0x3fffffff, DENY(ENOSYS)},
		{ARCH_AUDIT, 0x40000000, ARCH_IS_X86_64 ? KILL : DENY(ENOSYS)},
		{ARCH_AUDIT, 0x40000001, ARCH_IS_X86_64 ? KILL : DENY(ENOSYS)},
		{ARCH_AUDIT, 0xffffffff, DENY(ENOSYS)},
	};
	compile_preset("run.json", &policy, &program);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct seccomp_data call = {.nr = (int)rows[i].nr, .arch = rows[i].arch};
		assert_int_equal(bpf_eval(program.insns, program.n, &call, NULL), rows[i].verdict);
	}
}

static void test_presets(void **state)
{
	(void)state;
	static const char *const names[] = {
		"run.json", "build.json", "service.json", "strict.json", "broker.json"};
	static const struct decision all[] = {
		{"clone", {17}, ALLOW},
		{"clone", {CLONE_NEWUSER}, DENY(EPERM)},
		{"futex", {0}, ALLOW},
		{"openat", {0}, ALLOW},
		{"socket", {40, 1, 0}, DENY(EPERM)},
		{"getrandom", {0}, ALLOW},
		{"rseq", {0}, ALLOW},
		{"execveat", {3, 0, 0, 0, 0x1000}, ALLOW},
		{"move_pages", {0}, DENY(EPERM)},
		{"userfaultfd", {0}, DENY(EPERM)},
		{"statmount", {0}, DENY(EPERM)},
	};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct policy policy;
		scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
		compile_preset(names[i], &policy, &program);
		decide(&program, all, ARRAY_LEN(all));
		assert_true(program.n < 500);
	}
}

static void test_broker_executes_nothing_more(void **state)
{
	(void)state;
	struct policy policy;
	scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
	static const struct decision rows[] = {
		{"execve", {0}, DENY(EPERM)},
		{"execveat", {3, 0, 0, 0, 0}, DENY(ENOSYS)},
		{"execveat", {3, 0, 0, 0, 0x1000}, ALLOW},
		{"execveat", {3, 0, 0, 0, 0x1000 | HIGH}, DENY(ENOSYS)},
		{"listen", {0}, DENY(EPERM)},
		{"connect", {0}, ALLOW},
	};
	compile_preset("broker.json", &policy, &program);
	decide(&program, rows, ARRAY_LEN(rows));
	assert_int_equal(policy.namespaces, 0);
	assert_int_equal(policy.net, POLICY_NET_HOST);
}

/* Every operator, on arguments where one bit decides. */
static void test_operators(void **state)
{
	(void)state;
	static const struct {
		const char *op;
		uint64_t arg;
		uint32_t verdict;
	} rows[] = {
		{"\"SCMP_CMP_NE\", \"value\": 5", 5, DENY(1)},
		{"\"SCMP_CMP_NE\", \"value\": 5", 5 | HIGH, ALLOW},
		{"\"SCMP_CMP_LT\", \"value\": 5", 4, ALLOW},
		{"\"SCMP_CMP_LT\", \"value\": 5", 5, DENY(1)},
		{"\"SCMP_CMP_LE\", \"value\": 5", 5, ALLOW},
		{"\"SCMP_CMP_LE\", \"value\": 5", 6, DENY(1)},
		{"\"SCMP_CMP_EQ\", \"value\": 5", 5, ALLOW},
		{"\"SCMP_CMP_EQ\", \"value\": 5", 5 | HIGH, DENY(1)},
		{"\"SCMP_CMP_GE\", \"value\": 5", 5, ALLOW},
		{"\"SCMP_CMP_GE\", \"value\": 5", 4, DENY(1)},
		{"\"SCMP_CMP_GT\", \"value\": 5", 5, DENY(1)},
		{"\"SCMP_CMP_GT\", \"value\": 5", 6, ALLOW},
		{"\"SCMP_CMP_GT\", \"value\": 5", HIGH, ALLOW},
		{"\"SCMP_CMP_MASKED_EQ\", \"value\": 12, \"valueTwo\": 4", 7, ALLOW},
		{"\"SCMP_CMP_MASKED_EQ\", \"value\": 12, \"valueTwo\": 4", 15, DENY(1)},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
		scoped_str struct str json = STR_INIT;
		struct decision row = {"getpid", {rows[i].arg}, rows[i].verdict};
		str_addf(&json,
			"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"names\": "
			"[\"getpid\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 0, "
			"\"op\": %s}]}]}",
			rows[i].op);
		compile_text(str_cstr(&json), &program);
		if (ask(&program, &row) != row.verdict)
			fail_msg("%s with 0x%llx", rows[i].op, (unsigned long long)rows[i].arg);
	}
}

static void test_narrow_arguments(void **state)
{
	(void)state;
	scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
	static const struct decision rows[] = {
		{"prctl", {15}, DENY(EPERM)},
		{"prctl", {15 | HIGH}, DENY(EPERM)},
		{"prctl", {16}, ALLOW},
		{"getpid", {0}, DENY(7)},
		{"getppid", {0}, SECCOMP_RET_LOG},
		{"getuid", {0}, SECCOMP_RET_TRAP},
		{"getgid", {0}, SECCOMP_RET_KILL_THREAD},
		{"geteuid", {0}, SECCOMP_RET_KILL_PROCESS},
		{"getegid", {0}, SECCOMP_RET_TRACE | 9},
	};
	compile_text("{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": ["
		     "{\"names\": [\"prctl\"], \"action\": \"SCMP_ACT_ERRNO\", \"args\": "
		     "[{\"index\": 0, \"value\": 15, \"op\": \"SCMP_CMP_EQ\"}]},"
		     "{\"names\": [\"getpid\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 7},"
		     "{\"names\": [\"getppid\"], \"action\": \"SCMP_ACT_LOG\"},"
		     "{\"names\": [\"getuid\"], \"action\": \"SCMP_ACT_TRAP\"},"
		     "{\"names\": [\"getgid\"], \"action\": \"SCMP_ACT_KILL\"},"
		     "{\"names\": [\"geteuid\"], \"action\": \"SCMP_ACT_KILL_PROCESS\"},"
		     "{\"names\": [\"getegid\"], \"action\": \"SCMP_ACT_TRACE\", \"errnoRet\": 9}"
		     "]}",
		&program);
	decide(&program, rows, ARRAY_LEN(rows));
}

static void test_same_argument_twice_is_either(void **state)
{
	(void)state;
	scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
	static const struct decision rows[] = {
		{"personality", {0}, ALLOW},
		{"personality", {8}, ALLOW},
		{"personality", {0x20000}, DENY(38)},
	};
	compile_text("{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 38, "
		     "\"syscalls\": [{\"names\": [\"personality\"], \"action\": "
		     "\"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 0, \"value\": 0, \"op\": "
		     "\"SCMP_CMP_EQ\"}, {\"index\": 0, \"value\": 8, \"op\": "
		     "\"SCMP_CMP_EQ\"}]}]}",
		&program);
	decide(&program, rows, ARRAY_LEN(rows));
}

static void test_unknown_names(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
	scoped_oci struct oci_profile oci = OCI_INIT;
	static const char deny[] =
		"{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": "
		"[\"no_such_call\"], \"action\": \"SCMP_ACT_ERRNO\"}]}";
	static const struct decision rows[] = {
		{"mseal", {0}, ALLOW}, {"cachestat", {0}, DENY(1)}, {"listns", {0}, DENY(ENOSYS)}};
	compile_text("{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"names\": "
		     "[\"no_such_call\", \"mseal\"], \"action\": \"SCMP_ACT_ALLOW\"}]}",
		&program);
	decide(&program, rows, ARRAY_LEN(rows));
	assert_int_equal(oci_parse("t.json", span_str(deny), &oci, &err), 0);
	assert_int_equal(compile_seccomp("t.json", &oci, &program, &err), -1);
	assert_non_null(strstr(err.text, "unknown system call 'no_such_call'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_floor_under_a_profile_that_allows_all),
		cmocka_unit_test(test_floor_under_the_base_profile),
		cmocka_unit_test(test_profile_cannot_loosen),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_presets),
		cmocka_unit_test(test_broker_executes_nothing_more),
		cmocka_unit_test(test_operators),
		cmocka_unit_test(test_narrow_arguments),
		cmocka_unit_test(test_same_argument_twice_is_either),
		cmocka_unit_test(test_unknown_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
