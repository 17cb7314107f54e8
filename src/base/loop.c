/* SPDX-License-Identifier: Apache-2.0 */
/* Event loop: epoll with a callback a descriptor. */
#include "base/loop.h"

#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>

int loop_open(struct loop *loop, struct err *err)
{
	loop->is_stopped = false;
	for (int i = 0; i < LOOP_WATCHES_MAX; i++)
		loop->watches[i] = (struct loop_watch){FD_NONE, NULL, NULL};
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0)
		return err_set(err, ERR_OS, errno, "loop.open", "make an epoll instance");
	return 0;
}

static int watch_find(const struct loop *loop, int fd)
{
	for (int i = 0; i < LOOP_WATCHES_MAX; i++)
		if (loop->watches[i].fd == fd)
			return i;
	return -1;
}

int loop_add(struct loop *loop, int fd, uint32_t events, loop_fn fn, void *context, struct err *err)
{
	int i = watch_find(loop, FD_NONE);
	struct epoll_event event = {.events = events};
	if (i < 0)
		return err_set(err, ERR_LIMIT, 0, "loop.add", "more than %d descriptors",
			LOOP_WATCHES_MAX);
	event.data.u64 = (uint64_t)(unsigned)i << 32 | (unsigned)fd;
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return err_set(err, ERR_OS, errno, "loop.add", "watch descriptor %d", fd);
	loop->watches[i] = (struct loop_watch){fd, fn, context};
	return 0;
}

int loop_change(struct loop *loop, int fd, uint32_t events, struct err *err)
{
	int i = watch_find(loop, fd);
	struct epoll_event event = {.events = events};
	event.data.u64 = (uint64_t)(unsigned)i << 32 | (unsigned)fd;
	if (i < 0 || epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event) < 0)
		return err_set(
			err, ERR_OS, i < 0 ? ENOENT : errno, "loop.add", "watch descriptor %d", fd);
	return 0;
}

void loop_remove(struct loop *loop, int fd)
{
	int i = fd >= 0 ? watch_find(loop, fd) : -1;
	if (i < 0)
		return;
	epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
	loop->watches[i] = (struct loop_watch){FD_NONE, NULL, NULL};
}

int loop_once(struct loop *loop, int timeout_ms, struct err *err)
{
	struct epoll_event events[16];
	int n = epoll_wait(loop->epoll, events, 16, timeout_ms);
	if (n < 0 && errno != EINTR)
		return err_set(err, ERR_OS, errno, "loop.wait", "wait for events");
	for (int k = 0; k < n; k++) {
		/* A callback before this one may have removed the watch. */
		const struct loop_watch w = loop->watches[events[k].data.u64 >> 32];
		if (w.fd < 0 || w.fd != (int)(uint32_t)events[k].data.u64)
			continue;
		if (w.fn(w.context, events[k].events, err) < 0)
			return -1;
		if (loop->is_stopped)
			return 0;
	}
	return 0;
}

int loop_run(struct loop *loop, struct err *err)
{
	loop->is_stopped = false;
	while (!loop->is_stopped)
		if (loop_once(loop, -1, err) < 0)
			return -1;
	return 0;
}

void loop_stop(struct loop *loop)
{
	loop->is_stopped = true;
}

void loop_close(struct loop *loop)
{
	fd_close(&loop->epoll);
}

int loop_signals(const int *signals, size_t n, struct fd_file *ret, struct err *err)
{
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < n; i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	ret->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (ret->fd < 0)
		return err_set(err, ERR_OS, errno, "loop.open", "make a signal descriptor");
	return 0;
}

int loop_signal_origin(struct fd_file signals, bool *ret_is_kernel)
{
	struct signalfd_siginfo info;
	if (read(signals.fd, &info, sizeof(info)) != sizeof(info))
		return 0;
	*ret_is_kernel = info.ssi_code == SI_KERNEL;
	return (int)info.ssi_signo;
}

int loop_signal(struct fd_file signals)
{
	bool is_kernel;
	return loop_signal_origin(signals, &is_kernel);
}

int timer_open(struct fd_file *ret, struct err *err)
{
	ret->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (ret->fd < 0)
		return err_set(err, ERR_OS, errno, "loop.open", "make a timer");
	return 0;
}

int timer_set(struct fd_file timer, uint64_t after_ms, struct err *err)
{
	struct itimerspec when = {.it_value = {.tv_sec = (time_t)(after_ms / 1000),
					  .tv_nsec = (long)(after_ms % 1000) * 1000000}};
	if (timerfd_settime(timer.fd, 0, &when, NULL) < 0)
		return err_set(err, ERR_OS, errno, "loop.open", "set a timer");
	return 0;
}

void timer_read(struct fd_file timer)
{
	uint64_t n;
	ssize_t got = read(timer.fd, &n, sizeof(n));
	(void)got; /* an expiry that was read before is no failure */
}

uint64_t clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
