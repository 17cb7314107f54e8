/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a policy file (JSON) into its record. */
#include "policy/load.h"

#include <ctype.h>
#include <jansson.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/resource.h>

#include "base/bug.h"
#include "policy/reader.h"

enum {
	POLICY_VERSION = 1,
	NAMESPACES_PARTITION = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC |
			       CLONE_NEWUTS | CLONE_NEWCGROUP,
	LANDLOCK_ABI_MAX = 64,
	PIDS_MAX = 4 << 20, /* the kernel's PID_MAX_LIMIT */
	CPUS_MAX = 1024,
};

static const struct reader_word namespaces[] = {
	{"user", CLONE_NEWUSER},
	{"mount", CLONE_NEWNS},
	{"pid", CLONE_NEWPID},
	{"net", CLONE_NEWNET},
	{"ipc", CLONE_NEWIPC},
	{"uts", CLONE_NEWUTS},
	{"cgroup", CLONE_NEWCGROUP},
	{"time", CLONE_NEWTIME},
};

static const struct reader_word procs[] = {{"full", POLICY_PROC_FULL}, {"pid", POLICY_PROC_PID}};

static const struct reader_word nets[] = {
	{"none", POLICY_NET_NONE},
	{"veth", POLICY_NET_VETH},
	{"host", POLICY_NET_HOST},
};

static const struct reader_word resources[] = {
	{"as", RLIMIT_AS},
	{"core", RLIMIT_CORE},
	{"cpu", RLIMIT_CPU},
	{"data", RLIMIT_DATA},
	{"fsize", RLIMIT_FSIZE},
	{"locks", RLIMIT_LOCKS},
	{"memlock", RLIMIT_MEMLOCK},
	{"msgqueue", RLIMIT_MSGQUEUE},
	{"nice", RLIMIT_NICE},
	{"nofile", RLIMIT_NOFILE},
	{"nproc", RLIMIT_NPROC},
	{"rss", RLIMIT_RSS},
	{"rtprio", RLIMIT_RTPRIO},
	{"rttime", RLIMIT_RTTIME},
	{"sigpending", RLIMIT_SIGPENDING},
	{"stack", RLIMIT_STACK},
};

static int read_version(struct reader *r, json_t *value, void *ctx)
{
	int64_t version = 0;
	(void)ctx;
	return reader_number(r, value, POLICY_VERSION, POLICY_VERSION, &version);
}

/* A name becomes a file name and a word in messages. */
static int read_plain(struct reader *r, json_t *value, char *ret, size_t size)
{
	if (reader_text(r, value, ret, size) < 0)
		return -1;
	for (const char *c = ret; *c; c++)
		if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '-')
			return reader_fail(r, "policy.value", "'%s' is made of a-z, 0-9 and '-'",
				reader_key(r));
	return *ret && *ret != '-' ? 0
				   : reader_fail(r, "policy.value",
					     "'%s' is empty or begins with '-'", reader_key(r));
}

static int read_name(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	return read_plain(r, value, p->name, sizeof(p->name));
}

static int read_seccomp(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	return read_plain(r, value, p->seccomp, sizeof(p->seccomp));
}

static int read_hostname(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	return read_plain(r, value, p->hostname, sizeof(p->hostname));
}

static int read_summary(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	return reader_text(r, value, p->summary, sizeof(p->summary));
}

static int read_namespace(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	int64_t flag = 0;
	if (reader_word(r, "namespace", json_string_value(value), namespaces, ARRAY_LEN(namespaces),
		    &flag) < 0)
		return -1;
	p->namespaces |= (uint32_t)flag;
	return 0;
}

static int read_namespaces(struct reader *r, json_t *value, void *ctx)
{
	return reader_array(r, value, JSON_STRING, read_namespace, ctx);
}

static int read_choice(struct reader *r, json_t *value, const struct reader_word *words,
	size_t n_words, uint32_t *ret)
{
	int64_t choice = 0;
	if (reader_word(r, reader_key(r), json_string_value(value), words, n_words, &choice) < 0)
		return -1;
	*ret = (uint32_t)choice;
	return 0;
}

static int read_proc(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	return read_choice(r, value, procs, ARRAY_LEN(procs), &p->proc);
}

static int read_net(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	return read_choice(r, value, nets, ARRAY_LEN(nets), &p->net);
}

static int read_abi(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	int64_t abi = 0;
	if (reader_number(r, value, 0, LANDLOCK_ABI_MAX, &abi) < 0)
		return -1;
	p->landlock_abi = (uint32_t)abi;
	return 0;
}

static const struct reader_row landlock_rows[] = {{"abi", JSON_INTEGER, true, read_abi, NULL}};

static int read_landlock(struct reader *r, json_t *value, void *ctx)
{
	return reader_object(r, value, landlock_rows, ARRAY_LEN(landlock_rows), ctx);
}

static int read_memory(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	return reader_size(r, value, &p->memory_bytes);
}

static int read_pids(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	int64_t n = 0;
	if (reader_number(r, value, 1, PIDS_MAX, &n) < 0)
		return -1;
	p->n_pids = (uint64_t)n;
	return 0;
}

