/* SPDX-License-Identifier: Apache-2.0 */
/* slapos.cookbook:symbolic.link: links in one directory to a list of programs. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "engine/recipe.h"
#include "recipes/option.h"
#include "recipes/output.h"
#include "recipes/table.h"

static int make_link(struct part *part, const char *dir, struct span target, struct err *err)
{
	const char *link = part_printf(part, "%s/%.*s", dir, SPAN_ARG(path_base(target)));
	const char *to = part_printf(part, "%.*s", SPAN_ARG(target));
	struct stat st;
	if (!link || !to)
		return option_no_memory(err);
	if (lstat(link, &st) == 0) {
		if (!S_ISLNK(st.st_mode))
			return part_error_at(part, "link-binary", err,
				"Target '%s' already exists but is not a link", link);
		if (unlink(link) < 0)
			return err_set(err, ERR_OS, errno, "symlink.replace", "remove '%s'", link);
	}
	if (part_created(part, link, err) < 0)
		return -1;
	if (symlink(to, link) < 0)
		return err_set(err, ERR_OS, errno, "symlink.make", "link '%s' to '%s'", link, to);
	return part_installed(part, link, err);
}

int symlink_install(struct part *part, struct err *err)
{
	struct span list;
	struct span dir;
	struct span target;
	const char *path;
	if (part_get(part, "link-binary", &list, err) < 0 ||
		part_get(part, "target-directory", &dir, err) < 0)
		return -1;
	path = part_path(part, span_trim(dir));
	if (!path)
		return option_no_memory(err);
	while (span_word(&list, &target))
		if (make_link(part, path, target, err) < 0)
			return -1;
	return 0;
}
