/* SPDX-License-Identifier: Apache-2.0 */
/* Files by path and URL: local ones are checked here, others are the broker's answers. */
#include <sys/stat.h>

#include "base/bug.h"
#include "base/path.h"
#include "engine/engine.h"
#include "engine/params.h"
#include "wire/chan.h"
#include "wire/msg_broker.h"

#include "tests/unit/test.h"

struct place {
	char directory[64];
	struct fetch fetch;
	struct fd_chan broker; /* the other end */
};

static int place_open(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	struct err err = ERR_INIT;
	struct fd_chan ours = FD_INIT;
	scoped_fd_dir dir = FD_INIT;

	assert_non_null(place);
	(void)snprintf(place->directory, sizeof(place->directory), "/tmp/cantle-fetch-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	assert_done(chan_pair(&ours, &place->broker, &err), &err);
	place->fetch = (struct fetch){.broker = ours, .directory = place->directory};
	dir.fd = open(place->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_done(
		path_write_atomic(dir, "hello", (struct span)SPAN("hello\n"), 0644, &err), &err);
	assert_int_equal(mkfifoat(dir.fd, "fifo", 0600), 0);
	*state = place;
	return 0;
}

static int place_close(void **state)
{
	struct place *place = *state;
	struct err err = ERR_INIT;
	scoped_fd_dir tmp = {open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC)};

	fd_chan_close(&place->fetch.broker);
	fd_chan_close(&place->broker);
	assert_done(path_remove_tree(tmp, place->directory + 5, &err), &err);
	free(place);
	return 0;
}

static void assert_text(struct fd_file file, const char *wanted)
{
	scoped_str struct str text = STR_INIT;
	struct err err = ERR_INIT;

	assert_done(fd_read_all(file, 1000, &text, &err), &err);
	assert_span(str_span(&text), wanted);
}

static void local_files_are_opened_and_checked(void **state)
{
	static const char md5[] = "B1946AC92492D2347C6235B4D2611184";
	struct place *place = *state;
	struct fetch_request request = {
		.url = SPAN("hello"), .kind = HASH_MD5, .hex = span_str(md5)};
	scoped_str struct str url = STR_INIT;
	scoped_fd_file file = FD_INIT;
	struct err err = ERR_INIT;

	assert_done(fetch_open(&place->fetch, &request, &file, &err), &err);
	assert_text(file, "hello\n");
	fd_file_close(&file);
	str_addf(&url, "file://%s/hello", place->directory);
	request = (struct fetch_request){.url = str_span(&url)};
	assert_done(fetch_open(&place->fetch, &request, &file, &err), &err);
	request.kind = HASH_MD5;
	request.hex = span_str("b1946ac92492d2347c6235b4d2611185");
	assert_fails(fetch_open(&place->fetch, &request, &file, &err), &err, "fetch.checksum");
	request.hex = span_str("b1946ac92492d2347c6235b4d261118");
	assert_fails(fetch_open(&place->fetch, &request, &file, &err), &err, "fetch.checksum");
	request = (struct fetch_request){.url = SPAN("nothing")};
	assert_fails(fetch_open(&place->fetch, &request, &file, &err), &err, "fetch.open");
	request.url = span_str("fifo");
	assert_fails(fetch_open(&place->fetch, &request, &file, &err), &err, "fetch.open");
	request.url = span_str("/dev/zero");
	assert_fails(fetch_open(&place->fetch, &request, &file, &err), &err, "fetch.open");
}

/* What the broker will say, queued before it is asked. */
static void say(struct place *place, const struct wire_out *out, int fd)
{
	struct err err = ERR_INIT;

	assert_done(chan_send(place->broker, out, &fd, fd >= 0, &err), &err);
}

static void assert_asked(struct place *place, const char *url, bool is_offline)
{
	scoped_str struct str buffer = STR_INIT_LIMIT(LIMIT_WIRE_BYTES);
	struct broker_fetch asked;
	struct wire_in in;
	struct err err = ERR_INIT;

	assert_int_equal(chan_recv_wire(place->broker, &buffer, NULL, &in, &err), CHAN_MESSAGE);
	assert_int_equal(in.type, MSG_FETCH);
	assert_done(broker_fetch_get(&in, &asked, &err), &err);
	assert_span(asked.url, url);
	assert_int_equal(asked.is_offline, is_offline);
}

static void urls_are_asked_of_the_broker(void **state)
{
	struct place *place = *state;
	struct fetch_request request = {.url = SPAN("http://x/a.tgz"), .part = SPAN("p")};
	struct broker_progress progress = {.done_bytes = 1};
	struct broker_fetched fetched = {.size_bytes = 6,
		.sha256 = SPAN("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03")};
	scoped_wire_out struct wire_out out = WIRE_OUT_INIT;
	scoped_fd_file file = FD_INIT;
	scoped_fd local = openat(AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC);
	struct err err = ERR_INIT;

	broker_progress_put(&out, &progress);
	say(place, &out, FD_NONE);
	broker_fetched_put(&out, &fetched);
	say(place, &out, local);
	place->fetch.is_offline = true;
	assert_done(fetch_open(&place->fetch, &request, &file, &err), &err);
	assert_true(fd_file_is_open(file));
	assert_asked(place, "http://x/a.tgz", true);
	place->fetch.is_offline = false;
}

static void a_broker_may_refuse_lie_or_die(void **state)
{
	struct place *place = *state;
	struct fetch_request request = {.url = SPAN("http://x/a.tgz")};
	struct broker_fetched fetched = {.size_bytes = 6,
		.sha256 = SPAN("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03")};
	struct err why = ERR_INIT;
	scoped_wire_out struct wire_out out = WIRE_OUT_INIT;
	scoped_fd_file file = FD_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(err_set(&why, ERR_PEER, 0, "req.fetch", "no route"), -1);
	broker_error_put(&out, MSG_BROKER_ERROR, &why);
	say(place, &out, FD_NONE);
	assert_fails(fetch_open(&place->fetch, &request, &file, &err), &err, "req.fetch");
	broker_put_empty(&out, MSG_PUBLISHED);
	say(place, &out, FD_NONE);
	assert_fails(fetch_open(&place->fetch, &request, &file, &err), &err, "fetch.broker");
	broker_fetched_put(&out, &fetched);
	say(place, &out, FD_NONE);
	assert_fails(fetch_open(&place->fetch, &request, &file, &err), &err, "fetch.broker");
	fd_chan_close(&place->broker);
	assert_true(fetch_open(&place->fetch, &request, &file, &err) < 0);
	err_clear(&err);
	fd_chan_close(&place->fetch.broker);
	assert_fails(fetch_open(&place->fetch, &request, &file, &err), &err, "fetch.broker");
}

static void parameters_are_kept(void **state)
{
	struct place *place = *state;
	struct broker_instance instance = {.title = SPAN("blog"), .computer = SPAN("node")};
	struct broker_pair pair = {.key = SPAN("colour"), .value = SPAN("teal")};
	struct engine_request request = {.broker = place->fetch.broker, .directory = "/tmp"};
	const struct part_params *params;
	scoped_wire_out struct wire_out out = WIRE_OUT_INIT;
	struct engine engine;
	struct err err = ERR_INIT;

	instance.ipv6.at[0] = span_str("fd00::1");
	instance.ipv6.at[1] = span_str("fd00::2");
	instance.ipv6.n = 2;
	assert_done(engine_init(&engine, &request, &err), &err);
	broker_instance_put(&out, &instance);
	say(place, &out, FD_NONE);
	broker_pair_put(&out, MSG_PARAM, &pair);
	say(place, &out, FD_NONE);
	broker_end_put(&out, MSG_PARAMS_END, 1);
	say(place, &out, FD_NONE);
	assert_done(params_get(&engine, &params, &err), &err);
	assert_done(params_get(&engine, &params, &err), &err);
	assert_int_equal(params->n_parameters, 1);
	assert_span(params->parameters[0].value, "teal");
	assert_span(params_instance(params, "instance-title"), "blog");
	assert_span(params_instance(params, "ipv6"), "fd00::1 fd00::2");
	assert_int_equal(params_instance(params, "nothing").len, 0);
	engine_done(&engine);
}

/* engine.c names the table through the resolver's hook; nothing here has a recipe. */
const struct recipe recipes_table[] = {{.name = "none"}};
const size_t recipes_table_n = 0;

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			local_files_are_opened_and_checked, place_open, place_close),
		cmocka_unit_test_setup_teardown(
			urls_are_asked_of_the_broker, place_open, place_close),
		cmocka_unit_test_setup_teardown(
			a_broker_may_refuse_lie_or_die, place_open, place_close),
		cmocka_unit_test_setup_teardown(parameters_are_kept, place_open, place_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
