/* SPDX-License-Identifier: Apache-2.0 */
/* Where this host's cgroup controllers live. */
#include "node/cgroup_probe.h"

#include <string.h>

#include "base/path.h"

static const char *const names[CGROUP_N] = {
	[CGROUP_MEMORY] = "memory",
	[CGROUP_PIDS] = "pids",
	[CGROUP_CPU] = "cpu",
};

/* Which of our controllers stand in a list separated by c. False: none. */
static bool note_controllers(struct span list, char c, bool has[CGROUP_N])
{
	struct span word;
	bool any = false;
	while (span_cut(&list, c, &word))
		for (size_t i = 0; i < CGROUP_N; i++)
			if (span_is(word, names[i]))
				any = has[i] = true;
	return any;
}

/* "36 35 0:30 / /sys/fs/cgroup/pids rw,... shared:12 - cgroup cgroup rw,pids": only a whole hierarchy
 * (root "/") is a place for groups of ours. */
static bool parse_line(struct span line, struct cgroup_mount *ret)
{
	struct span words[6];
	struct span word;
	struct span rest = line;
	struct span type;
	for (size_t i = 0; i < 6; i++)
		if (!span_word(&rest, &words[i]))
			return false;
	while (span_word(&rest, &word) && !span_is(word, "-"))
		continue;
	if (!span_word(&rest, &type) || !span_word(&rest, &word) || !span_word(&rest, &word) ||
		!span_is(words[3], "/"))
		return false;
	*ret = (struct cgroup_mount){.path = words[4], .is_v2 = span_is(type, "cgroup2")};
	if (ret->is_v2)
		return true;
	return span_is(type, "cgroup") && note_controllers(word, ',', ret->has);
}

size_t cgroup_mounts(struct span mountinfo, struct cgroup_mount ret[CGROUP_ROOTS_MAX])
{
	struct span line;
	size_t n = 0;
	while (n < CGROUP_ROOTS_MAX && span_cut(&mountinfo, '\n', &line)) {
		struct cgroup_mount mount;
		bool is_known = false;
		if (!parse_line(line, &mount))
			continue;
		/* A hierarchy that is mounted twice counts once. */
		for (size_t i = 0; i < n; i++)
			is_known |= ret[i].is_v2 == mount.is_v2 &&
				    memcmp(ret[i].has, mount.has, sizeof(mount.has)) == 0;
		if (!is_known)
			ret[n++] = mount;
	}
	return n;
}

/* cgroup.controllers of the v2 root lists what no v1 hierarchy has taken. */
static int note_unified(struct fd_dir root, struct cgroup_mount *mount, struct err *err)
{
	scoped_str struct str text = STR_INIT;
	if (path_read(root, "cgroup.controllers", 4096, &text, err) < 0)
		return -1;
	note_controllers(span_trim(str_span(&text)), ' ', mount->has);
	return 0;
}

static int open_root(struct cgroup_mount *mount, struct fd_dir *ret, struct err *err)
{
	scoped_str struct str path = STR_INIT;
	str_add(&path, mount->path);
	ret->fd = open(str_cstr(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ret->fd < 0)
		return err_set(err, ERR_OS, errno, "cgroup.probe", "open '%s'", str_cstr(&path));
	return mount->is_v2 ? note_unified(*ret, mount, err) : 0;
}

int cgroup_probe(struct cgroup_layout *ret, struct fd_dir roots[CGROUP_ROOTS_MAX], size_t *ret_n,
	struct err *err)
{
	scoped_str struct str text = STR_INIT;
	scoped_fd_dir proc = {open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)};
	struct cgroup_mount mounts[CGROUP_ROOTS_MAX];
	struct cgroup_layout layout = {.unified = 0};
	if (path_read(proc, "self/mountinfo", 16 << 20, &text, err) < 0)
		return -1;
	*ret_n = cgroup_mounts(str_span(&text), mounts);
	for (size_t i = 0; i < *ret_n; i++) {
		uint32_t root = (uint32_t)(PLAN_ROOT_CGROUP + i);
		if (open_root(&mounts[i], &roots[i], err) < 0)
			return -1;
		if (mounts[i].is_v2)
			layout.unified = root;
		for (size_t k = 0; k < CGROUP_N; k++)
			if (mounts[i].has[k] && !layout.at[k].root)
				layout.at[k] = (struct cgroup_place){root, !mounts[i].is_v2};
	}
	*ret = layout;
	return 0;
}
