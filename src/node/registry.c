/* SPDX-License-Identifier: Apache-2.0 */
/* The machine-wide registry of nodes. */
#include "node/registry.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/path.h"

#define REGISTRY_PATH "/var/lib/cantle-nodes"
enum { RECORD_MAX = 5000, UUID_LEN = 36, ULA_BYTES = 6 };

struct record {
	unsigned number;
	char uuid[UUID_LEN + 1];
};

static int random_bytes(void *buf, size_t n, struct err *err)
{
	if (getrandom(buf, n, 0) != (ssize_t)n)
		return err_set(err, ERR_OS, errno, "registry.open", "read random bytes");
	return 0;
}

static int make_uuid(char ret[UUID_LEN + 1], struct err *err)
{
	uint8_t r[16];
	if (random_bytes(r, sizeof(r), err) < 0)
		return -1;
	r[6] = (uint8_t)((r[6] & 0x0f) | 0x40); /* RFC 9562: version 4, variant 1 */
	r[8] = (uint8_t)((r[8] & 0x3f) | 0x80);
	for (int i = 0, at = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			ret[at++] = '-';
		snprintf(ret + at, 3, "%02x", r[i]);
		at += 2;
	}
	return 0;
}

/* 0 read, 1 absent */
static int read_record(struct fd_dir at, const char *name, struct str *ret, struct err *err)
{
	str_cut(ret, 0);
	if (path_read(at, name, RECORD_MAX, ret, err) == 0)
		return 0;
	if (err->num != ENOENT)
		return -1;
	err_clear(err);
	return 1;
}

static bool parse_id(struct span text, struct record *ret)
{
	struct span number;
	struct span uuid;
	uint64_t n;
	if (!span_word(&text, &number) || !span_word(&text, &uuid) || !span_parse_u64(number, &n) ||
		n >= LIMIT_NODES || uuid.len != UUID_LEN)
		return false;
	ret->number = (unsigned)n;
	memcpy(ret->uuid, uuid.ptr, UUID_LEN);
	ret->uuid[UUID_LEN] = '\0';
	return true;
}

static int state_record(struct fd_dir state, struct record *ret, struct err *err)
{
	scoped_str struct str text = STR_INIT;
	int found = read_record(state, "id", &text, err);
	if (found != 0)
		return found;
	if (!parse_id(str_span(&text), ret))
		return err_set(err, ERR_INPUT, 0, "registry.conflict",
			"file 'id' of the state directory is damaged; restore it, or remove the "
			"directory");
	return 0;
}

