/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a command line, a %-format and a JSON parameter; quoted words read back as they were. */
#include <stdlib.h>

#include "base/bug.h"
#include "recipes/percent.h"
#include "recipes/pyvalue.h"
#include "recipes/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void split_and_quote(struct span text)
{
	struct arena arena = ARENA_INIT(16 << 20);
	struct words words = {0};
	struct words again = {0};
	struct str quoted = STR_INIT;
	struct err err = ERR_INIT;

	if (words_parse(text, &arena, &words, &err) == 0) {
		for (size_t i = 0; i < words.n; i++) {
			words_quote(&quoted, words.items[i]);
			str_addc(&quoted, ' ');
		}
		BUG_IF(words_parse(str_span(&quoted), &arena, &again, &err) < 0,
			"what is quoted can be read");
		BUG_IF(again.n != words.n, "as many words come back");
		for (size_t i = 0; i < words.n; i++)
			BUG_IF(!span_eq(words.items[i], again.items[i]),
				"the same words come back");
	}
	str_done(&quoted);
	arena_done(&arena);
}

static int look_up(void *context, struct span name, struct str *ret, struct err *err)
{
	(void)context;
	(void)err;
	str_add(ret, name);
	return name.len == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct span text = span_make((const char *)bytes, size);
	struct str out = STR_INIT;
	struct err err = ERR_INIT;
	json_t *value;

	split_and_quote(text);
	(void)!percent_format(text, look_up, NULL, &out, &err);
	err_clear(&err);
	str_cut(&out, 0);
	if (pyvalue_parse(text, &value, &err) == 0) {
		pyvalue_add(&out, value);
		json_decref(value);
	}
	str_done(&out);
	return 0;
}
