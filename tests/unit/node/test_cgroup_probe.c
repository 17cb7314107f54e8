/* SPDX-License-Identifier: Apache-2.0 */
/* Where controllers live, from the mountinfo of hybrid, pure and nested hosts. */
#include "node/cgroup_probe.h"

#include "node/ids.h"
#include "node/names.h"

#include "tests/unit/test.h"

static void hybrid_host(void **state)
{
	static const char text[] =
		"22 1 254:0 / / rw - ext4 /dev/vda rw\n"
		"30 22 0:26 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
		"31 22 0:27 / /sys/fs/cgroup/memory rw shared:4 master:2 - cgroup cgroup "
		"rw,memory\n"
		"32 22 0:28 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n"
		"33 22 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
		"34 22 0:27 / /mnt/again rw - cgroup cgroup rw,memory\n";
	struct cgroup_mount mounts[CGROUP_ROOTS_MAX];
	(void)state;
	assert_int_equal(cgroup_mounts(span_str(text), mounts), 3);
	assert_span(mounts[0].path, "/sys/fs/cgroup/cpu");
	assert_true(mounts[0].has[CGROUP_CPU]);
	assert_true(mounts[1].has[CGROUP_MEMORY]);
	assert_true(mounts[2].is_v2);
}

static void container_sees_no_whole_hierarchy(void **state)
{
	static const char text[] =
		"31 22 0:27 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
	struct cgroup_mount mounts[CGROUP_ROOTS_MAX];
	(void)state;
	assert_int_equal(cgroup_mounts(span_str(text), mounts), 0);
	assert_int_equal(cgroup_mounts(span_str("not mountinfo\n\n- - -"), mounts), 0);
}

static void ids_of_neighbours_do_not_overlap(void **state)
{
	(void)state;
	assert_int_equal(ids_slot_base(0, LIMIT_SLOTS - 1) + ID_SLOT_SPAN, ids_slot_base(1, 0));
	assert_true((uint64_t)ids_slot_base(LIMIT_NODES - 1, LIMIT_SLOTS - 1) + ID_SLOT_SPAN <
		    UINT32_MAX);
	assert_true(ids_slot_base(0, 0) > 600100000u + 65536u); /* login.defs SUB_UID_MAX */
}

static void names(void **state)
{
	(void)state;
	assert_true(name_is_valid("a"));
	assert_true(name_is_valid("0a-b_c.d"));
	assert_false(name_is_valid(""));
	assert_false(name_is_valid(".a"));
	assert_false(name_is_valid("A"));
	assert_false(name_is_valid("a/b"));
	assert_true(
		name_is_valid("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	assert_false(
		name_is_valid("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hybrid_host),
		cmocka_unit_test(container_sees_no_whole_hierarchy),
		cmocka_unit_test(ids_of_neighbours_do_not_overlap),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
