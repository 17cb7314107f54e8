/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP download through libcurl, under the broker's rules. */
#include "isolate/broker/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "isolate/broker/url.h"

#define CA_FILE "/etc/ssl/certs/ca-certificates.crt"
#define WAY_OUT "; to go on without it: cantle cache add FILE"

struct transfer {
	const struct http_get *get;
	CURL *easy;
	CURLM *multi;
	uint64_t done_bytes;
	const char *refusal; /* why the last address was not connected to */
	char refused[64];
	char message[CURL_ERROR_SIZE];
	struct err cause; /* what a callback failed with */
};

/* Kind and step of what libcurl reports; the rest is fetch.network. */
static const struct {
	CURLcode code;
	enum err_kind kind;
	const char *step;
	const char *text;
} failures[] = {
	{CURLE_COULDNT_RESOLVE_HOST, ERR_PEER, "fetch.resolve", "the host name does not resolve"},
	{CURLE_COULDNT_CONNECT, ERR_PEER, "fetch.connect", "no connection"},
	{CURLE_OPERATION_TIMEDOUT, ERR_PEER, "fetch.timeout", "no answer in time"},
	{CURLE_PARTIAL_FILE, ERR_PEER, "fetch.truncated", "the server cut the body short"},
	{CURLE_GOT_NOTHING, ERR_PEER, "fetch.truncated", "the server answered nothing"},
	{CURLE_RECV_ERROR, ERR_PEER, "fetch.truncated", "the connection broke"},
	{CURLE_TOO_MANY_REDIRECTS, ERR_DENIED, "fetch.redirect", "too many redirects"},
	{CURLE_UNSUPPORTED_PROTOCOL, ERR_DENIED, "fetch.redirect",
		"it redirects to neither http nor https"},
	{CURLE_LOGIN_DENIED, ERR_DENIED, "fetch.redirect",
		"it redirects to a URL with a user name"},
	{CURLE_FILESIZE_EXCEEDED, ERR_LIMIT, "fetch.limit", "it is longer than allowed"},
	{CURLE_PEER_FAILED_VERIFICATION, ERR_PEER, "fetch.tls", "its certificate is not trusted"},
	{CURLE_SSL_CONNECT_ERROR, ERR_PEER, "fetch.tls", "no TLS connection"},
	{CURLE_SSL_CACERT_BADFILE, ERR_OS, "fetch.tls", "no CA certificates in " CA_FILE},
};

static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
	struct transfer *t = context;
	size_t len = size * n;
	if (err_is_set(&t->cause))
		return 0;
	if (len > t->get->max_bytes - t->done_bytes) {
		struct url_shown shown = url_show(t->get->url);
		err_set(&t->cause, ERR_LIMIT, EFBIG, "fetch.limit",
			"'%s' is longer than %llu bytes", shown.text,
			(unsigned long long)t->get->max_bytes);
		return 0;
	}
	t->done_bytes += len;
	return t->get->on_body(t->get->context, span_make(bytes, len), &t->cause) < 0 ? 0 : len;
}

static const char *refusal_of(const struct transfer *t, const struct curl_sockaddr *to)
{
	struct address a;
	const char *why;
	if (!address_of(&to->addr, &a))
		return "is of an unknown family";
	if (address_is_allowed(t->get->addresses, &a))
		return NULL;
	why = address_refusal(t->get->addresses, &a);
	if (!why && address_is_local(&to->addr, (socklen_t)to->addrlen))
		why = "is an address of this machine";
	return why;
}

static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *t = context;
	const char *why = purpose == CURLSOCKTYPE_IPCXN ? refusal_of(t, to) : "is of no use";
	if (!why)
		return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	t->refusal = why;
	getnameinfo(&to->addr, (socklen_t)to->addrlen, t->refused, sizeof(t->refused), NULL, 0,
		NI_NUMERICHOST);
	return CURL_SOCKET_BAD;
}

/* An option that this libcurl does not know would be a rule that does not hold. */
#define SET(option, value)                                                                         \
	do {                                                                                       \
		if (curl_easy_setopt(t->easy, option, value) != CURLE_OK)                          \
			return err_set(                                                            \
				err, ERR_BUG, 0, "fetch.network", "libcurl refuses " #option);     \
	} while (0)

static int set_rules(struct transfer *t, struct err *err)
{
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 1L);
	SET(CURLOPT_MAXREDIRS, (long)HTTP_REDIRECTS_MAX);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_UNRESTRICTED_AUTH, 0L);
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_CAINFO, CA_FILE);
	SET(CURLOPT_FAILONERROR, 1L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_USERAGENT, "cantle-broker");
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)t->get->connect_timeout_ms);
	SET(CURLOPT_LOW_SPEED_LIMIT, (long)HTTP_STALL_BYTES);
	SET(CURLOPT_LOW_SPEED_TIME, (long)HTTP_STALL_S);
	SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->get->max_bytes);
	return 0;
}

