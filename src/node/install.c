/* SPDX-License-Identifier: Apache-2.0 */
/* Where our own programs and data lie. */
#include "node/install.h"

#include "base/path.h"

static int own_directory(struct str *ret, struct err *err)
{
	char *room = str_room(ret, 4000);
	ssize_t n = room ? readlink("/proc/self/exe", room, 4000) : -1;
	if (n <= 0)
		return err_set(err, ERR_OS, errno, "install.find", "read /proc/self/exe");
	str_grow(ret, (size_t)n);
	str_cut(ret, path_dir(str_span(ret)).len);
	return 0;
}

static bool open_share(const struct install *install, struct fd_dir *ret)
{
	static const char *const places[] = {"share", "../../share/cantle"};
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		ret->fd =
			openat(install->programs.fd, places[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (ret->fd >= 0)
			return true;
	}
	ret->fd = FD_NONE;
	return false;
}

int install_find(struct install *ret, struct err *err)
{
	struct install found = INSTALL_INIT;
	if (own_directory(&found.programs_path, err) < 0)
		return -1;
	found.programs.fd =
		open(str_cstr(&found.programs_path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (found.programs.fd < 0 || !open_share(&found, &found.share)) {
		err_set(err, ERR_OS, errno, "install.find",
			"no share directory beside '%s': is the installation complete?",
			str_cstr(&found.programs_path));
		install_done(&found);
		return -1;
	}
	*ret = found;
	return 0;
}

void install_done(struct install *install)
{
	fd_dir_close(&install->programs);
	fd_dir_close(&install->share);
	str_done(&install->programs_path);
}

int install_program(
	const struct install *install, const char *name, struct str *ret, struct err *err)
{
	str_cut(ret, 0);
	path_join(ret, str_span(&install->programs_path), span_str(name));
	return str_check(ret, err);
}
