/* SPDX-License-Identifier: Apache-2.0 */
/* slapos.recipe.build:mkdirectory and slapos.cookbook:mkdirectory. */
#include <stdlib.h>

#include "base/mem.h"
#include "engine/recipe.h"
#include "recipes/option.h"
#include "recipes/output.h"
#include "recipes/table.h"

/*
 * Every option but the reserved ones is a directory to make, in the order of the paths. Nothing is
 * recorded: what stands in the directories is the user's, and survives the part.
 */
static bool is_reserved(struct span key)
{
	return span_is(key, "recipe") || span_is(key, "_profile_base_location_") ||
	       span_is(key, "_buildout_section_name_") || span_starts(key, "__buildout_");
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int make_sorted(const char **paths, size_t n, unsigned mode, struct err *err)
{
	qsort(paths, n, sizeof(*paths), by_path);
	for (size_t i = 0; i < n; i++)
		if (output_mkdirs(paths[i], mode, err) < 0)
			return -1;
	return 0;
}

static int make_all(struct part *part, const char *reserved, unsigned mode, struct err *err)
{
	const struct span *keys;
	scoped_free const char **paths = NULL;
	size_t n_keys;
	size_t n = 0;
	if (part_keys(part, &keys, &n_keys, err) < 0)
		return -1;
	paths = mem_array(n_keys, sizeof(*paths));
	if (!paths)
		return option_no_memory(err);
	for (size_t i = 0; i < n_keys; i++) {
		struct span value;
		if (is_reserved(keys[i]) || (reserved && span_is(keys[i], reserved)))
			continue;
		if (part_get(part, keys[i].ptr, &value, err) < 0)
			return -1;
		value = span_trim(value);
		if (value.len == 0)
			continue;
		paths[n] = part_path(part, value);
		if (!paths[n++])
			return option_no_memory(err);
	}
	return make_sorted(paths, n, mode, err) < 0 ? err_wrap(err, "part '%s'", part_name(part))
						    : 0;
}

int build_mkdirectory_install(struct part *part, struct err *err)
{
	return make_all(part, NULL, 0777, err);
}

int mkdirectory_init(struct part *part, struct err *err)
{
	int mode;
	return option_mode(part, "mode", &mode, err);
}

int mkdirectory_install(struct part *part, struct err *err)
{
	int mode;
	if (option_mode(part, "mode", &mode, err) < 0)
		return -1;
	return make_all(part, "mode", mode < 0 ? 0777 : (unsigned)mode, err);
}
