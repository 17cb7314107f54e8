/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a sealed plan: what passes verification can be walked and printed. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "isolate/plan/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The launcher maps the image: a copy of its own gives it the alignment that a mapping has. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct plan_floor floor = {.node = 3, .n_roots = 2, .has_faults = false};
	struct err err = ERR_INIT;
	struct plan_view view;
	char *image = malloc(size + 1);

	if (!image)
		return 0;
	memcpy(image, bytes, size);
	if (plan_verify((struct span){image, size}, &floor, &view, &err) == 0) {
		struct str out = STR_INIT;

		plan_print(&view, &out);
		ERR_IGNORED(plan_filter_check(
			&view, ignored)); /* any program, without an error of ours */
		str_done(&out);
	}
	free(image);
	return 0;
}
