/* SPDX-License-Identifier: Apache-2.0 */
/* Plans: what is refused because it is no plan, and what because it is weaker than all must be. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "isolate/plan/launch_plan.h"
#include "isolate/plan/plan_table.h"
#include "policy/policy.h"
#include "tests/unit/test.h"

static const struct plan_floor floor_of_3 = {.node = 3, .n_roots = 4, .has_faults = false};
static const char filter[16] = "two instructions";

struct made {
	struct policy policy;
	struct cgroup_layout cgroups;
	struct plan plan;
	struct str image;
	struct plan_view view;
	struct err err;
};

static struct launch_request request_of(const struct made *made, uint32_t kind)
{
	static const char *const argv[] = {"true"};
	static const uint32_t fds[] = {0, 1, 2};
	struct launch_request request = LAUNCH_REQUEST_INIT;
	request.kind = kind;
	request.node = 3;
	request.slot = kind == PLAN_CONFINED ? 0 : 9;
	request.uid = ID_OFFSET_TB;
	request.policy = &made->policy;
	request.filter = span_make(filter, sizeof(filter));
	request.cgroups = &made->cgroups;
	request.argv = argv;
	request.n_argv = 1;
	request.fds = fds;
	request.n_fds = 3;
	if (kind == PLAN_CONFINED)
		request.exec_fd = 3;
	else
		request.exec_path = "/bin/true";
	return request;
}

static void make(struct made *made, uint32_t kind)
{
	struct launch_request request;
	*made = (struct made){.err = ERR_INIT, .image = STR_INIT};
	made->policy.tmp = made->policy.run = made->policy.shm =
		(struct policy_tmpfs){.size_bytes = 1 << 20, .n_inodes = 100};
	made->policy.memory_bytes = 1 << 30;
	made->policy.n_pids = 100;
	made->cgroups.unified = 1;
	made->cgroups.at[CGROUP_MEMORY] = (struct cgroup_place){2, true};
	made->cgroups.at[CGROUP_PIDS] = (struct cgroup_place){3, true};
	assert_done(plan_init(&made->plan, &made->err), &made->err);
	made->plan.n_fds = 4;
	request = request_of(made, kind);
	assert_done(launch_plan(&request, &made->plan, &made->err), &made->err);
}

static int verify(struct made *made)
{
	str_done(&made->image);
	assert_done(plan_image(&made->plan, &made->image, &made->err), &made->err);
	return plan_verify(str_span(&made->image), &floor_of_3, &made->view, &made->err);
}

static void done(struct made *made)
{
	plan_done(&made->plan);
	str_done(&made->image);
}

static struct plan_op *op_of(struct made *made, enum plan_kind kind)
{
	for (uint32_t i = 0; i < made->plan.n_ops; i++)
		if (made->plan.ops[i].kind == kind)
			return &made->plan.ops[i];
	abort(); /* the planner always makes one */
}

static void test_good(void **state)
{
	struct made made;
	(void)state;
	for (uint32_t kind = PLAN_PARTITION; kind <= PLAN_CONFINED; kind++) {
		make(&made, kind);
		assert_done(verify(&made), &made.err);
		assert_int_equal(made.view.n_ops, made.plan.n_ops);
		assert_int_equal(plan_find(&made.view, PLAN_PROCESS)->process.kind, kind);
		done(&made);
	}
}

static void test_shape(void **state)
{
	struct made made;
	struct plan_head head;
	(void)state;
	make(&made, PLAN_PARTITION);
	assert_done(verify(&made), &made.err);
	/* Every shorter image is refused, and so is a longer one. */
	for (size_t n = 0; n < made.image.len; n += 8)
		assert_fails(plan_verify(span_make(made.image.ptr, n), &floor_of_3, &made.view,
				     &made.err),
			&made.err, "plan.shape");
	str_addc(&made.image, '\0');
	assert_fails(plan_verify(str_span(&made.image), &floor_of_3, &made.view, &made.err),
		&made.err, "plan.shape");
	/* Counts that would wrap around. */
	memcpy(&head, made.image.ptr, sizeof(head));
	head.n_ops = UINT32_MAX;
	memcpy(made.image.ptr, &head, sizeof(head));
	assert_fails(plan_verify(str_span(&made.image), &floor_of_3, &made.view, &made.err),
		&made.err, "plan.shape");
	done(&made);
}

