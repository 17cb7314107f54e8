/* SPDX-License-Identifier: Apache-2.0 */
/* What a partition may do: the plain record that loading a policy yields and planning reads. */
#include "policy/policy.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/bug.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"
#include "policy/arch.h"
#include "policy/bpf_eval.h"

enum {
	FILE_VERSION = 1,
	DIGEST_LEN = 64, /* SHA-256 in hexadecimal */
	FILE_BYTES_MAX = 1 << 17,
};

static const char file_magic[8] = "CNTLPOL";

struct file_head {
	char magic[8];
	uint32_t version;
	uint32_t arch;
	uint32_t record_bytes;
	uint32_t n_insns;
	char digest[DIGEST_LEN];
};

_Static_assert(sizeof(struct file_head) == 88, "the head has no padding");
_Static_assert(sizeof(struct policy) % 8 == 0, "the program behind the record is aligned");
_Static_assert((int)RLIM_NLIMITS <= LIMIT_POLICY_RLIMITS, "every limit fits");

static const struct {
	uint32_t bit;
	const char *name;
} optional_names[] = {
	{POLICY_OPT_CGROUP_MEMORY, "cgroup.memory"},
	{POLICY_OPT_CGROUP_PIDS, "cgroup.pids"},
	{POLICY_OPT_CGROUP_CPU, "cgroup.cpu"},
	{POLICY_OPT_CGROUP_OOM_GROUP, "cgroup.oom_group"},
	{POLICY_OPT_LANDLOCK, "landlock"},
	{POLICY_OPT_LANDLOCK_NET, "landlock.net"},
	{POLICY_OPT_LANDLOCK_IOCTL, "landlock.ioctl"},
	{POLICY_OPT_LANDLOCK_SCOPE, "landlock.scope"},
	{POLICY_OPT_TMPFS_NOSWAP, "tmpfs.noswap"},
	{POLICY_OPT_NS_COUNTS, "ns.counts"},
	{POLICY_OPT_MDWE, "mdwe"},
};

void policy_program_done(struct policy_program *program)
{
	free(program->insns);
	*program = POLICY_PROGRAM_INIT;
}

const char *policy_next(const char *block, size_t size, size_t *at)
{
	const char *entry = block + *at;
	if (*at >= size || entry[0] == '\0')
		return NULL;
	*at += strnlen(entry, size - *at) + 1;
	return entry;
}

const char *policy_optional_name(uint32_t bit)
{
	for (size_t i = 0; i < ARRAY_LEN(optional_names); i++)
		if (optional_names[i].bit == bit)
			return optional_names[i].name;
	return NULL;
}

bool policy_is_file(const char *word)
{
	return strchr(word, '/') || span_ends(span_str(word), ".json");
}

static struct hash_hex digest_of(struct span record_and_program)
{
	return hash_of(HASH_SHA256, record_and_program);
}

int policy_store(const struct policy *policy, const struct policy_program *program, struct str *ret,
	struct err *err)
{
	struct file_head head = {
		.version = FILE_VERSION,
		.arch = ARCH_AUDIT,
		.record_bytes = sizeof(*policy),
		.n_insns = (uint32_t)program->n,
	};
	scoped_str struct str rest = STR_INIT_LIMIT(FILE_BYTES_MAX);
	memcpy(head.magic, file_magic, sizeof(head.magic));
	str_add(&rest, span_make((const char *)policy, sizeof(*policy)));
	str_add(&rest,
		span_make((const char *)program->insns, program->n * sizeof(*program->insns)));
	if (str_check(&rest, err) < 0)
		return -1;
	struct hash_hex digest = digest_of(str_span(&rest));
	memcpy(head.digest, digest.text, DIGEST_LEN);
	str_add(ret, span_make((const char *)&head, sizeof(head)));
	str_add(ret, str_span(&rest));
	return str_check(ret, err);
}

/* A field is one NUL-terminated string. */
static bool is_text(const char *field, size_t size)
{
	return memchr(field, '\0', size) != NULL;
}

/* A block is n strings, then zero bytes only up to its end. */
static bool is_block(const char *block, size_t size, uint32_t n)
{
	size_t at = 0;
	uint32_t found = 0;
	if (block[size - 1] != '\0')
		return false;
	while (policy_next(block, size, &at))
		found++;
	for (; at < size; at++)
		if (block[at] != '\0')
			return false;
	return found == n;
}

