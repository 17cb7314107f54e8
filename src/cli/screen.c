/* SPDX-License-Identifier: Apache-2.0 */
/* Progress on stderr. */
#include "cli/screen.h"

#include <sys/ioctl.h>

#include "base/loop.h"
#include "base/path.h"
#include "cli/escape.h"

enum { DEFAULT_COLUMNS = 80, MAX_COLUMNS = 400, SCREEN_CLOCK_MS = 1000 };

static void put(const struct screen *screen, const struct str *text)
{
	/* A closed or full stderr must not stop the work. */
	ERR_IGNORED(fd_write_all(screen->fd, str_span(text), ignored));
}

void screen_add_time(struct str *out, uint64_t ms)
{
	const unsigned long long s = ms / 1000;

	if (ms < 1000)
		str_addf(out, "%llu ms", (unsigned long long)ms);
	else if (s < 60)
		str_addf(out, "%llu.%llu s", s, (unsigned long long)(ms % 1000 / 100));
	else if (s < 3600)
		str_addf(out, "%llum%02llus", s / 60, s % 60);
	else
		str_addf(out, "%lluh%02llum", s / 3600, s % 3600 / 60);
}

void screen_clear(struct screen *screen)
{
	scoped_str struct str out = STR_INIT;

	if (!screen->is_drawn)
		return;
	str_adds(&out, "\r\033[K");
	put(screen, &out);
	screen->is_drawn = false;
}

