/* SPDX-License-Identifier: Apache-2.0 */
/* Supervisors that do not mean well: each question to one comes to an end. */
#include "node/super_client.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/path.h"
#include "wire/chan.h"

#include "tests/unit/test.h"

enum { SLOT = 7 };

struct fixture {
	char path[64];
	struct node node;
	struct fd_sock listener;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = ERR_INIT;
	snprintf(f->path, sizeof(f->path), "/tmp/cantle-test-super-XXXXXX");
	if (!mkdtemp(f->path))
		return -1;
	node_init(&f->node);
	f->node.own.fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = f;
	return mkdirat(f->node.own.fd, "run", 0700) < 0
		       ? -1
		       : super_listen(&f->node, SLOT, &f->listener, &e);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	struct fd_dir root = {open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)};
	struct err e = ERR_INIT;
	int failed = path_remove_tree(root, f->path + 1, &e);
	fd_dir_close(&root);
	fd_sock_close(&f->listener);
	node_done(&f->node);
	free(f);
	return failed;
}

/* In a process of its own: answer one question with so many tables, the last one marked or not. */
static pid_t answer(const struct fixture *f, unsigned n_tables, uint32_t n_rows, bool has_last)
{
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	struct pollfd wait = {.fd = f->listener.fd, .events = POLLIN};
	poll(&wait, 1, 10000);
	struct fd_chan chan = {accept(f->listener.fd, NULL, NULL)};
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	struct super_table table = {.is_ready = true, .reason = SPAN(""), .n_rows = n_rows};
	scoped_str struct str question = STR_INIT;
	struct err e = ERR_INIT;
	/* Unread, it would reset the connection before the answer is read. */
	if (chan_recv(chan, &question, NULL, &e) != CHAN_MESSAGE)
		_exit(1);
	for (uint32_t i = 0; i < n_rows; i++)
		table.rows[i] = (struct super_row){.name = SPAN("web"),
			.kind = SUPER_SERVICE,
			.state = SUPER_RUNNING,
			.last_exit = -1};
	for (unsigned i = 1; i <= n_tables; i++) {
		table.is_last = has_last && i == n_tables;
		super_table_put(&w, &table);
		if (chan_send(chan, &w, NULL, 0, &e) < 0)
			break;
	}
	_exit(0);
}

static int ask(struct fixture *f, pid_t peer, struct super_status *ret, struct err *e)
{
	int outcome = super_ask(&f->node, SLOT, ret, e);
	waitpid(peer, NULL, 0);
	return outcome;
}

static void test_rows(void **state)
{
	struct fixture *f = *state;
	struct super_status status;
	struct err e = ERR_INIT;
	assert_done(ask(f, answer(f, 1, 0, true), &status, &e), &e);
	assert_int_equal(status.n_rows, 0);
	assert_done(ask(f, answer(f, 2, LIMIT_SUPER_SERVICES / 2, true), &status, &e), &e);
	assert_int_equal(status.n_rows, LIMIT_SUPER_SERVICES);
	assert_span(status.rows[LIMIT_SUPER_SERVICES - 1].name, "web");
}

static void test_too_many_rows(void **state)
{
	struct fixture *f = *state;
	struct super_status status;
	struct err e = ERR_INIT;
	assert_fails(
		ask(f, answer(f, 2, LIMIT_SUPER_ROWS, true), &status, &e), &e, "super.session");
}

static void test_without_end(void **state)
{
	struct fixture *f = *state;
	struct super_status status;
	struct err e = ERR_INIT;
	assert_fails(ask(f, answer(f, 1000000, 0, false), &status, &e), &e, "super.session");
}

static void test_half(void **state)
{
	struct fixture *f = *state;
	struct super_status status;
	struct err e = ERR_INIT;
	assert_fails(ask(f, answer(f, 1, 1, false), &status, &e), &e, "super.silent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_many_rows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_without_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_half, setup, teardown),
	};
	return cmocka_run_group_tests_name("super_client", tests, NULL, NULL);
}
