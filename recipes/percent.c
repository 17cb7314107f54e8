/* SPDX-License-Identifier: Apache-2.0 */
/* Python's '%' formatting with a mapping, as far as option values use it. */
#include "recipes/percent.h"

/* `rest` starts behind "%(": replace up to ")s" and move past it. */
static int format_name(struct span *rest, percent_lookup_fn *lookup, void *context, struct str *ret,
	struct err *err)
{
	ptrdiff_t close = span_index(*rest, ')');
	struct span name;
	int found;
	if (close < 0)
		return err_set(err, ERR_INPUT, 0, "percent.format",
			"'%%(%.*s' has no closing parenthesis; write %%%% for a percent sign",
			SPAN_ARG(span_first(*rest, 40)));
	name = span_first(*rest, (size_t)close);
	*rest = span_from(*rest, (size_t)close + 1);
	if (!span_starts(*rest, "s"))
		return err_set(err, ERR_INPUT, 0, "percent.format",
			"'%%(%.*s)' must be followed by 's'", SPAN_ARG(name));
	*rest = span_from(*rest, 1);
	found = lookup(context, name, ret, err);
	if (found > 0)
		return err_set(err, ERR_INPUT, 0, "percent.format",
			"'%%(%.*s)s' names nothing that is set", SPAN_ARG(name));
	return found;
}

int percent_format(struct span text, percent_lookup_fn *lookup, void *context, struct str *ret,
	struct err *err)
{
	for (;;) {
		ptrdiff_t at = span_index(text, '%');
		if (at < 0) {
			str_add(ret, text);
			return str_check(ret, err);
		}
		str_add(ret, span_first(text, (size_t)at));
		text = span_from(text, (size_t)at + 1);
		if (span_starts(text, "%")) {
			str_addc(ret, '%');
			text = span_from(text, 1);
		} else if (span_starts(text, "(")) {
			text = span_from(text, 1);
			if (format_name(&text, lookup, context, ret, err) < 0)
				return -1;
		} else {
			return err_set(err, ERR_INPUT, 0, "percent.format",
				"stray '%%' before '%.*s'; write %%%% for a percent sign",
				SPAN_ARG(span_first(text, 20)));
		}
	}
}