/* Every operation that the floor asks for, left out. */
static void test_missing(void **state)
{
	static const enum plan_kind needed[] = {PLAN_ID_MAP, PLAN_NET, PLAN_HOSTNAME, PLAN_UCOUNTS,
		PLAN_MNT_ROOT, PLAN_MNT_PROC, PLAN_USER, PLAN_CAPS, PLAN_LANDLOCK, PLAN_SECCOMP,
		PLAN_CWD, PLAN_ARG, PLAN_EXEC, PLAN_PASS_FD};
	struct made made;
	(void)state;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		make(&made, PLAN_PARTITION);
		struct plan_op *op = op_of(&made, needed[i]);
		*op = (struct plan_op){.kind = PLAN_UMASK, .umask.mask = 022};
		/* Two umasks would be refused as such. */
		for (struct plan_op *other = made.plan.ops; other < made.plan.ops + made.plan.n_ops;
			other++)
			if (other != op && other->kind == PLAN_UMASK)
				*other = (struct plan_op){
					.kind = PLAN_RLIMIT, .rlimit = {.resource = 4}};
		assert_fails(verify(&made), &made.err, "plan.floor");
		done(&made);
	}
}

static void change_and_refuse(
	uint32_t kind, enum plan_kind target, void (*change)(struct plan_op *op), const char *step)
{
	struct made made;
	make(&made, kind);
	change(op_of(&made, target));
	assert_fails(verify(&made), &made.err, step);
	done(&made);
}

static void as_root(struct plan_op *op)
{
	op->user.uid = 0;
}
static void as_agent(struct plan_op *op)
{
	op->user.uid = op->user.gid = ID_BASE + 3 * ID_NODE_SPAN + ID_OFFSET_T1;
}
static void other_node(struct plan_op *op)
{
	op->id_map.base += ID_NODE_SPAN;
}
static void own_slot(struct plan_op *op)
{
	op->id_map.base = ID_BASE + 3 * ID_NODE_SPAN;
}
static void odd_slot(struct plan_op *op)
{
	op->id_map.base += 1;
}
static void wide_map(struct plan_op *op)
{
	op->id_map.count *= 2;
}
static void one_cap(struct plan_op *op)
{
	op->caps.keep = 1;
}
static void open_bits(struct plan_op *op)
{
	op->caps.securebits = 0;
}
static void namespaces(struct plan_op *op)
{
	op->ucounts.max = 1;
}
static void no_filter(struct plan_op *op)
{
	op->seccomp.filter.len = 0;
}
static void half_filter(struct plan_op *op)
{
	op->seccomp.filter.len = 12;
}
static void no_limit(struct plan_op *op)
{
	op->mnt_tmpfs.size_bytes = 0;
}
static void set_user_id(struct plan_op *op)
{
	op->mnt_tmpfs.mode = 04755;
}
static void foreign_fd(struct plan_op *op)
{
	op->pass_fd.fd = 4;
}
static void outside_pool(struct plan_op *op)
{
	op->hostname.name.off = LIMIT_PLAN_BYTES;
}
static void procs_file(struct plan_op *op)
{
	op->cgroup_set.file = op->cgroup_set.value;
}
static void state_root(struct plan_op *op)
{
	op->cgroup_set.at = PLAN_ROOT_STATE;
}

static void test_weaker(void **state)
{
	(void)state;
	change_and_refuse(PLAN_PARTITION, PLAN_USER, as_root, "plan.floor");
	change_and_refuse(PLAN_CONFINED, PLAN_USER, as_root, "plan.floor");
	change_and_refuse(PLAN_CONFINED, PLAN_USER, as_agent, "plan.floor");
	change_and_refuse(PLAN_PARTITION, PLAN_ID_MAP, other_node, "plan.shape");
	change_and_refuse(PLAN_PARTITION, PLAN_ID_MAP, own_slot, "plan.floor");
	change_and_refuse(PLAN_PARTITION, PLAN_ID_MAP, odd_slot, "plan.floor");
	change_and_refuse(PLAN_PARTITION, PLAN_ID_MAP, wide_map, "plan.floor");
	change_and_refuse(PLAN_PARTITION, PLAN_CAPS, one_cap, "plan.floor");
	change_and_refuse(PLAN_JOIN, PLAN_CAPS, open_bits, "plan.floor");
	change_and_refuse(PLAN_PARTITION, PLAN_UCOUNTS, namespaces, "plan.floor");
	change_and_refuse(PLAN_JOIN, PLAN_SECCOMP, no_filter, "plan.shape");
	change_and_refuse(PLAN_PARTITION, PLAN_SECCOMP, half_filter, "plan.shape");
	change_and_refuse(PLAN_PARTITION, PLAN_MNT_TMPFS, no_limit, "plan.floor");
	change_and_refuse(PLAN_PARTITION, PLAN_MNT_TMPFS, set_user_id, "plan.shape");
	change_and_refuse(PLAN_PARTITION, PLAN_PASS_FD, foreign_fd, "plan.shape");
	change_and_refuse(PLAN_PARTITION, PLAN_HOSTNAME, outside_pool, "plan.shape");
	change_and_refuse(PLAN_PARTITION, PLAN_CGROUP_SET, procs_file, "plan.floor");
	change_and_refuse(PLAN_PARTITION, PLAN_CGROUP_SET, state_root, "plan.shape");
}