static int read_cpu(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	double cpus = json_number_value(value);
	if (!json_is_number(value) || cpus < 0.01 || cpus > CPUS_MAX)
		return reader_fail(
			r, "policy.value", "'cpu' must be a number from 0.01 to %d", CPUS_MAX);
	p->cpu_milli = (uint64_t)(cpus * 1000 + 0.5);
	return 0;
}

static const struct reader_row limit_rows[] = {
	{"memory", JSON_NULL, false, read_memory, NULL},
	{"pids", JSON_INTEGER, false, read_pids, NULL},
	{"cpu", JSON_NULL, false, read_cpu, NULL},
};

static int read_limits(struct reader *r, json_t *value, void *ctx)
{
	return reader_object(r, value, limit_rows, ARRAY_LEN(limit_rows), ctx);
}

static int read_tmpfs_size(struct reader *r, json_t *value, void *ctx)
{
	struct policy_tmpfs *t = ctx;
	if (reader_size(r, value, &t->size_bytes) < 0)
		return -1;
	/* Size 0 would be "half of the memory" to the kernel (tmpfs(5)). */
	return t->size_bytes ? 0 : reader_fail(r, "policy.value", "a tmpfs has a size");
}

static int read_tmpfs_inodes(struct reader *r, json_t *value, void *ctx)
{
	struct policy_tmpfs *t = ctx;
	int64_t n = 0;
	if (reader_number(r, value, 1, INT32_MAX, &n) < 0)
		return -1;
	t->n_inodes = (uint64_t)n;
	return 0;
}

static int read_tmpfs_exec(struct reader *r, json_t *value, void *ctx)
{
	struct policy_tmpfs *t = ctx;
	(void)r;
	t->is_exec = json_is_true(value);
	return 0;
}

static const struct reader_row tmpfs_rows[] = {
	{"size", JSON_NULL, true, read_tmpfs_size, NULL},
	{"inodes", JSON_INTEGER, true, read_tmpfs_inodes, NULL},
	{"exec", JSON_TRUE, false, read_tmpfs_exec, NULL},
};

static int read_tmpfs(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	static const struct reader_word places[] = {{"/tmp", 0}, {"/run", 1}, {"/dev/shm", 2}};
	struct policy_tmpfs *const tmpfs[] = {&p->tmp, &p->run, &p->shm};
	int64_t at = 0;
	if (reader_word(r, "tmpfs", reader_key(r), places, ARRAY_LEN(places), &at) < 0)
		return -1;
	if (!json_is_object(value))
		return reader_fail(r, "policy.value", "'%s' must be an object", reader_key(r));
	return reader_object(r, value, tmpfs_rows, ARRAY_LEN(tmpfs_rows), tmpfs[at]);
}

static int read_all_tmpfs(struct reader *r, json_t *value, void *ctx)
{
	return reader_members(r, value, read_tmpfs, ctx);
}

static int read_rlimit_value(struct reader *r, json_t *value, void *ctx)
{
	struct policy_rlimit *limit = ctx;
	uint64_t n = UINT64_MAX;
	const char *word = json_string_value(value);
	if (!(word && strcmp(word, "unlimited") == 0) && reader_size(r, value, &n) < 0)
		return -1;
	if (reader_index(r) == 0)
		limit->soft = n;
	limit->hard = n;
	return 0;
}

static int read_rlimit(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	int64_t resource = 0;
	if (reader_word(r, "resource limit", reader_key(r), resources, ARRAY_LEN(resources),
		    &resource) < 0)
		return -1;
	if (!json_is_array(value) || json_array_size(value) != 2)
		return reader_fail(r, "policy.value", "'%s' must be [soft, hard]", reader_key(r));
	struct policy_rlimit limit = {.resource = (uint32_t)resource};
	if (reader_array(r, value, JSON_NULL, read_rlimit_value, &limit) < 0)
		return -1;
	if (limit.soft > limit.hard)
		return reader_fail(r, "policy.value", "the soft limit is above the hard one");
	p->rlimits[p->n_rlimits++] = limit;
	return 0;
}

static int read_rlimits(struct reader *r, json_t *value, void *ctx)
{
	return reader_members(r, value, read_rlimit, ctx);
}

static bool is_env_name(const char *name)
{
	if (!isalpha((unsigned char)*name) && *name != '_')
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_')
			return false;
	return true;
}

/* Append an entry of at most two parts to a block, whose last byte stays NUL. */
static bool block_add(char *block, size_t size, const char *name, const char *value)
{
	size_t at = 0;
	while (policy_next(block, size, &at))
		continue;
	size_t n_name = strlen(name);
	size_t n_value = value ? strlen(value) + 1 : 0;
	if (at + n_name + n_value + 2 > size)
		return false;
	memcpy(block + at, name, n_name);
	if (value) {
		block[at + n_name] = '=';
		memcpy(block + at + n_name + 1, value, n_value - 1);
	}
	return true;
}

