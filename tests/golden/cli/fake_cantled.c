/* SPDX-License-Identifier: Apache-2.0 */
/* A node agent that plays one scene, named by --state, so that the tool is tested without partitions. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/arena.h"
#include "base/bug.h"
#include "base/path.h"
#include "wire/msg_ctl.h"

enum { CHANNEL = 3, FAKE_ID = 0x7ffffff1 };

struct scene {
	struct fd_chan chan;
	struct ctl_request request;
	struct chan_fds *fds;
	struct wire_out out;
};

static void die_if(bool is_wrong, const char *what)
{
	if (!is_wrong)
		return;
	fprintf(stderr, "fake agent: %s\n", what);
	exit(99);
}

static void send_out(struct scene *scene)
{
	struct err err = ERR_INIT;

	die_if(chan_send(scene->chan, &scene->out, NULL, 0, &err) < 0, "send");
}

static void event(struct scene *scene, enum ctl_event_kind kind, const char *subject,
	const char *text, uint32_t elapsed_ms)
{
	ctl_event_put(&scene->out, &(struct ctl_event){.kind = kind,
					   .subject = span_str(subject),
					   .text = span_str(text),
					   .elapsed_ms = elapsed_ms});
	send_out(scene);
}

static void data(struct scene *scene, const char *bytes)
{
	ctl_data_put(&scene->out, span_str(bytes));
	send_out(scene);
}

static void result(struct scene *scene, uint8_t status, const char *step, const char *text)
{
	struct ctl_result r = {.status = status, .has_err = step != NULL, .err = ERR_INIT};

	if (step)
		err_set(&r.err, ERR_CHILD, 0, step, "%s", text);
	ctl_result_put(&scene->out, &r);
	send_out(scene);
}

/* Print the request: what the tool made of its command line. */
static void play_echo(struct scene *scene)
{
	scoped_str struct str out = STR_INIT;

	str_addf(&out, "verb %d\n", (int)scene->request.verb);
	for (size_t i = 0; i < scene->request.n_options; i++)
		str_addf(&out, "%s=%s\n", scene->request.options[i].name,
			scene->request.options[i].value);
	for (size_t i = 0; i < scene->request.n_words; i++)
		str_addf(&out, "word %s\n", scene->request.words[i]);
	for (size_t i = 0; i < scene->request.n_roles; i++)
		str_addf(&out, "role %d\n", (int)scene->request.roles[i]);
	ERR_IGNORED(fd_write_all(STDERR_FILENO, str_span(&out), ignored));
	result(scene, 0, NULL, NULL);
}

static void play_ps(struct scene *scene)
{
	data(scene, "{\"v\": 1, \"partitions\": [{\"tenant\": \"acme\", \"name\": \"blog\",");
	data(scene, " \"state\": \"started\", \"health\": \"ok\", \"software\": "
		    "\"/srv/w\\u009beb/p.cfg\", ");
	data(scene, "\"ipv6\": \"fd00::1\", \"x\": \"d\177l\", \"age_s\": 60}]}");
	result(scene, 0, NULL, NULL);
}

static void play_fail(struct scene *scene)
{
	event(scene, CTL_EVENT_STEP, "bzip2", "built", 1234);
	event(scene, CTL_EVENT_WARNING, "", "the cache is small", 0);
	event(scene, CTL_EVENT_PROGRESS, "pcre2", "make", 0);
	event(scene, CTL_EVENT_FAILED, "nginx", "configure ended with 1", 61000);
	event(scene, CTL_EVENT_LOG_LINE, "nginx", "no \033]0;pcre\007 here\n", 0);
	event(scene, CTL_EVENT_DIAG, "", "a.cfg:1:2: error: \033[2J\n  1 | x\n    | ^", 0);
	event(scene, CTL_EVENT_HINT, "log", "/state/log/1", 0);
	result(scene, 11, "build.part", "part 'ng\033inx' failed");
}

/* Progress that is heard for a while: the live line. */
static void play_progress(struct scene *scene)
{
	struct timespec pause = {.tv_nsec = 5000000};

	for (int i = 0; i < 200; i++) {
		char text[32];

		snprintf(text, sizeof(text), "step %d of 200", i);
		event(scene, CTL_EVENT_PROGRESS, "part", text, 0);
		nanosleep(&pause, NULL);
	}
	event(scene, CTL_EVENT_STEP, "part", "done", 0);
	result(scene, 0, NULL, NULL);
}

