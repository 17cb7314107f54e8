/* SPDX-License-Identifier: Apache-2.0 */
/* Values of options that several recipes read alike: modes, checksums, URLs with a checksum. */
#include "recipes/option.h"

#include <strings.h>

#include "base/bug.h"
#include "engine/recipe.h"

int option_fail(struct part *part, const char *key, const struct err *cause, struct err *err)
{
	return part_error_at(part, key, err, "option '%s': %s", key, cause->text);
}

int option_no_memory(struct err *err)
{
	return err_set(err, ERR_LIMIT, ENOMEM, "recipe.memory", "the engine's memory is used up");
}

int option_mode(struct part *part, const char *key, int *ret_mode, struct err *err)
{
	struct span text;
	unsigned mode = 0;
	if (part_get_or(part, key, "", &text, err) < 0)
		return -1;
	text = span_trim(text);
	if (text.len == 0) {
		*ret_mode = -1;
		return 0;
	}
	if (span_starts(text, "0o"))
		text = span_from(text, 2);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '7' || mode > 07777 / 8)
			return part_error_at(part, key, err,
				"option '%s' is not an octal mode such as 0644: '%.*s'", key,
				SPAN_ARG(text));
		mode = mode * 8 + (unsigned)(text.ptr[i] - '0');
	}
	if (text.len == 0)
		return part_error_at(
			part, key, err, "option '%s' is not an octal mode such as 0644", key);
	*ret_mode = (int)mode;
	return 0;
}

int option_truth(struct part *part, const char *key, bool fallback, bool *ret, struct err *err)
{
	static const char *const yes[] = {"y", "yes", "1", "true"};
	struct span text;
	bool is_true = false;
	if (!part_has(part, key)) {
		*ret = fallback;
		return 0;
	}
	if (part_get(part, key, &text, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		is_true |=
			text.len == strlen(yes[i]) && strncasecmp(text.ptr, yes[i], text.len) == 0;
	*ret = is_true;
	return 0;
}

static int get_checksum(struct part *part, const char *key, enum hash_kind kind,
	struct checksum *ret, struct err *err)
{
	struct span text;
	if (part_get_or(part, key, "", &text, err) < 0)
		return -1;
	text = span_trim(text);
	*ret = (struct checksum){.kind = HASH_NONE};
	if (text.len == 0)
		return 0;
	if (!hash_hex_valid(kind, text))
		return part_error_at(part, key, err,
			"option '%s' is not a checksum of %zu hexadecimal digits: '%.*s'", key,
			hash_hex_len(kind), SPAN_ARG(text));
	*ret = (struct checksum){.kind = kind, .hex = text};
	return 0;
}

int option_checksums(struct part *part, struct checksums *ret, struct err *err)
{
	if (get_checksum(part, "md5sum", HASH_MD5, &ret->md5, err) < 0)
		return -1;
	return get_checksum(part, "sha256sum", HASH_SHA256, &ret->sha256, err);
}

int option_url(struct part *part, const char *key, struct span token, struct span *ret_url,
	struct checksum *ret_sum, struct err *err)
{
	enum hash_kind kind = HASH_MD5;
	struct span hex;
	size_t at = token.len;
	while (at > 0 && token.ptr[at - 1] != '#')
		at--;
	*ret_url = token;
	*ret_sum = (struct checksum){.kind = HASH_NONE};
	if (at == 0)
		return 0;
	hex = span_from(token, at);
	if (span_starts(hex, "sha256=")) {
		kind = HASH_SHA256;
		hex = span_from(hex, 7);
	} else if (span_starts(hex, "md5=")) {
		hex = span_from(hex, 4);
	}
	if (!hash_hex_valid(kind, hex))
		return part_error_at(part, key, err,
			"option '%s': what follows '#' in '%.*s' is not a checksum; write "
			"URL#<md5> or URL#sha256=<hex>",
			key, SPAN_ARG(token));
	*ret_url = part_span(part, span_first(token, at - 1));
	*ret_sum = (struct checksum){.kind = kind, .hex = part_span(part, hex)};
	return ret_url->ptr && ret_sum->hex.ptr ? 0 : option_no_memory(err);
}
