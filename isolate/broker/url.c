/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a URL that a partition asks for. */
#include "isolate/broker/url.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "wire/msg_broker.h"

struct url_shown url_show(struct span url)
{
	struct url_shown s = {""};
	size_t n = url.len < URL_SHOWN ? url.len : URL_SHOWN;
	for (size_t i = 0; i < n; i++)
		s.text[i] = url.ptr[i] > ' ' && url.ptr[i] < 0x7f ? url.ptr[i] : '?';
	if (n < url.len)
		memcpy(s.text + n, "...", 3);
	return s;
}

static int refuse(struct span url, const char *why, struct err *err)
{
	struct url_shown shown = url_show(url);
	return err_set(err, ERR_INPUT, 0, "fetch.url", "'%s' %s", shown.text, why);
}

static bool has_scheme(struct span url, const char *scheme)
{
	size_t n = strlen(scheme);
	return url.len > n && strncasecmp(url.ptr, scheme, n) == 0;
}

/* True where the part is there (or the URL cannot be taken apart at all). */
static bool has_part(CURLU *parsed, CURLUPart part)
{
	char *text = NULL;
	CURLUcode code = curl_url_get(parsed, part, &text, 0);
	curl_free(text);
	return code == CURLUE_OK;
}

static int parsed_check(CURLU *parsed, const char *text, struct span url, struct err *err)
{
	CURLUcode code = curl_url_set(parsed, CURLUPART_URL, text, 0);
	if (code != CURLUE_OK)
		return refuse(url, curl_url_strerror(code), err);
	if (has_part(parsed, CURLUPART_USER) || has_part(parsed, CURLUPART_PASSWORD) ||
		has_part(parsed, CURLUPART_OPTIONS))
		return refuse(
			url, "holds a user name: credentials do not belong in a profile", err);
	if (!has_part(parsed, CURLUPART_HOST))
		return refuse(url, "names no host", err);
	return 0;
}

int url_check(struct span url, struct err *err)
{
	scoped_free char *text = NULL;
	CURLU *parsed;
	int rc;
	if (url.len == 0 || url.len > LIMIT_FETCH_URL)
		return refuse(url, "is empty or too long", err);
	for (size_t i = 0; i < url.len; i++)
		if (url.ptr[i] <= ' ' || url.ptr[i] >= 0x7f)
			return refuse(url, "holds a space or a byte outside ASCII; escape it", err);
	if (!has_scheme(url, "http://") && !has_scheme(url, "https://"))
		return refuse(url, "is neither http:// nor https://", err);
	text = strndup(url.ptr, url.len);
	parsed = curl_url();
	if (!text || !parsed)
		rc = err_set(err, ERR_LIMIT, ENOMEM, "fetch.url", "parse a URL");
	else
		rc = parsed_check(parsed, text, url, err);
	curl_url_cleanup(parsed);
	return rc;
}
