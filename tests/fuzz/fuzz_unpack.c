/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an archive: whatever it does stays in its directory, and has no special mode. */
#include <dirent.h>
#include <fts.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/bug.h"
#include "base/path.h"
#include "recipes/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_tree(const char *top)
{
	char *roots[] = {strdup(top), NULL};
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;

	BUG_IF(!tree, "the directory can be read");
	while ((entry = fts_read(tree))) {
		mode_t mode = entry->fts_statp->st_mode;
		if (entry->fts_info == FTS_DP)
			continue;
		BUG_IF(!S_ISREG(mode) && !S_ISDIR(mode) && !S_ISLNK(mode), "no special files");
		BUG_IF(!S_ISLNK(mode) && (mode & 07022), "no special modes");
	}
	fts_close(tree);
	free(roots[0]);
}

static void check_outside(const char *top)
{
	DIR *dir = opendir(top);
	struct dirent *d;

	BUG_IF(!dir, "the parent can be read");
	while ((d = readdir(dir)))
		BUG_IF(d->d_name[0] != '.' && strcmp(d->d_name, "out") != 0, "nothing leads out");
	closedir(dir);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct unpack_limits limits = {32, 64 << 10};
	char top[] = "/tmp/cantle-fuzz.XXXXXX";
	char out[sizeof(top) + 4];
	struct fd_file file = {memfd_create("archive", MFD_CLOEXEC)};
	struct fd_dir into = FD_INIT;
	struct fd_dir tmp = {open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	struct unpack_report report;
	struct err err = ERR_INIT;

	BUG_IF(write(file.fd, bytes, size) != (ssize_t)size || !mkdtemp(top), "there is room");
	lseek(file.fd, 0, SEEK_SET);
	(void)snprintf(out, sizeof(out), "%s/out", top);
	BUG_IF(mkdir(out, 0755) < 0, "there is room");
	into.fd = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (unpack_archive(file, into, &limits, &report, &err) == 0)
		(void)!unpack_hoist(into, UNPACK_STRIP_AUTO, &err);
	check_tree(out);
	check_outside(top);
	err_clear(&err);
	BUG_IF(path_remove_tree(tmp, top + 5, &err) < 0, "the directory can be removed");
	fd_dir_close(&into);
	fd_dir_close(&tmp);
	fd_file_close(&file);
	return 0;
}
