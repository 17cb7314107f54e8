/* SPDX-License-Identifier: Apache-2.0 */
/* Which partitions run. */
#include "node/running.h"

#include <stdio.h>
#include <string.h>

#include "base/path.h"

enum { FLAG_EXITING = 4 }; /* PF_EXITING of the kernel's <linux/sched.h> */

static int read_proc(const char *rel, struct str *ret, struct err *err)
{
	scoped_fd_dir proc = {open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)};
	return path_read(proc, rel, 4096, ret, err);
}

/* Field 22 stands behind the command's name, which may hold anything but ends at the last ')'. */
static bool parse_stat(struct span text, bool *ret_is_alive, int64_t *ret_starttime)
{
	const char *end = text.len ? memrchr(text.ptr, ')', text.len) : NULL;
	struct span rest = end ? span_from(text, (size_t)(end - text.ptr) + 1) : SPAN_EMPTY;
	struct span word = SPAN_EMPTY;
	uint64_t v;
	for (int field = 3; field <= 22; field++) {
		if (!span_word(&rest, &word))
			return false;
		if (field == 3)
			*ret_is_alive = word.ptr[0] != 'Z' && word.ptr[0] != 'X';
		/* A killed pid 1 is no zombie before all of its partition has ended. */
		if (field == 9 && (!span_parse_u64(word, &v) || v & FLAG_EXITING))
			*ret_is_alive = false;
	}
	if (!span_parse_u64(word, &v))
		return false;
	*ret_starttime = (int64_t)v;
	return true;
}

static int boot_id(struct node *node, const char **ret, struct err *err)
{
	scoped_str struct str text = STR_INIT;
	if (read_proc("sys/kernel/random/boot_id", &text, err) < 0)
		return -1;
	*ret = arena_cstr(&node->arena, span_trim(str_span(&text)));
	return *ret ? 0 : err_set(err, ERR_LIMIT, ENOMEM, "running.boot", "memory");
}

int running_identify(struct node *node, int64_t pid, struct running *ret, struct err *err)
{
	scoped_str struct str text = STR_INIT;
	char rel[40];
	bool is_alive;
	snprintf(rel, sizeof(rel), "%lld/stat", (long long)pid);
	if (read_proc(rel, &text, err) < 0)
		return -1;
	if (!parse_stat(str_span(&text), &is_alive, &ret->starttime))
		return err_set(err, ERR_OS, 0, "running.stat", "/proc/%s is malformed", rel);
	ret->pid = pid;
	return boot_id(node, &ret->boot, err);
}

bool running_is(struct node *node, const struct store_partition *row)
{
	scoped_str struct str text = STR_INIT;
	struct err err = ERR_INIT;
	const char *boot = NULL;
	int64_t starttime = 0;
	char rel[40];
	bool is_alive = false;
	if (row->pid == 0)
		return false;
	snprintf(rel, sizeof(rel), "%lld/stat", (long long)row->pid);
	if (read_proc(rel, &text, &err) < 0 || boot_id(node, &boot, &err) < 0)
		return false;
	return parse_stat(str_span(&text), &is_alive, &starttime) && is_alive &&
	       starttime == row->starttime && strcmp(boot, row->boot) == 0;
}
