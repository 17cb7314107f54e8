/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at the merged configuration: zc.buildout's query and annotate. */
#pragma once

#include "engine/engine.h"

/*
 * Shape:  raw text of options after extends, `+=`, `-=` and assignments; macros not expanded,
 *         nothing substituted.
 * Source: zc.buildout 3.0.1 Buildout.query(), Buildout.annotate().
 */
int query_main(
	struct engine_request *request, const struct span *words, size_t n_words, int verbosity);
int annotate_main(struct engine_request *request, const struct span *sections, size_t n_sections);