static void test_added(void **state)
{
	struct made made;
	(void)state;
	/* A writable bind is of the state directory, nothing is made behind a bind, no fault passes. */
	make(&made, PLAN_PARTITION);
	plan_add(&made.plan, (struct plan_op){.kind = PLAN_MNT_BIND,
				     .mnt_bind = {.at = 3,
					     .rel = plan_str(&made.plan, "."),
					     .path = plan_str(&made.plan, "/srv"),
					     .flags = PLAN_MNT_RW}});
	assert_fails(verify(&made), &made.err, "plan.floor");
	done(&made);
	make(&made, PLAN_PARTITION);
	plan_add(&made.plan, (struct plan_op){.kind = PLAN_MNT_DIR,
				     .mnt_dir.path = plan_str(&made.plan, "/late")});
	assert_fails(verify(&made), &made.err, "plan.floor");
	done(&made);
	make(&made, PLAN_PARTITION);
	plan_add(&made.plan, (struct plan_op){.kind = PLAN_WEAKEN, .weaken.defences = WEAKEN_CAPS});
	assert_fails(verify(&made), &made.err, "plan.floor");
	done(&made);
	make(&made, PLAN_PARTITION);
	plan_add(&made.plan, *op_of(&made, PLAN_EXEC));
	assert_fails(verify(&made), &made.err, "plan.floor");
	done(&made);
}

/* Paths, by what a field of their type lets through. */
static void test_paths(void **state)
{
	static const char *const bad_rel[] = {"", "/a", "a/", "a//b", "a/../b", "..", "a/.", "./a"};
	static const char *const bad_group[] = {
		"cantle-30", "cantle-3x/1", "cantle-4/1", "system.slice", "cantle-3/../x", "."};
	struct made made = {.err = ERR_INIT};
	(void)state;
	for (size_t i = 0; i < sizeof(bad_rel) / sizeof(bad_rel[0]); i++) {
		made = (struct made){.err = ERR_INIT, .image = STR_INIT};
		assert_done(plan_init(&made.plan, &made.err), &made.err);
		host_plan_remove(&made.plan, bad_rel[i]);
		assert_fails(verify(&made), &made.err, "plan.shape");
		done(&made);
	}
	for (size_t i = 0; i < sizeof(bad_group) / sizeof(bad_group[0]); i++) {
		made = (struct made){.err = ERR_INIT, .image = STR_INIT};
		assert_done(plan_init(&made.plan, &made.err), &made.err);
		plan_add(&made.plan, (struct plan_op){.kind = PLAN_CGROUP_REMOVE,
					     .cgroup_remove = {.at = 1,
						     .rel = plan_str(&made.plan, bad_group[i])}});
		assert_fails(verify(&made), &made.err, "plan.shape");
		done(&made);
	}
}

static void test_limits(void **state)
{
	struct made made = {.err = ERR_INIT, .image = STR_INIT};
	(void)state;
	assert_done(plan_init(&made.plan, &made.err), &made.err);
	for (uint32_t i = 0; i < LIMIT_PLAN_OPS; i++)
		host_plan_remove(&made.plan, "a");
	assert_done(verify(&made), &made.err);
	host_plan_remove(&made.plan, "a");
	str_done(&made.image);
	assert_fails(plan_image(&made.plan, &made.image, &made.err), &made.err, "plan.full");
	done(&made);
	made = (struct made){.err = ERR_INIT, .image = STR_INIT};
	assert_done(plan_init(&made.plan, &made.err), &made.err);
	for (uint32_t i = 0; i < LIMIT_PLAN_RESULTS; i++)
		host_plan_open(&made.plan, "a");
	assert_done(verify(&made), &made.err);
	host_plan_open(&made.plan, "a");
	assert_fails(verify(&made), &made.err, "plan.floor");
	done(&made);
}

static void test_seal(void **state)
{
	struct made made;
	struct fd_memfd fd = FD_INIT;
	(void)state;
	make(&made, PLAN_PARTITION);
	assert_done(plan_seal(&made.plan, &fd, &made.err), &made.err);
	assert_int_equal(write(fd.fd, "x", 1), -1);
	assert_int_equal(ftruncate(fd.fd, 0), -1);
	fd_memfd_close(&fd);
	done(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_shape),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_weaker),
		cmocka_unit_test(test_added),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_seal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
