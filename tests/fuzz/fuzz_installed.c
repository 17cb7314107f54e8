/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as .installed.cfg: refused, or what is read survives being written and read again. */
#include "base/bug.h"
#include "engine/installed.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void compare(const struct installed *a, const struct installed *b)
{
	BUG_IF(a->parts.n != b->parts.n, "all parts are read back");
	for (size_t i = 0; i < a->parts.n; i++) {
		const struct installed_part *x = &a->parts.items[i];
		const struct installed_part *y = &b->parts.items[i];

		BUG_IF(!span_eq(x->name, y->name), "parts keep their names");
		BUG_IF(x->options.n != y->options.n, "all options are read back");
		for (size_t k = 0; k < x->options.n; k++)
			BUG_IF(!installed_same(
				       y->options.items[k].value, x->options.items[k].value),
				"values are read back");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct installed first;
	struct installed second;
	scoped_str struct str text = STR_INIT;
	struct err err = ERR_INIT;

	if (installed_parse(&first, span_make((const char *)bytes, size), &err) < 0)
		return 0;
	installed_format(&first, &text);
	BUG_IF(installed_parse(&second, str_span(&text), &err) < 0, "what is written is readable");
	compare(&first, &second);
	installed_done(&first);
	installed_done(&second);
	return 0;
}
