/* SPDX-License-Identifier: Apache-2.0 */
/* Replacing a whole file at an absolute path. */
#include "engine/replace.h"

#include "base/path.h"

int replace_file(const char *path, struct span text, mode_t mode, struct err *err)
{
	scoped_str struct str parent = STR_INIT;
	scoped_str struct str name = STR_INIT;
	scoped_fd_dir dir = FD_INIT;

	str_add(&parent, path_dir(span_str(path)));
	str_add(&name, path_base(span_str(path)));
	if (str_check(&parent, err) < 0 || str_check(&name, err) < 0)
		return -1;
	dir.fd = open(str_cstr(&parent), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir.fd < 0)
		return err_set(err, ERR_OS, errno, "path.open", "open '%s'", str_cstr(&parent));
	return path_write_atomic(dir, str_cstr(&name), text, mode, err);
}

int replace_changed(const char *path, struct span text, mode_t mode, struct err *err)
{
	scoped_str struct str old = STR_INIT_LIMIT(text.len + 1);
	scoped_fd_file file = {open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)};
	struct err ignored = ERR_INIT;

	if (file.fd >= 0 && fd_read_all(file, text.len + 1, &old, &ignored) == 0 &&
		span_eq(str_span(&old), text))
		return 0;
	return replace_file(path, text, mode, err);
}
