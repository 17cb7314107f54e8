/* SPDX-License-Identifier: Apache-2.0 */
/* Locks of commands: held once, free again, and known to whoever sends plans. */
#include "node/lease.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "tests/unit/test.h"

static size_t count_known(const struct node *node)
{
	size_t n = 0;
	for (size_t i = 0; i < NODE_LEASES_MAX; i++)
		n += node->leases[i] >= 0;
	return n;
}

static void held_once_and_free_again(void **state)
{
	char top[] = "/tmp/test-lease-XXXXXX";
	struct err err = ERR_INIT;
	struct node node;
	struct lease first = LEASE_INIT;
	struct lease second = LEASE_INIT;
	struct lease taken;
	struct fd_dir root = {open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)};
	int known;
	(void)state;
	assert_non_null(mkdtemp(top));
	node_init(&node);
	node.own.fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(node.own.fd, "lock", 0700), 0);
	assert_int_equal(lease_try(&node, "partition-1", &first, &err), 0);
	known = first.file.fd;
	assert_int_equal(node.leases[0], known);
	/* Another open file, as another command would have. */
	assert_int_equal(lease_try(&node, "partition-1", &second, &err), 1);
	assert_int_equal(lease_try(&node, "partition-2", &second, &err), 0);
	assert_int_equal(count_known(&node), 2);
	taken = lease_take(&first);
	lease_done(&first);
	assert_int_equal(taken.file.fd, known);
	assert_int_equal(count_known(&node), 2);
	lease_done(&taken);
	lease_done(&second);
	assert_int_equal(count_known(&node), 0);
	assert_int_equal(lease_try(&node, "partition-1", &first, &err), 0);
	lease_done(&first);
	fd_dir_close(&node.own);
	assert_int_equal(path_remove_tree(root, top + 1, &err), 0);
	fd_dir_close(&root);
}

static void a_broken_channel_names_the_program(void **state)
{
	struct err err = ERR_INIT;
	(void)state;
	assert_int_equal(err_set(&err, ERR_OS, EPIPE, "chan.send", "send a message"), -1);
	assert_int_equal(node_peer_failed("cantle-net", "network.gone", &err), -1);
	assert_string_equal(err.step, "network.gone");
	err_clear(&err);
	assert_int_equal(err_set(&err, ERR_OS, ENOSPC, "net.link", "make a link"), -1);
	assert_int_equal(node_peer_failed("cantle-net", "network.gone", &err), -1);
	assert_string_equal(err.step, "net.link");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held_once_and_free_again),
		cmocka_unit_test(a_broken_channel_names_the_program),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
