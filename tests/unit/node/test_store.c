/* SPDX-License-Identifier: Apache-2.0 */
/* What the node remembers, written and read back through a real database. */
#include "node/store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/path.h"

#include "tests/unit/test.h"

struct fixture {
	char path[64];
	struct fd_dir dir;
	struct arena arena;
	struct store *store;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = ERR_INIT;
	snprintf(f->path, sizeof(f->path), "/tmp/cantle-test-store-XXXXXX");
	if (!mkdtemp(f->path))
		return -1;
	f->dir.fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	f->arena = ARENA_INIT(1 << 20);
	*state = f;
	return store_open(f->dir, &f->arena, &f->store, &e);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	struct fd_dir root = {open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)};
	struct err e = ERR_INIT;
	store_close(&f->store);
	int failed = path_remove_tree(root, f->path + 1, &e);
	fd_dir_close(&root);
	fd_dir_close(&f->dir);
	arena_done(&f->arena);
	free(f);
	return failed;
}

static struct store_partition sample(int64_t tenant, unsigned slot, const char *name)
{
	return (struct store_partition){.slot = slot,
		.tenant = tenant,
		.name = name,
		.md5 = "m",
		.url = "/x.cfg",
		.type = "default",
		.wanted = "started",
		.state = "requested",
		.error = "",
		.fingerprint = "",
		.running = "",
		.boot = ""};
}

static void tenants_are_made_once(void **state)
{
	struct fixture *f = *state;
	struct store_tenant a;
	struct store_tenant b;
	struct err e = ERR_INIT;
	assert_int_equal(store_tenant(f->store, "acme", false, &a, &e), STORE_ABSENT);
	assert_int_equal(store_tenant(f->store, "acme", true, &a, &e), STORE_FOUND);
	assert_int_equal(store_tenant(f->store, "acme", true, &b, &e), STORE_FOUND);
	assert_true(a.id == b.id && a.id > 0);
	assert_int_equal(a.build_slot, 0);
	assert_done(store_tenant_slot(f->store, a.id, 5, &e), &e);
	assert_int_equal(store_tenant(f->store, "acme", false, &b, &e), STORE_FOUND);
	assert_int_equal(b.build_slot, 5);
}

static void partitions_survive_reopening(void **state)
{
	struct fixture *f = *state;
	struct store_tenant t;
	struct store_partition row;
	struct store_partition got;
	struct store_pair pairs[] = {{"b", "2"}, {"a", "1 \n\xc3\xa9"}};
	struct store_pair *read = NULL;
	size_t n = 0;
	struct err e = ERR_INIT;
	assert_int_equal(store_tenant(f->store, "acme", true, &t, &e), STORE_FOUND);
	row = sample(t.id, 7, "blog");
	row.pid = 4711;
	row.starttime = 1LL << 40;
	assert_done(store_begin(f->store, &e), &e);
	assert_done(store_partition_put(f->store, &row, &e), &e);
	assert_done(store_pairs_put(f->store, STORE_PARAMETERS, 7, pairs, 2, &e), &e);
	assert_done(store_commit(f->store, &e), &e);
	store_close(&f->store);
	assert_done(store_open(f->dir, &f->arena, &f->store, &e), &e);
	assert_int_equal(store_partition(f->store, t.id, "blog", &got, &e), STORE_FOUND);
	assert_string_equal(got.tenant_name, "acme");
	assert_true(got.pid == 4711 && got.starttime == 1LL << 40 && got.slot == 7);
	assert_done(store_pairs(f->store, STORE_PARAMETERS, 7, &read, &n, &e), &e);
	assert_int_equal(n, 2);
	assert_string_equal(read[0].key, "a");
	assert_string_equal(read[0].value, "1 \n\xc3\xa9");
	free(read);
	assert_done(store_partition_remove(f->store, 7, &e), &e);
	assert_int_equal(store_partition(f->store, t.id, "blog", &got, &e), STORE_ABSENT);
	assert_done(store_pairs(f->store, STORE_PARAMETERS, 7, &read, &n, &e), &e);
	assert_int_equal(n, 0);
	free(read);
}

static void a_rolled_back_request_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct store_tenant t;
	struct store_partition row;
	struct err e = ERR_INIT;
	assert_int_equal(store_tenant(f->store, "acme", true, &t, &e), STORE_FOUND);
	row = sample(t.id, 3, "x");
	assert_done(store_begin(f->store, &e), &e);
	assert_done(store_partition_put(f->store, &row, &e), &e);
	store_rollback(f->store);
	assert_int_equal(store_partition(f->store, t.id, "x", &row, &e), STORE_ABSENT);
}

static void slots_go_round_and_run_out(void **state)
{
	struct fixture *f = *state;
	struct store_tenant t;
	unsigned slot = 0;
	char name[16];
	struct err e = ERR_INIT;
	assert_int_equal(store_tenant(f->store, "acme", true, &t, &e), STORE_FOUND);
	assert_done(store_begin(f->store, &e), &e);
	for (unsigned i = 1; i < SLOT_EPHEMERAL_FIRST; i++) {
		struct store_partition row;
		assert_done(store_slot_take(f->store, &slot, &e), &e);
		assert_int_equal(slot, i);
		snprintf(name, sizeof(name), "n%u", i);
		row = sample(t.id, slot, name);
		assert_done(store_partition_put(f->store, &row, &e), &e);
	}
	assert_fails(store_slot_take(f->store, &slot, &e), &e, "store.slots");
	assert_done(store_partition_remove(f->store, 2, &e), &e);
	assert_done(store_partition_remove(f->store, 40, &e), &e);
	assert_done(store_slot_take(f->store, &slot, &e), &e);
	assert_int_equal(slot, 2);
	assert_done(store_slot_take(f->store, &slot, &e), &e); /* 2 was not put: the next is 40 */
	assert_int_equal(slot, 40);
	assert_done(store_commit(f->store, &e), &e);
}

static void software_counts_its_builds(void **state)
{
	struct fixture *f = *state;
	struct store_software row = {1, "m", "/x.cfg", "available", 3, 0};
	struct store_software *list = NULL;
	size_t n = 0;
	struct err e = ERR_INIT;
	assert_done(store_software_put(f->store, &row, &e), &e);
	row.generation = 4;
	assert_done(store_software_put(f->store, &row, &e), &e);
	assert_done(store_software_list(f->store, &list, &n, &e), &e);
	assert_int_equal(n, 1);
	assert_true(list[0].generation == 4);
	free(list);
	assert_done(store_software_remove(f->store, 1, "m", &e), &e);
	assert_int_equal(store_software(f->store, 1, "m", &row, &e), STORE_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tenants_are_made_once, setup, teardown),
		cmocka_unit_test_setup_teardown(partitions_survive_reopening, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_rolled_back_request_leaves_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(slots_go_round_and_run_out, setup, teardown),
		cmocka_unit_test_setup_teardown(software_counts_its_builds, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
