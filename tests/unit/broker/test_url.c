/* SPDX-License-Identifier: Apache-2.0 */
/* URLs that a partition may ask for. */
#include "isolate/broker/url.h"

#include <string.h>

#include "tests/unit/test.h"
#include "wire/msg_broker.h"

static void accepts(void **state)
{
	static const char *const good[] = {"http://example.com/a.tar.gz", "HTTPS://example.com",
		"http://[2001:db8::1]:8080/x?y=z#frag", "http://example.com/a%20b",
		"http://10.0.0.1:1/"};
	struct err e = ERR_INIT;
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_done(url_check(span_str(good[i]), &e), &e);
}

static void refuses(void **state)
{
	static const char *const bad[] = {"", "http://", "file:///etc/passwd", "ftp://example.com/",
		"gopher://example.com/", "//example.com/", "example.com",
		"http://user@example.com/", "http://user:pw@example.com/",
		"http://:pw@example.com/", "http://example.com/a b",
		"http://example.com/\r\nHost: x", "http://example.com/\x7f",
		"http://ex\xc3\xa4mple.com/", "http://example.com:99999/", "http://[::1/",
		"http:x"};
	struct err e = ERR_INIT;
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_fails(url_check(span_str(bad[i]), &e), &e, "fetch.url");
	assert_fails(url_check(span_make("http://a/\0b", 11), &e), &e, "fetch.url");
}

static void length(void **state)
{
	static char big[LIMIT_FETCH_URL + 1] = "http://example.com/";
	struct url_shown shown;
	struct err e = ERR_INIT;
	(void)state;
	memset(big + 19, 'x', sizeof(big) - 19);
	assert_done(url_check(span_make(big, LIMIT_FETCH_URL), &e), &e);
	assert_fails(url_check(span_make(big, LIMIT_FETCH_URL + 1), &e), &e, "fetch.url");
	shown = url_show(span_make(big, sizeof(big)));
	assert_int_equal(strlen(shown.text), URL_SHOWN + 3);
	shown = url_show(span_str("a\nb\033"));
	assert_string_equal(shown.text, "a?b?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts),
		cmocka_unit_test(refuses),
		cmocka_unit_test(length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