static bool is_record_sound(const struct policy *p)
{
	if (!is_text(p->name, sizeof(p->name)) || !is_text(p->seccomp, sizeof(p->seccomp)) ||
		!is_text(p->hostname, sizeof(p->hostname)) ||
		!is_text(p->summary, sizeof(p->summary)))
		return false;
	if (p->proc > POLICY_PROC_PID || p->net > POLICY_NET_HOST ||
		p->n_rlimits > LIMIT_POLICY_RLIMITS)
		return false;
	for (uint32_t i = 0; i < p->n_rlimits; i++)
		if (p->rlimits[i].resource >= (uint32_t)RLIM_NLIMITS ||
			p->rlimits[i].soft > p->rlimits[i].hard)
			return false;
	return is_block(p->env, sizeof(p->env), p->n_env) &&
	       is_block(p->env_pass, sizeof(p->env_pass), p->n_env_pass);
}

static int head_parse(struct span bytes, struct file_head *ret, struct err *err)
{
	struct file_head head;
	if (bytes.len < sizeof(head))
		return err_set(err, ERR_INPUT, 0, "policy.open", "shorter than its head");
	memcpy(&head, bytes.ptr, sizeof(head));
	if (memcmp(head.magic, file_magic, sizeof(head.magic)) != 0)
		return err_set(err, ERR_INPUT, 0, "policy.open", "not a compiled policy");
	if (head.version != FILE_VERSION || head.record_bytes != sizeof(struct policy))
		return err_set(
			err, ERR_INPUT, 0, "policy.open", "compiled by another version of Cantle");
	if (head.arch != ARCH_AUDIT)
		return err_set(
			err, ERR_INPUT, 0, "policy.open", "compiled for another architecture");
	if (head.n_insns > LIMIT_POLICY_INSNS ||
		bytes.len != sizeof(head) + sizeof(struct policy) +
				     head.n_insns * sizeof(struct sock_filter))
		return err_set(err, ERR_INPUT, 0, "policy.open", "of the wrong length");
	*ret = head;
	return 0;
}

int policy_parse(struct span bytes, struct policy *ret_policy, struct policy_program *ret_program,
	struct err *err)
{
	struct file_head head;
	struct policy policy;
	if (head_parse(bytes, &head, err) < 0)
		return -1;
	struct hash_hex digest = digest_of(span_from(bytes, sizeof(head)));
	if (memcmp(digest.text, head.digest, DIGEST_LEN) != 0)
		return err_set(err, ERR_INPUT, 0, "policy.open", "damaged: its checksum differs");
	memcpy(&policy, bytes.ptr + sizeof(head), sizeof(policy));
	if (!is_record_sound(&policy))
		return err_set(err, ERR_INPUT, 0, "policy.open", "a field is out of range");
	struct span code = span_from(bytes, sizeof(head) + sizeof(policy));
	struct sock_filter *insns = mem_array(head.n_insns, sizeof(*insns));
	if (!insns)
		return err_set(err, ERR_LIMIT, 0, "policy.open", "out of memory");
	memcpy(insns, code.ptr, code.len);
	if (bpf_check(insns, head.n_insns, err) < 0) {
		free(insns);
		return -1;
	}
	*ret_policy = policy;
	*ret_program = (struct policy_program){.insns = insns, .n = head.n_insns};
	return 0;
}

int policy_open(struct fd_dir at, const char *name, struct policy *ret_policy,
	struct policy_program *ret_program, struct err *err)
{
	scoped_str struct str rel = STR_INIT_LIMIT(LIMIT_POLICY_NAME + 8);
	scoped_str struct str bytes = STR_INIT_LIMIT(FILE_BYTES_MAX);
	str_addf(&rel, "%s.policy", name);
	if (str_check(&rel, err) < 0)
		return -1;
	if (path_read(at, str_cstr(&rel), FILE_BYTES_MAX, &bytes, err) < 0) {
		if (err->num != ENOENT)
			return err_wrap(err, "policy '%s'", name);
		err_clear(err);
		return err_set(err, ERR_INPUT, 0, "policy.open",
			"there is no policy '%s'; cantle-policy(5) names them", name);
	}
	if (policy_parse(str_span(&bytes), ret_policy, ret_program, err) < 0)
		return err_wrap(err, "policy '%s'", name);
	return 0;
}
