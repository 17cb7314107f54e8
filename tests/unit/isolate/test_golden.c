/* SPDX-License-Identifier: Apache-2.0 */
/* Planned partitions compared with what they were: request and policy in, printed plan out. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/limits.h"
#include "base/path.h"
#include "isolate/plan/launch_plan.h"
#include "policy/policy.h"
#include "tests/unit/test.h"

enum { GOLDEN_BYTES = 1 << 20 };

static const struct plan_floor floor_of_1 = {.node = 1, .n_roots = 4};

static struct policy policy_of(uint32_t proc)
{
	struct policy policy = {.proc = proc,
		.landlock_abi = 2,
		.memory_bytes = 512 << 20,
		.n_pids = 256,
		.cpu_milli = 1500,
		.tmp = {.size_bytes = 64 << 20, .n_inodes = 1000, .is_exec = 1},
		.run = {.size_bytes = 1 << 20, .n_inodes = 100},
		.shm = {.size_bytes = 1 << 20, .n_inodes = 100},
		.n_rlimits = 1,
		.n_env = 2,
		.env = "LANG=C.UTF-8\0HOME=/nowhere"};
	policy.rlimits[0] = (struct policy_rlimit){.resource = RLIMIT_CORE};
	return policy;
}

/* Set GOLDEN_UPDATE to write what is printed now. */
static void compare(const char *name, const struct plan *plan)
{
	struct err err = ERR_INIT;
	scoped_str struct str image = STR_INIT;
	scoped_str struct str printed = STR_INIT;
	scoped_str struct str wanted = STR_INIT;
	scoped_fd_dir dir = {open(GOLDEN_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	struct plan_view view;
	assert_done(plan_image(plan, &image, &err), &err);
	assert_done(plan_verify(str_span(&image), &floor_of_1, &view, &err), &err);
	plan_print(&view, &printed);
	if (getenv("GOLDEN_UPDATE"))
		assert_done(path_write_atomic(dir, name, str_span(&printed), 0644, &err), &err);
	assert_done(path_read(dir, name, GOLDEN_BYTES, &wanted, &err), &err);
	assert_string_equal(str_cstr(&printed), str_cstr(&wanted));
}

static void plan_of(
	uint32_t kind, uint32_t proc, const struct cgroup_layout *cgroups, const char *golden)
{
	static const char *const argv[] = {"cantle-init", "--once", "--", "make"};
	static const char *const env[] = {"TERM=xterm", "LANG=C"};
	static const uint32_t fds[] = {0, 1, 2};
	static const struct launch_bind binds[] = {
		{PLAN_ROOT_BIT | PLAN_ROOT_STATE, "partition/9/home", "/srv/slapgrid/slappart9",
			PLAN_MNT_RW},
		{3, ".", "/opt/cantle/bin/cantle-init", PLAN_MNT_IS_FILE},
	};
	const struct policy policy = policy_of(proc);
	struct launch_request request = LAUNCH_REQUEST_INIT;
	struct err err = ERR_INIT;
	struct plan plan;
	request.kind = kind;
	request.flags = PLAN_EPHEMERAL;
	request.node = 1;
	request.slot = 9;
	request.uid = ID_OFFSET_TB;
	request.join = 4;
	request.policy = &policy;
	request.filter = span_make("\x06\0\0\0\0\0\xff\x7f", 8);
	request.home = kind == PLAN_CONFINED ? NULL : "/srv/slapgrid/slappart9";
	request.ipv6 = "fd00::9";
	request.cgroups = cgroups;
	request.cgroup_name = kind == PLAN_CONFINED ? "broker" : NULL;
	request.binds = binds;
	request.n_binds = kind == PLAN_CONFINED ? 0 : 2;
	request.env = env;
	request.n_env = 2;
	request.argv = argv;
	request.n_argv = 4;
	request.exec_path = kind == PLAN_CONFINED ? NULL : "/opt/cantle/bin/cantle-init";
	request.exec_fd = kind == PLAN_CONFINED ? 3 : LAUNCH_NO_FD;
	request.fds = fds;
	request.n_fds = 3;
	assert_done(plan_init(&plan, &err), &err);
	plan.n_fds = 4;
	assert_done(launch_plan(&request, &plan, &err), &err);
	compare(golden, &plan);
	plan_done(&plan);
}

static const struct cgroup_layout v2 = {.at = {{1, false}, {1, false}, {1, false}}, .unified = 1};
static const struct cgroup_layout hybrid = {.at = {{2, true}, {3, true}, {3, true}}, .unified = 1};

static void test_partition_v2(void **state)
{
	(void)state;
	plan_of(PLAN_PARTITION, POLICY_PROC_FULL, &v2, "partition-v2.txt");
}

static void test_partition_hybrid(void **state)
{
	(void)state;
	plan_of(PLAN_PARTITION, POLICY_PROC_PID, &hybrid, "partition-hybrid.txt");
}

static void test_join(void **state)
{
	(void)state;
	plan_of(PLAN_JOIN, POLICY_PROC_FULL, &hybrid, "join.txt");
}

static void test_confined(void **state)
{
	(void)state;
	plan_of(PLAN_CONFINED, POLICY_PROC_FULL, &v2, "confined.txt");
}

/* A limit that cannot be had is refused, unless the policy says it is optional. */
static void test_absent_controller(void **state)
{
	const struct cgroup_layout none = {.unified = 0};
	struct policy policy = policy_of(POLICY_PROC_FULL);
	struct launch_request request = LAUNCH_REQUEST_INIT;
	const char *const argv[] = {"true"};
	const uint32_t fds[] = {0, 1, 2};
	struct err err = ERR_INIT;
	struct plan plan;
	(void)state;
	request.kind = PLAN_PARTITION;
	request.policy = &policy;
	request.filter = span_make("12345678", 8);
	request.cgroups = &none;
	request.argv = argv;
	request.n_argv = 1;
	request.fds = fds;
	request.n_fds = 3;
	request.exec_path = "/bin/true";
	assert_done(plan_init(&plan, &err), &err);
	assert_fails(launch_plan(&request, &plan, &err), &err, "plan.request");
	plan_done(&plan);
	policy.optional = POLICY_OPT_CGROUP_MEMORY | POLICY_OPT_CGROUP_PIDS | POLICY_OPT_CGROUP_CPU;
	assert_done(plan_init(&plan, &err), &err);
	assert_done(launch_plan(&request, &plan, &err), &err);
	plan_done(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_partition_v2),
		cmocka_unit_test(test_partition_hybrid),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_confined),
		cmocka_unit_test(test_absent_controller),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
