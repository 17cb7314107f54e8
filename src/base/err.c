/* SPDX-License-Identifier: Apache-2.0 */
/* The error value: set, wrap, format. */
#include "base/err.h"

#include <stdio.h>
#include <string.h>

#include "base/bug.h"

_Static_assert(sizeof(struct err) == 512, "one record is one atomic write");

static const char *const kind_names[] = {
	"none", "os", "input", "denied", "peer", "child", "limit", "bug"};

int err_set(struct err *err, enum err_kind kind, int num, const char *step, const char *fmt, ...)
{
	va_list ap;
	BUG_IF(err_is_set(err), "an error is set once");
	err->kind = kind;
	err->num = num;
	snprintf(err->step, sizeof(err->step), "%s", step);
	va_start(ap, fmt);
	int n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	err->used = (uint16_t)((size_t)n < sizeof(err->text) ? (size_t)n : sizeof(err->text) - 1);
	return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	char noun[sizeof(err->text)];
	char whole[2 * sizeof(err->text) + 2];
	va_list ap;
	BUG_IF(!err_is_set(err), "only a set error is wrapped");
	va_start(ap, fmt);
	if (vsnprintf(noun, sizeof(noun), fmt, ap) < 0)
		noun[0] = '\0';
	va_end(ap);
	snprintf(whole, sizeof(whole), "%s: %s", noun, err->text);
	whole[sizeof(err->text) - 1] = '\0';
	memcpy(err->text, whole, sizeof(err->text));
	err->used = (uint16_t)strlen(err->text);
	return -1;
}

void err_clear(struct err *err)
{
	memset(err, 0, sizeof(*err));
}

const char *err_kind_name(uint32_t kind)
{
	return kind < ARRAY_LEN(kind_names) ? kind_names[kind] : "bug";
}

void err_format(const struct err *err, const char *program, char *buf, size_t size)
{
	const char *prefix = program ? program : "";
	const char *colon = program ? ": " : "";
	if (err->num)
		snprintf(buf, size, "%s%s%s: %s: %s (%s)", prefix, colon, err->step, err->text,
			strerrordesc_np(err->num) ? strerrordesc_np(err->num) : "unknown error",
			strerrorname_np(err->num) ? strerrorname_np(err->num) : "?");
	else
		snprintf(buf, size, "%s%s%s: %s", prefix, colon, err->step, err->text);
}

void err_sanitize(struct err *err)
{
	if (err->kind == ERR_NONE || err->kind > ERR_BUG)
		err->kind = ERR_BUG;
	err->step[sizeof(err->step) - 1] = '\0';
	err->text[sizeof(err->text) - 1] = '\0';
	err->used = (uint16_t)strlen(err->text);
	if (err->num < 0)
		err->num = -err->num;
}