static int set_callbacks(struct transfer *t, const char *url, struct err *err)
{
	SET(CURLOPT_URL, url);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	SET(CURLOPT_OPENSOCKETDATA, t);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_ERRORBUFFER, t->message);
	if (curl_multi_add_handle(t->multi, t->easy) != CURLM_OK)
		return err_set(err, ERR_BUG, 0, "fetch.network", "libcurl refuses the transfer");
	return 0;
}

static int tick(struct transfer *t, struct err *err)
{
	curl_off_t total = 0;
	curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &total);
	return t->get->on_tick(
		t->get->context, t->done_bytes, total > 0 ? (uint64_t)total : 0, err);
}

/* The server chose these bytes. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static int fail(struct transfer *t, CURLcode code, struct err *err)
{
	struct url_shown shown = url_show(t->get->url);
	long number = 0;
	if (err_is_set(&t->cause)) {
		*err = t->cause;
		return -1;
	}
	make_printable(t->message);
	if (code == CURLE_HTTP_RETURNED_ERROR || code == CURLE_OK) {
		curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &number);
		return err_set(err, ERR_PEER, 0, "fetch.http",
			"'%s': the server answers with status %ld" WAY_OUT, shown.text, number);
	}
	if (code == CURLE_COULDNT_CONNECT && t->refusal)
		return err_set(err, ERR_DENIED, 0, "fetch.denied",
			"'%s': %s %s: the broker does not connect there", shown.text, t->refused,
			t->refusal);
	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
	if (code != CURLE_COULDNT_CONNECT)
		number = 0;
	for (size_t i = 0; i < ARRAY_LEN(failures); i++)
		if (failures[i].code == code)
			return err_set(err, failures[i].kind, (int)number, failures[i].step,
				"'%s': %s (%.100s)" WAY_OUT, shown.text, failures[i].text,
				t->message);
	return err_set(err, ERR_PEER, 0, "fetch.network", "'%s': %.100s" WAY_OUT, shown.text,
		t->message[0] ? t->message : curl_easy_strerror(code));
}

static int finish(struct transfer *t, struct err *err)
{
	const CURLMsg *message;
	long status = 0;
	int left;
	while ((message = curl_multi_info_read(t->multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
		if (message->data.result != CURLE_OK || status != 200)
			return fail(t, message->data.result, err);
		return tick(t, err);
	}
	return err_set(err, ERR_BUG, 0, "fetch.network", "libcurl ended without a result");
}

static int run(struct transfer *t, struct err *err)
{
	struct curl_waitfd watch[HTTP_WATCH_MAX];
	int running = 1;
	BUG_IF(t->get->n_watch > HTTP_WATCH_MAX, "a download watches few descriptors");
	for (;;) {
		if (curl_multi_perform(t->multi, &running) != CURLM_OK)
			return err_set(err, ERR_BUG, 0, "fetch.network", "libcurl fails");
		if (!running)
			return finish(t, err);
		if (tick(t, err) < 0)
			return -1;
		/* No events: only a hang-up of the other end wakes. */
		for (size_t i = 0; i < t->get->n_watch; i++)
			watch[i] = (struct curl_waitfd){.fd = t->get->watch[i]};
		if (curl_multi_poll(t->multi, watch, (unsigned)t->get->n_watch, HTTP_TICK_MS,
			    NULL) != CURLM_OK)
			return err_set(err, ERR_BUG, 0, "fetch.network", "libcurl cannot wait");
	}
}

int http_get(const struct http_get *get, struct err *err)
{
	struct transfer t = {.get = get, .cause = ERR_INIT};
	scoped_free char *url = strndup(get->url.ptr, get->url.len);
	int rc = -1;
	t.easy = curl_easy_init();
	t.multi = curl_multi_init();
	if (!url || !t.easy || !t.multi)
		err_set(err, ERR_LIMIT, ENOMEM, "fetch.network", "start a download");
	else if (set_rules(&t, err) == 0 && set_callbacks(&t, url, err) == 0)
		rc = run(&t, err);
	if (t.multi && t.easy)
		curl_multi_remove_handle(t.multi, t.easy);
	curl_easy_cleanup(t.easy);
	curl_multi_cleanup(t.multi);
	return rc;
}
