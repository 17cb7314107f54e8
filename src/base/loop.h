/* SPDX-License-Identifier: Apache-2.0 */
/* Event loop: epoll with a callback a descriptor; signals and timers are descriptors too. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "base/err.h"
#include "base/fd.h"

/*
 * Shape:     loop_add() registers { descriptor, events, callback, context }; loop_run() calls back
 * until loop_stop() or an error. A callback may add and remove any descriptor, its own included.
 * Limits:    LOOP_WATCHES_MAX descriptors.
 * Ownership: borrows descriptors and contexts; remove before closing.
 * Errors:    loop.open, loop.add, loop.wait; and whatever a callback returns.
 * Source:    epoll(7), signalfd(2), timerfd_create(2).
 */
enum { LOOP_WATCHES_MAX = 256 };

typedef int (*loop_fn)(void *context, uint32_t events, struct err *err);

struct loop_watch {
	int fd; /* FD_NONE: free */
	loop_fn fn;
	void *context;
};

struct loop {
	int epoll;
	bool is_stopped;
	struct loop_watch watches[LOOP_WATCHES_MAX];
};

must_check int loop_open(struct loop *loop, struct err *err);
must_check int loop_add(
	struct loop *loop, int fd, uint32_t events, loop_fn fn, void *context, struct err *err);
/* Change what is waited for. */
must_check int loop_change(struct loop *loop, int fd, uint32_t events, struct err *err);
/* Forget; unknown descriptors are fine. */
void loop_remove(struct loop *loop, int fd);
/* Until loop_stop() or the first error. */
must_check int loop_run(struct loop *loop, struct err *err);
/* One round: wait at most timeout_ms (-1: for ever), call back what is ready. */
must_check int loop_once(struct loop *loop, int timeout_ms, struct err *err);
void loop_stop(struct loop *loop);
void loop_close(struct loop *loop);
#define scoped_loop __attribute__((cleanup(loop_close)))

/* Block the signals and get them as a descriptor; read with loop_signal(). */
must_check int loop_signals(const int *signals, size_t n, struct fd_file *ret, struct err *err);
/* Next pending signal, or 0. */
int loop_signal(struct fd_file signals);
/* The same, and whether the kernel sent it: the terminal, which told the whole foreground group. */
int loop_signal_origin(struct fd_file signals, bool *ret_is_kernel);
/* A monotonic one-shot timer; set with timer_set(), 0 disarms. */
must_check int timer_open(struct fd_file *ret, struct err *err);
must_check int timer_set(struct fd_file timer, uint64_t after_ms, struct err *err);
/* Swallow the expiry. */
void timer_read(struct fd_file timer);
/* CLOCK_MONOTONIC in milliseconds. */
uint64_t clock_ms(void);