/* Wait for a signal and say which. */
static void play_signal(struct scene *scene)
{
	scoped_str struct str buf = STR_INIT;
	struct wire_in in;
	struct err err = ERR_INIT;
	int signo = 0;

	event(scene, CTL_EVENT_NOTE, "", "ready", 0);
	die_if(chan_recv_wire(scene->chan, &buf, NULL, &in, &err) != CHAN_MESSAGE, "no signal");
	die_if(in.type != CTL_SIGNAL || ctl_signal_get(&in, &signo, &err) < 0, "not a signal");
	result(scene, (uint8_t)(128 + signo), NULL, NULL);
}

/* Ignore signals until the tool is gone. */
static void play_stubborn(struct scene *scene)
{
	scoped_str struct str buf = STR_INIT;
	struct wire_in in;
	struct err err = ERR_INIT;

	event(scene, CTL_EVENT_NOTE, "", "ready", 0);
	while (chan_recv_wire(scene->chan, &buf, NULL, &in, &err) == CHAN_MESSAGE)
		;
}

static void play_logs(struct scene *scene)
{
	data(scene, "line one\ngr\303");
	data(scene, "\274n \033[31m\r\n");
	result(scene, 0, NULL, NULL);
}

/* Write to the stdout that was passed, as a command of `run` would. */
static void play_stdio(struct scene *scene)
{
	const int fd =
		chan_fds_take(scene->fds, ctl_request_role(&scene->request, CTL_ROLE_STDOUT, 0));

	ERR_IGNORED(fd_write_all(fd, span_str("raw \033[1m\n"), ignored));
	result(scene, 42, NULL, NULL);
}

static void play_die(struct scene *scene)
{
	(void)scene;
	exit(3);
}

static void play_garbage(struct scene *scene)
{
	wire_begin(&scene->out, 0x0999);
	send_out(scene);
	data(scene, "x");
}

static void play_who(struct scene *scene)
{
	uid_t uid = 0;
	pid_t pid = 0;
	char text[64];
	struct err err = ERR_INIT;

	die_if(chan_peer(scene->chan, &uid, &pid, &err) < 0, "peer");
	snprintf(text, sizeof(text), "/proc/%d/status", (int)getppid());
	event(scene, CTL_EVENT_NOTE, "", text, 0);
	snprintf(text, sizeof(text), "cat /proc/%d/status >&2", (int)getppid());
	die_if((system)(text) != 0, "status");
	result(scene, 0, NULL, NULL);
}

static const struct {
	const char *name;
	void (*play)(struct scene *scene);
} scenes[] = {
	{"echo", play_echo},
	{"ps", play_ps},
	{"fail", play_fail},
	{"progress", play_progress},
	{"signal", play_signal},
	{"stubborn", play_stubborn},
	{"logs", play_logs},
	{"stdio", play_stdio},
	{"die", play_die},
	{"garbage", play_garbage},
	{"who", play_who},
};

static void take_request(struct scene *scene, struct arena *arena)
{
	scoped_str struct str buf = STR_INIT;
	struct wire_in in;
	struct err err = ERR_INIT;

	die_if(chan_recv_wire(scene->chan, &buf, scene->fds, &in, &err) != CHAN_MESSAGE,
		"no request");
	die_if(in.type != CTL_REQUEST, "not a request");
	die_if(ctl_request_get(&in, scene->fds->n, arena, &scene->request, &err) < 0, err.text);
}

int main(int argc, char **argv)
{
	struct arena arena = ARENA_INIT(1 << 22);
	scoped_chan_fds struct chan_fds fds = CHAN_FDS_INIT;
	struct scene scene = {.chan = {CHANNEL}, .fds = &fds, .out = WIRE_OUT_INIT};
	const struct ctl_hello hello = {.uid = FAKE_ID, .gid = FAKE_ID, .version = SPAN("fake")};

	die_if(argc < 4 || argv[3][0] != '/' || strcmp(argv[1], "--oneshot") != 0 ||
			strcmp(argv[2], "--state") != 0,
		"arguments");
	ctl_hello_put(&scene.out, &hello);
	send_out(&scene);
	take_request(&scene, &arena);
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++) {
		if (span_is(path_base(span_str(argv[3])), scenes[i].name))
			scenes[i].play(&scene);
	}
	wire_out_done(&scene.out);
	arena_done(&arena);
	return 0;
}
