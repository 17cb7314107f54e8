/* SPDX-License-Identifier: Apache-2.0 */
/* Progress: plain lines and heartbeats, and the live line of a terminal. */
#include "cli/screen.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"

#include "tests/unit/test.h"

/* What was written since the last look. */
static void wrote(int end, const char *wanted)
{
	char text[4096] = "";
	const ssize_t n = read(end, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	assert_string_equal(text, wanted);
}

static void open_screen(struct screen *screen, int *ret_end, bool is_tty)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	*screen = SCREEN_INIT;
	screen->fd = ends[1];
	screen->is_tty = is_tty;
	screen->is_utf8 = true;
	*ret_end = ends[0];
}

static void close_screen(struct screen *screen, int end)
{
	screen_done(screen);
	close(screen->fd);
	close(end);
}

static void say(
	struct screen *screen, enum ctl_event_kind kind, const char *subject, const char *text)
{
	screen_event(screen,
		&(struct ctl_event){
			.kind = kind, .subject = span_str(subject), .text = span_str(text)});
}

static void heartbeat(void **state)
{
	struct screen screen;
	int end = -1;

	(void)state;
	open_screen(&screen, &end, false);
	assert_int_equal(screen_timeout_ms(&screen), -1);
	say(&screen, CTL_EVENT_PROGRESS, "", "3/7");
	say(&screen, CTL_EVENT_PROGRESS, "nginx", "make\033");
	wrote(end, "");
	assert_true(screen_timeout_ms(&screen) > SCREEN_HEARTBEAT_MS - 1000);
	screen.drawn_ms = clock_ms() - SCREEN_HEARTBEAT_MS;
	screen.subject_ms = clock_ms() - 61000;
	assert_int_equal(screen_timeout_ms(&screen), 0);
	screen_tick(&screen);
	wrote(end, "still: [3/7] nginx: make\\x1b  1m01s\n");
	assert_true(screen_timeout_ms(&screen) > 0);
	say(&screen, CTL_EVENT_STEP, "nginx", "install");
	wrote(end, "nginx: install\n");
	assert_int_equal(screen_timeout_ms(&screen), -1);
	close_screen(&screen, end);
}

static void live_line(void **state)
{
	struct screen screen;
	int end = -1;

	(void)state;
	open_screen(&screen, &end, true);
	screen.drawn_ms = 1;
	say(&screen, CTL_EVENT_PROGRESS, "a", "one");
	wrote(end, "\r\033[Ka: one");
	say(&screen, CTL_EVENT_PROGRESS, "a", "two"); /* too soon */
	wrote(end, "");
	assert_true(screen_timeout_ms(&screen) <= SCREEN_REDRAW_MS);
	say(&screen, CTL_EVENT_WARNING, "", "careful");
	wrote(end, "\r\033[Kwarning: careful\n\r\033[Ka: two");
	screen_clear(&screen);
	wrote(end, "\r\033[K");
	screen_clear(&screen);
	wrote(end, "");
	close_screen(&screen, end);
}

/* No terminal tells its width through a pipe: 80 columns, less the last. */
static void long_lines_are_cut(void **state)
{
	struct screen screen;
	int end = -1;
	char text[201];
	char wanted[100];

	(void)state;
	memset(text, 'x', 200);
	text[200] = '\0';
	snprintf(wanted, sizeof(wanted), "\r\033[Ka: %.76s", text);
	open_screen(&screen, &end, true);
	screen.drawn_ms = 1;
	say(&screen, CTL_EVENT_PROGRESS, "a", text);
	wrote(end, wanted);
	close_screen(&screen, end);
}

static void times(void **state)
{
	static const struct {
		uint64_t ms;
		const char *wanted;
	} rows[] = {{0, "0 ms"}, {999, "999 ms"}, {1000, "1.0 s"}, {59999, "59.9 s"},
		{60000, "1m00s"}, {3599999, "59m59s"}, {3600000, "1h00m"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scoped_str struct str out = STR_INIT;

		screen_add_time(&out, rows[i].ms);
		assert_string_equal(str_cstr(&out), rows[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heartbeat),
		cmocka_unit_test(live_line),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
