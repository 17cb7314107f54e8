/* SPDX-License-Identifier: Apache-2.0 */
/* The supervisor's loop: look, start, wait for what happens, end in order. */
#include "isolate/super/super.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/bug.h"
#include "isolate/super/scan.h"
#include "isolate/super/services.h"
#include "isolate/super/watch.h"

enum { LEFTOVERS_TRIES = 500, LEFTOVERS_STEP_MS = 10, LOOK_AGAIN_MS = 1000 };

void super_init(struct super *s, const char *home_path, uint64_t log_bytes)
{
	*s = (struct super){.home_path = home_path,
		.log_bytes = log_bytes,
		.home = FD_INIT,
		.logs = FD_INIT,
		.signals = FD_INIT,
		.timer = FD_INIT,
		.watch = FD_INIT};
	s->loop.epoll = FD_NONE;
	s->own_log.file.fd = FD_NONE;
	control_init(&s->control);
}

void super_done(struct super *s)
{
	services_done(s);
	control_done(s);
	log_done(&s->own_log);
	fd_file_close(&s->watch);
	fd_file_close(&s->timer);
	fd_file_close(&s->signals);
	fd_dir_close(&s->logs);
	fd_dir_close(&s->home);
	loop_close(&s->loop);
}

void super_note(struct super *s, const char *fmt, ...)
{
	scoped_str struct str line = STR_INIT_LIMIT(2048);
	struct timespec now;
	struct tm utc;
	va_list ap;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	str_addf(&line, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ ", utc.tm_year + 1900, utc.tm_mon + 1,
		utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, (int)(now.tv_nsec / 1000000));
	va_start(ap, fmt);
	str_addv(&line, fmt, ap);
	va_end(ap);
	str_addc(&line, '\n');
	log_write(&s->own_log, str_span(&line));
}

/*
 * Services of a supervisor that died belong to pid 1 now; a second copy of them must not start
 * beside. In the partition's pid namespace kill(-1) reaches everything but pid 1 and ourselves. They
 * are not our children: nothing but asking again tells when they are gone.
 */
static void kill_leftovers(void)
{
	if (getppid() != 1)
		return; /* not where pid 1 started us: whom -1 means is not ours to say */
	for (int i = 0; i < LEFTOVERS_TRIES && kill(-1, SIGKILL) == 0; i++)
		poll(NULL, 0, LEFTOVERS_STEP_MS);
}

static int on_watch(void *context, uint32_t events, struct err *err)
{
	struct super *s = context;
	(void)events;
	(void)err;
	if (watch_read(s->watch) && s->rescan_ms == 0)
		s->rescan_ms = clock_ms() + RESCAN_AFTER_MS;
	return 0;
}

static int look(struct super *s, struct err *err)
{
	struct scan scan = {.n = 0};
	loop_remove(&s->loop, s->watch.fd);
	if (watch_open(s->home, &s->watch, err) < 0 ||
		loop_add(&s->loop, s->watch.fd, EPOLLIN, on_watch, s, err) < 0)
		return -1;
	if (scan_add(&scan, s->home, SUPER_RUN, err) < 0 ||
		scan_add(&scan, s->home, SUPER_SERVICE, err) < 0)
		return -1;
	services_reconcile(s, &scan);
	if (unlinkat(s->home.fd, WATCH_RESTART_FILE, 0) == 0)
		services_restart_all(s);
	return 0;
}

/* pid 1 forwards more than that; the rest is swallowed rather than lethal. */
static bool is_end(int signo)
{
	return signo == SIGTERM || signo == SIGINT || signo == SIGQUIT;
}

static int on_signal(void *context, uint32_t events, struct err *err)
{
	struct super *s = context;
	(void)events;
	(void)err;
	int signo;
	while ((signo = loop_signal(s->signals))) {
		if (s->is_ending || !is_end(signo))
			continue;
		super_note(s, "end");
		s->is_ending = true;
		s->rescan_ms = 0;
		s->end_ms = clock_ms() + END_AFTER_MS;
		services_signal_all(s, SIGTERM);
	}
	return 0;
}

static int on_timer(void *context, uint32_t events, struct err *err)
{
	struct super *s = context;
	(void)events;
	(void)err;
	timer_read(s->timer);
	return 0;
}

/* Being short of something must not end what runs: look again soon. */
static void rescan(struct super *s)
{
	struct err err = ERR_INIT;
	char text[700];
	s->rescan_ms = 0;
	if (look(s, &err) == 0)
		return;
	err_format(&err, NULL, text, sizeof(text));
	super_note(s, "cannot look at the programs: %s", text);
	s->rescan_ms = clock_ms() + LOOK_AGAIN_MS;
}

/* What is due now, then the timer for what is next. */
static int tick(struct super *s, struct err *err)
{
	uint64_t now = clock_ms();
	uint64_t next;
	if (s->rescan_ms && now >= s->rescan_ms)
		rescan(s);
	if (s->end_ms && now >= s->end_ms) {
		s->end_ms = 0;
		services_signal_all(s, SIGKILL);
	}
	next = services_tick(s, now);
	if (s->rescan_ms && (next == 0 || s->rescan_ms < next))
		next = s->rescan_ms;
	if (s->end_ms && (next == 0 || s->end_ms < next))
		next = s->end_ms;
	if (next)
		next = next > now ? next - now : 1;
	return timer_set(s->timer, next, err);
}

static int open_all(struct super *s, struct fd_chan *listener, struct err *err)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE};
	s->home.fd = open(s->home_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->home.fd < 0)
		return err_set(err, ERR_OS, errno, "super.home", "open '%s'", s->home_path);
	if (log_open_dir(s->home, &s->logs, err) < 0 || loop_open(&s->loop, err) < 0 ||
		timer_open(&s->timer, err) < 0 ||
		loop_signals(signals, ARRAY_LEN(signals), &s->signals, err) < 0)
		return -1;
	log_init(&s->own_log, s->logs, span_str("cantle-super"), s->log_bytes);
	if (loop_add(&s->loop, s->timer.fd, EPOLLIN, on_timer, s, err) < 0 ||
		loop_add(&s->loop, s->signals.fd, EPOLLIN, on_signal, s, err) < 0)
		return -1;
	return control_open(s, listener, err);
}

int super_run(struct super *s, struct fd_chan *listener, struct err *err)
{
	kill_leftovers();
	if (open_all(s, listener, err) < 0)
		return -1;
	super_note(s, "begin");
	rescan(s);
	while (!s->is_ending || !services_are_gone(s)) {
		if (tick(s, err) < 0 || loop_once(&s->loop, -1, err) < 0)
			return -1;
	}
	kill_leftovers(); /* what escaped its service's group */
	return 0;
}