static size_t columns(const struct screen *screen)
{
	struct winsize size = {.ws_col = 0};

	if (ioctl(screen->fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return DEFAULT_COLUMNS;
	return size.ws_col > MAX_COLUMNS ? MAX_COLUMNS : size.ws_col;
}

/* The first n characters of text; continuation bytes of UTF-8 do not count. */
static struct span first_chars(struct span text, size_t n)
{
	size_t i = 0;

	for (; i < text.len; i++) {
		if (((unsigned char)text.ptr[i] & 0xc0) != 0x80 && n-- == 0)
			break;
	}
	return span_first(text, i);
}

static void live_line(const struct screen *screen, struct str *out)
{
	const uint64_t elapsed_ms = clock_ms() - screen->subject_ms;

	if (screen->count.len)
		str_addf(out, "[%s] ", str_cstr(&screen->count));
	str_add(out, str_span(&screen->live));
	if (elapsed_ms >= 1000) {
		str_adds(out, "  ");
		screen_add_time(out, elapsed_ms);
	}
}

void screen_tick(struct screen *screen)
{
	scoped_str struct str line = STR_INIT;
	scoped_str struct str out = STR_INIT;

	if (!screen->live.len)
		return;
	screen->drawn_ms = clock_ms();
	screen->is_dirty = false;
	live_line(screen, &line);
	if (screen->is_tty) {
		str_adds(&out, "\r\033[K");
		str_add(&out, first_chars(str_span(&line), columns(screen) - 1));
		screen->is_drawn = true;
	} else {
		str_addf(&out, "still: %s\n", str_cstr(&line));
	}
	put(screen, &out);
}

int screen_timeout_ms(const struct screen *screen)
{
	const uint64_t now_ms = clock_ms();
	uint64_t every_ms = screen->is_dirty ? SCREEN_REDRAW_MS : SCREEN_CLOCK_MS;

	if (!screen->live.len)
		return -1;
	if (!screen->is_tty)
		every_ms = SCREEN_HEARTBEAT_MS;
	if (now_ms >= screen->drawn_ms + every_ms)
		return 0;
	return (int)(screen->drawn_ms + every_ms - now_ms);
}

static void progress(struct screen *screen, const struct ctl_event *event)
{
	if (!event->subject.len) {
		str_cut(&screen->count, 0);
		escape_text(event->text, screen->is_utf8, false, &screen->count);
		screen->is_dirty = true;
		return;
	}
	if (!span_eq(str_span(&screen->subject), event->subject)) {
		str_cut(&screen->subject, 0);
		str_add(&screen->subject, event->subject);
		screen->subject_ms = clock_ms();
	}
	if (!screen->drawn_ms) /* the first: silence counts from here */
		screen->drawn_ms = clock_ms();
	str_cut(&screen->live, 0);
	escape_text(event->subject, screen->is_utf8, false, &screen->live);
	str_adds(&screen->live, event->text.len ? ": " : "");
	escape_text(event->text, screen->is_utf8, false, &screen->live);
	screen->is_dirty = true;
	if (screen->is_tty && clock_ms() >= screen->drawn_ms + SCREEN_REDRAW_MS)
		screen_tick(screen);
}

static void add_colored(
	const struct screen *screen, const char *color, const char *text, struct str *out)
{
	if (screen->has_color)
		str_addf(out, "\033[%sm%s\033[0m", color, text);
	else
		str_adds(out, text);
}

/* What stands before the text of an event. */
static void add_label(const struct screen *screen, enum ctl_event_kind kind, struct str *out)
{
	switch (kind) {
	case CTL_EVENT_NOTE:
		add_colored(screen, "1", "note: ", out);
		break;
	case CTL_EVENT_WARNING:
		add_colored(screen, "1;33", "warning: ", out);
		break;
	case CTL_EVENT_FAILED:
		add_colored(screen, "1;31", "failed: ", out);
		break;
	case CTL_EVENT_LOG_LINE:
		str_adds(out, "   | ");
		break;
	case CTL_EVENT_STEP:
	case CTL_EVENT_PROGRESS:
	case CTL_EVENT_DIAG:
	case CTL_EVENT_HINT:
	case CTL_EVENT_END_:
		break;
	}
}

/* Is this the last that is heard of its subject for now? */
static bool is_end(const struct ctl_event *event)
{
	return event->kind == CTL_EVENT_STEP || event->kind == CTL_EVENT_FAILED;
}

/* A diagnostic and a line of a log say themselves what they belong to. */
static bool has_subject(enum ctl_event_kind kind)
{
	return kind != CTL_EVENT_LOG_LINE && kind != CTL_EVENT_DIAG;
}

void screen_event(struct screen *screen, const struct ctl_event *event)
{
	scoped_str struct str out = STR_INIT;

	if (event->kind == CTL_EVENT_PROGRESS) {
		progress(screen, event);
		return;
	}
	if (screen->is_drawn)
		str_adds(&out, "\r\033[K");
	if (is_end(event) && span_eq(str_span(&screen->subject), event->subject))
		str_cut(&screen->live, 0);
	add_label(screen, event->kind, &out);
	if (event->subject.len && has_subject(event->kind)) {
		escape_text(event->subject, screen->is_utf8, false, &out);
		str_adds(&out, ": ");
	}
	escape_text(event->text, screen->is_utf8, event->kind == CTL_EVENT_DIAG, &out);
	if (event->elapsed_ms) {
		str_adds(&out, " (");
		screen_add_time(&out, event->elapsed_ms);
		str_adds(&out, ")");
	}
	str_adds(&out, "\n");
	put(screen, &out);
	screen->is_drawn = false;
	if (screen->is_tty)
		screen_tick(screen);
	else
		screen->drawn_ms = clock_ms();
}

void screen_error(struct screen *screen, const struct err *err)
{
	scoped_str struct str out = STR_INIT;
	char text[sizeof(struct err) + 128];

	screen_clear(screen);
	err_format(err, NULL, text, sizeof(text));
	str_adds(&out, "cantle: ");
	escape_text(span_str(text), screen->is_utf8, false, &out);
	str_adds(&out, "\n");
	put(screen, &out);
}

void screen_done(struct screen *screen)
{
	screen_clear(screen);
	str_done(&screen->live);
	str_done(&screen->subject);
	str_done(&screen->count);
}
