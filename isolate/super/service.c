/* SPDX-License-Identifier: Apache-2.0 */
/* One program of a partition: its states and what to do next. */
#include "isolate/super/service.h"

struct service_life service_new(enum super_kind kind)
{
	return (struct service_life){.kind = kind, .state = SUPER_STOPPED, .last_exit = -1};
}

bool service_is_alive(const struct service_life *s)
{
	return s->state == SUPER_STARTING || s->state == SUPER_RUNNING ||
	       s->state == SUPER_STOPPING;
}

static void rest(struct service_life *s, enum super_state state)
{
	s->state = state;
	s->due_ms = 0;
}

/* TERM now, KILL when the time is over. One that is being stopped goes on being stopped. */
static enum service_action end(struct service_life *s, enum service_after after, uint64_t now_ms)
{
	s->after = after;
	if (s->state == SUPER_STOPPING)
		return SERVICE_NOTHING;
	s->state = SUPER_STOPPING;
	s->due_ms = now_ms + KILL_AFTER_MS;
	return SERVICE_TERM;
}

enum service_action service_start(struct service_life *s)
{
	if (s->state == SUPER_STOPPING)
		s->after = AFTER_START;
	if (service_is_alive(s))
		return SERVICE_NOTHING;
	s->backoff_ms = 0;
	return SERVICE_START;
}

enum service_action service_stop(struct service_life *s, uint64_t now_ms)
{
	if (service_is_alive(s))
		return end(s, AFTER_STOPPED, now_ms);
	rest(s, SUPER_STOPPED);
	return SERVICE_NOTHING;
}

enum service_action service_restart(struct service_life *s, uint64_t now_ms)
{
	s->backoff_ms = 0;
	return service_is_alive(s) ? end(s, AFTER_START, now_ms) : SERVICE_START;
}

enum service_action service_change(struct service_life *s, uint64_t now_ms)
{
	bool is_off = s->state == SUPER_STOPPED ||
		      (s->state == SUPER_STOPPING && s->after == AFTER_STOPPED);
	return is_off ? SERVICE_NOTHING : service_restart(s, now_ms);
}

enum service_action service_remove(struct service_life *s, uint64_t now_ms)
{
	return service_is_alive(s) ? end(s, AFTER_FORGET, now_ms) : SERVICE_FORGET;
}

/* Wait before the next start, longer each time. */
static void back_off(struct service_life *s, uint64_t now_ms)
{
	s->backoff_ms = s->backoff_ms ? s->backoff_ms * 2 : BACKOFF_MIN_MS;
	if (s->backoff_ms > BACKOFF_MAX_MS)
		s->backoff_ms = BACKOFF_MAX_MS;
	s->state = SUPER_BACKOFF;
	s->due_ms = now_ms + s->backoff_ms;
}

enum service_action service_ended(struct service_life *s, int status, uint64_t now_ms)
{
	bool was_asked = s->state == SUPER_STOPPING;
	s->last_exit = status;
	if (was_asked) {
		rest(s, SUPER_STOPPED);
		if (s->after == AFTER_FORGET)
			return SERVICE_FORGET;
		return s->after == AFTER_START ? SERVICE_START : SERVICE_NOTHING;
	}
	if (s->kind == SUPER_RUN) {
		rest(s, SUPER_EXITED);
		return SERVICE_NOTHING;
	}
	if (now_ms - s->started_ms >= UPTIME_GOOD_MS)
		s->backoff_ms = 0;
	back_off(s, now_ms);
	return SERVICE_NOTHING;
}

enum service_action service_due(struct service_life *s, uint64_t now_ms)
{
	if (s->due_ms == 0 || now_ms < s->due_ms)
		return SERVICE_NOTHING;
	s->due_ms = 0;
	if (s->state == SUPER_STARTING)
		s->state = SUPER_RUNNING;
	if (s->state == SUPER_BACKOFF)
		return SERVICE_START;
	return s->state == SUPER_STOPPING ? SERVICE_KILL : SERVICE_NOTHING;
}

void service_started(struct service_life *s, uint64_t now_ms)
{
	if (s->started_ms)
		s->restarts++;
	s->state = SUPER_STARTING;
	s->started_ms = now_ms;
	s->due_ms = now_ms + READY_AFTER_MS;
}

void service_not_started(struct service_life *s, bool is_lasting, uint64_t now_ms)
{
	s->last_exit = 127;
	if (is_lasting && s->kind == SUPER_RUN)
		rest(s, SUPER_FATAL);
	else
		back_off(s, now_ms);
}

bool service_is_healthy(const struct service_life *s)
{
	if (s->kind == SUPER_RUN)
		return s->state == SUPER_STARTING || s->state == SUPER_RUNNING ||
		       (s->state == SUPER_EXITED && s->last_exit == 0);
	return s->state == SUPER_RUNNING;
}