/* Has the living state directory of the registry's entry gone? */
static bool entry_is_stale(struct span entry)
{
	scoped_str struct str path = STR_INIT;
	scoped_fd_dir state = FD_INIT;
	struct record record;
	struct span uuid;
	struct err err = ERR_INIT;
	if (!span_word(&entry, &uuid))
		return true;
	str_add(&path, span_trim(entry));
	state.fd = open(str_cstr(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return state.fd < 0 || state_record(state, &record, &err) != 0 ||
	       !span_eq(span_str(record.uuid), uuid);
}

struct registry {
	struct fd_dir dir;
	const struct fd_dir *groups;
	size_t n_groups;
};

static bool has_groups(const struct registry *r, unsigned number)
{
	char name[24];
	snprintf(name, sizeof(name), "cantle-%u", number);
	for (size_t i = 0; i < r->n_groups; i++)
		if (faccessat(r->groups[i].fd, name, F_OK, 0) == 0)
			return true;
	return false;
}

/* Does a command of the node that has this number run? */
static bool is_held(const struct registry *r, const char *name)
{
	scoped_fd fd = openat(r->dir.fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0;
}

static int hold(const struct registry *r, unsigned number, struct fd_file *ret, struct err *err)
{
	char name[12];
	snprintf(name, sizeof(name), "%u", number);
	if (path_open(r->dir, name, O_RDONLY, 0, ret, err) < 0)
		return -1;
	return flock(ret->fd, LOCK_SH) == 0
		       ? 0
		       : err_set(err, ERR_OS, errno, "registry.open", "lock entry %u", number);
}

static int write_entry(struct fd_dir registry, const struct record *record, const char *state_path,
	struct err *err)
{
	scoped_str struct str text = STR_INIT;
	char name[12];
	snprintf(name, sizeof(name), "%u", record->number);
	str_addf(&text, "%s %s\n", record->uuid, state_path);
	return path_write_atomic(registry, name, str_span(&text), 0644, err);
}

/* 1: the number may be taken */
static int is_free(const struct registry *r, unsigned number, bool with_groups, struct err *err)
{
	scoped_str struct str text = STR_INIT;
	char name[12];
	int found;
	snprintf(name, sizeof(name), "%u", number);
	found = read_record(r->dir, name, &text, err);
	if (found < 0)
		return -1;
	if (found == 0 && (!entry_is_stale(str_span(&text)) || is_held(r, name)))
		return 0;
	return with_groups || !has_groups(r, number);
}

static int take_number(const struct registry *r, struct fd_dir state, const char *state_path,
	struct record *ret, struct err *err)
{
	scoped_str struct str text = STR_INIT;
	/* Groups without a node are what somebody left who removed its files: those numbers come last. */
	for (unsigned i = 0; i < 2 * LIMIT_NODES; i++) {
		int found;
		ret->number = i % LIMIT_NODES;
		found = is_free(r, ret->number, i >= LIMIT_NODES, err);
		if (found < 0)
			return -1;
		if (!found)
			continue;
		if (make_uuid(ret->uuid, err) < 0 || write_entry(r->dir, ret, state_path, err) < 0)
			return -1;
		str_cut(&text, 0);
		str_addf(&text, "%u %s\n", ret->number, ret->uuid);
		return path_write_atomic(state, "id", str_span(&text), 0644, err);
	}
	return err_set(err, ERR_LIMIT, 0, "registry.full",
		"all %d node numbers of this machine are taken (see %s, and groups cantle-* of "
		"the machine)",
		LIMIT_NODES, REGISTRY_PATH);
}

/* The entry of a known state directory: present and ours, or put back where it is missing. */
static int verify_entry(struct fd_dir registry, const struct record *record, const char *state_path,
	struct err *err)
{
	scoped_str struct str text = STR_INIT;
	char name[12];
	int found;
	snprintf(name, sizeof(name), "%u", record->number);
	found = read_record(registry, name, &text, err);
	if (found < 0)
		return -1;
	if (found == 0 && span_starts(str_span(&text), record->uuid))
		return 0;
	if (found == 0 && !entry_is_stale(str_span(&text)))
		return err_set(err, ERR_INPUT, 0, "registry.conflict",
			"node number %u of '%s' belongs to another state directory now (%s/%s): "
			"this one is a copy, or was out of sight when the other took its number",
			record->number, state_path, REGISTRY_PATH, name);
	return write_entry(registry, record, state_path, err);
}

static int machine_prefix(struct fd_dir registry, uint8_t ret[8], struct err *err)
{
	scoped_str struct str text = STR_INIT;
	int found = read_record(registry, "prefix", &text, err);
	if (found < 0)
		return -1;
	if (found == 0 && span_parse_hex(span_trim(str_span(&text)), ret, ULA_BYTES))
		return 0;
	if (random_bytes(ret, ULA_BYTES, err) < 0)
		return -1;
	ret[0] = 0xfd;
	str_cut(&text, 0);
	for (int i = 0; i < ULA_BYTES; i++)
		str_addf(&text, "%02x", ret[i]);
	str_addc(&text, '\n');
	return path_write_atomic(registry, "prefix", str_span(&text), 0644, err);
}

/*
 * A new node takes an empty directory, never somebody's: `destroy --node` would remove what there has
 * our names. A crash between the two steps of writing 'id' leaves its temporary file.
 */
static int check_empty(struct fd_dir state, const char *state_path, struct err *err)
{
	int fd = openat(state.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int result = 0;
	if (!list) {
		err_set(err, ERR_OS, errno, "boot.state", "list '%s'", state_path);
		fd_close(&fd);
		return -1;
	}
	while (result == 0 && (entry = readdir(list)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
			strcmp(entry->d_name, "lost+found") != 0 &&
			strcmp(entry->d_name, "id.tmp") != 0)
			result = err_set(err, ERR_INPUT, 0, "boot.state",
				"'%s' is no node's state directory, and not empty: it has '%s'; "
				"name another with --state",
				state_path, entry->d_name);
	closedir(list);
	return result;
}

int registry_open(struct fd_dir state, const char *state_path, const struct fd_dir *groups,
	size_t n_groups, struct registry_node *ret, struct err *err)
{
	scoped_fd_dir registry = FD_INIT;
	struct registry r = {.groups = groups, .n_groups = n_groups};
	struct record record = {0};
	int known;
	if (mkdir(REGISTRY_PATH, 0755) < 0 && errno != EEXIST)
		return err_set(err, ERR_OS, errno, "registry.open", "make '%s'", REGISTRY_PATH);
	registry.fd = open(REGISTRY_PATH, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (registry.fd < 0)
		return err_set(err, ERR_OS, errno, "registry.open", "open '%s'", REGISTRY_PATH);
	if (flock(registry.fd, LOCK_EX) < 0)
		return err_set(err, ERR_OS, errno, "registry.open", "lock '%s'", REGISTRY_PATH);
	r.dir = registry;
	known = state_record(state, &record, err);
	if (known < 0 || (known == 0 && verify_entry(registry, &record, state_path, err) < 0) ||
		(known == 1 && check_empty(state, state_path, err) < 0) ||
		(known == 1 && take_number(&r, state, state_path, &record, err) < 0) ||
		hold(&r, record.number, &ret->entry, err) < 0 ||
		machine_prefix(registry, ret->prefix, err) < 0)
		return -1;
	flock(registry.fd, LOCK_UN);
	ret->number = record.number;
	memcpy(ret->uuid, record.uuid, sizeof(record.uuid));
	ret->prefix[6] = 0;
	ret->prefix[7] = (uint8_t)record.number;
	ret->registry = fd_dir_take(&registry);
	return 0;
}