static int read_env_value(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	const char *name = reader_key(r);
	if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
		return reader_fail(r, "policy.value", "the value of a variable is a string");
	if (!is_env_name(name))
		return reader_fail(
			r, "policy.value", "a variable's name is made of A-Z, a-z, 0-9 and '_'");
	if (!block_add(p->env, sizeof(p->env), name, json_string_value(value)))
		return reader_fail(
			r, "policy.value", "the environment is above %d bytes", LIMIT_POLICY_ENV);
	p->n_env++;
	return 0;
}

static int read_env_set(struct reader *r, json_t *value, void *ctx)
{
	return reader_members(r, value, read_env_value, ctx);
}

static int read_env_name(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	const char *name = json_string_value(value);
	if (strlen(name) != json_string_length(value) || !is_env_name(name))
		return reader_fail(
			r, "policy.value", "a variable's name is made of A-Z, a-z, 0-9 and '_'");
	if (!block_add(p->env_pass, sizeof(p->env_pass), name, NULL))
		return reader_fail(r, "policy.value", "the passed names are above %d bytes",
			LIMIT_POLICY_ENV_PASS);
	p->n_env_pass++;
	return 0;
}

static int read_env_pass(struct reader *r, json_t *value, void *ctx)
{
	return reader_array(r, value, JSON_STRING, read_env_name, ctx);
}

static const struct reader_row env_rows[] = {
	{"set", JSON_OBJECT, false, read_env_set, NULL},
	{"pass", JSON_ARRAY, false, read_env_pass, NULL},
};

static int read_env(struct reader *r, json_t *value, void *ctx)
{
	return reader_object(r, value, env_rows, ARRAY_LEN(env_rows), ctx);
}

static int read_mdwe(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	(void)r;
	p->is_mdwe = json_is_true(value);
	return 0;
}

static int read_optional(struct reader *r, json_t *value, void *ctx)
{
	struct policy *p = ctx;
	struct reader_word words[32];
	size_t n = 0;
	int64_t bit = 0;
	for (uint32_t b = 1; policy_optional_name(b); b <<= 1)
		words[n++] = (struct reader_word){.word = policy_optional_name(b), .value = b};
	if (reader_word(r, "defence", json_string_value(value), words, n, &bit) < 0)
		return -1;
	p->optional |= (uint32_t)bit;
	return 0;
}

static int read_optionals(struct reader *r, json_t *value, void *ctx)
{
	return reader_array(r, value, JSON_STRING, read_optional, ctx);
}

static const struct reader_row policy_rows[] = {
	{"$schema", JSON_STRING, false, NULL, NULL},
	{"version", JSON_INTEGER, true, read_version, NULL},
	{"name", JSON_STRING, true, read_name, NULL},
	{"summary", JSON_STRING, true, read_summary, NULL},
	{"namespaces", JSON_ARRAY, true, read_namespaces, NULL},
	{"proc", JSON_STRING, true, read_proc, NULL},
	{"net", JSON_STRING, true, read_net, NULL},
	{"hostname", JSON_STRING, false, read_hostname, NULL},
	{"seccomp", JSON_STRING, true, read_seccomp, NULL},
	{"landlock", JSON_OBJECT, true, read_landlock, NULL},
	{"limits", JSON_OBJECT, true, read_limits, NULL},
	{"tmpfs", JSON_OBJECT, true, read_all_tmpfs, NULL},
	{"rlimits", JSON_OBJECT, true, read_rlimits, NULL},
	{"env", JSON_OBJECT, true, read_env, NULL},
	{"mdwe", JSON_TRUE, false, read_mdwe, NULL},
	{"optional", JSON_ARRAY, true, read_optionals, NULL},
};

/* What only the whole file shows. */
static int check_whole(struct reader *r, const struct policy *p)
{
	uint32_t needed = NAMESPACES_PARTITION | CLONE_NEWNET;
	if (p->net == POLICY_NET_HOST)
		return p->namespaces == 0
			       ? 0
			       : reader_fail(r, "policy.value",
					 "\"net\": \"host\" is for a process without namespaces");
	if ((p->namespaces & needed) != needed)
		return reader_fail(r, "policy.value",
			"a partition has the namespaces user, mount, pid, net, ipc, uts and "
			"cgroup");
	if (!p->tmp.size_bytes || !p->run.size_bytes || !p->shm.size_bytes)
		return reader_fail(
			r, "policy.value", "\"tmpfs\" must size /tmp, /run and /dev/shm");
	return 0;
}

int policy_load(const char *file, struct span json, struct policy *ret, struct err *err)
{
	struct reader r;
	struct policy policy;
	json_t *root = NULL;
	memset(&policy, 0, sizeof(policy));
	if (reader_init(&r, file, json, &root, err) < 0)
		return -1;
	int rc = reader_object(&r, root, policy_rows, ARRAY_LEN(policy_rows), &policy);
	if (rc == 0)
		rc = check_whole(&r, &policy);
	json_decref(root);
	if (rc < 0)
		return -1;
	*ret = policy;
	return 0;
}
