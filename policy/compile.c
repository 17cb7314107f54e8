/* SPDX-License-Identifier: Apache-2.0 */
/* Turns a policy and its seccomp profile into the record and the program that a launch needs. */
#include "policy/compile.h"

#include <errno.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/bug.h"
#include "base/mem.h"
#include "base/path.h"
#include "policy/arch.h"
#include "policy/bpf_eval.h"
#include "policy/floor.h"
#include "policy/load.h"
#include "policy/reader.h"

/* Arguments that the system call declares as int or unsigned int; bit 0 is the first. */
static const struct {
	const char *name;
	uint32_t args;
} narrow[] = {
	{"arch_prctl", 1 << 0},
	{"clone", 1 << 0},
	{"epoll_ctl", 1 << 1},
	{"fcntl", 1 << 1},
	{"futex", 1 << 1},
	{"ioctl", 1 << 1},
	{"personality", 1 << 0},
	{"prctl", 1 << 0},
	{"setsockopt", 1 << 1 | 1 << 2},
	{"socket", 1 << 0 | 1 << 1 | 1 << 2},
	{"socketpair", 1 << 0 | 1 << 1 | 1 << 2},
};

uint32_t compile_narrow_args(const char *syscall)
{
	for (size_t i = 0; i < ARRAY_LEN(narrow); i++)
		if (strcmp(narrow[i].name, syscall) == 0)
			return narrow[i].args;
	return 0;
}

/* What is known while one profile is turned into rules. */
struct build {
	const char *file;
	const struct oci_profile *oci;
	scmp_filter_ctx filter;
	uint32_t last_nr;
	struct err *err;
};

static void filter_done(scmp_filter_ctx *filter)
{
	if (*filter)
		seccomp_release(*filter);
}

static uint32_t action_of(enum oci_action action, uint32_t errno_ret)
{
	switch (action) {
	case OCI_ALLOW:
		return SCMP_ACT_ALLOW;
	case OCI_LOG:
		return SCMP_ACT_LOG;
	case OCI_ERRNO:
		return SCMP_ACT_ERRNO(errno_ret);
	case OCI_TRACE:
		return SCMP_ACT_TRACE(errno_ret);
	case OCI_TRAP:
		return SCMP_ACT_TRAP;
	case OCI_KILL_THREAD:
		return SCMP_ACT_KILL_THREAD;
	case OCI_KILL_PROCESS:
	default:
		return SCMP_ACT_KILL_PROCESS;
	}
}

static struct scmp_arg_cmp compare_of(const char *name, const struct oci_arg *arg)
{
	static const enum scmp_compare ops[] = {
		[OCI_NE] = SCMP_CMP_NE,
		[OCI_LT] = SCMP_CMP_LT,
		[OCI_LE] = SCMP_CMP_LE,
		[OCI_EQ] = SCMP_CMP_EQ,
		[OCI_GE] = SCMP_CMP_GE,
		[OCI_GT] = SCMP_CMP_GT,
		[OCI_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
	};
	struct scmp_arg_cmp cmp = {
		.arg = arg->index,
		.op = ops[arg->op],
		.datum_a = arg->value,
		.datum_b = arg->op == OCI_MASKED_EQ ? arg->value_two : 0,
	};
	if (!(compile_narrow_args(name) & 1u << arg->index))
		return cmp;
	if (arg->op == OCI_EQ) {
		cmp.op = SCMP_CMP_MASKED_EQ;
		cmp.datum_a = UINT32_MAX;
		cmp.datum_b = arg->value & UINT32_MAX;
	} else if (arg->op == OCI_MASKED_EQ && arg->value_two <= UINT32_MAX) {
		cmp.datum_a &= UINT32_MAX;
	}
	return cmp;
}

static bool has_index_twice(const struct oci_rule *rule)
{
	uint32_t seen = 0;
	for (size_t i = 0; i < rule->n_args; i++) {
		if (seen & 1u << rule->args[i].index)
			return true;
		seen |= 1u << rule->args[i].index;
	}
	return false;
}

static int add(struct build *b, const struct oci_rule *rule, const char *name, int nr,
	const struct scmp_arg_cmp *cmps, unsigned int n)
{
	uint32_t action = action_of(rule->action, rule->errno_ret);
	int rc = seccomp_rule_add_array(b->filter, action, nr, n, cmps);
	/* The same rule again is what lists of two distributions look like when merged. */
	if (rc < 0 && rc != -EEXIST)
		return err_set(b->err, ERR_INPUT, -rc, "policy.compile", "%s:%zu: rule for '%s'",
			b->file, rule->line, name);
	return 0;
}

static int add_name(struct build *b, const struct oci_rule *rule, const char *name)
{
	struct scmp_arg_cmp cmps[LIMIT_OCI_ARGS];
	const struct floor_row *floor = floor_find(name);
	int nr = arch_syscall(name);
	if (nr == ARCH_UNKNOWN && oci_is_allowing(b->oci->default_action))
		return err_set(b->err, ERR_INPUT, 0, "policy.compile",
			"%s:%zu: unknown system call '%s', which the default action would allow",
			b->file, rule->line, name);
	if (nr < 0)
		return 0;
	if ((uint32_t)nr > b->last_nr)
		b->last_nr = (uint32_t)nr;
	if (floor && floor->check == FLOOR_DENY)
		return 0;
	/* libseccomp refuses a rule that says what the default says. */
	if (action_of(rule->action, rule->errno_ret) ==
		action_of(b->oci->default_action, b->oci->default_errno))
		return 0;
	for (size_t i = 0; i < rule->n_args; i++)
		cmps[i] = compare_of(name, &rule->args[i]);
	if (!has_index_twice(rule))
		return add(b, rule, name, nr, cmps, (unsigned int)rule->n_args);
	for (size_t i = 0; i < rule->n_args; i++)
		if (add(b, rule, name, nr, &cmps[i], 1) < 0)
			return -1;
	return 0;
}

static int add_rules(struct build *b)
{
	for (size_t i = 0; i < b->oci->rules.n; i++) {
		const struct oci_rule *rule = &b->oci->rules.items[i];
		for (size_t k = 0; k < rule->n_names; k++)
			if (add_name(b, rule, b->oci->names.items[rule->first_name + k]) < 0)
				return -1;
	}
	return 0;
}

/* libseccomp 2.5 exports to a descriptor only. */
static int export_rules(scmp_filter_ctx filter, struct str *ret, struct err *err)
{
	scoped_fd_file file = {memfd_create("seccomp", MFD_CLOEXEC)};
	if (file.fd < 0)
		return err_set(err, ERR_OS, errno, "policy.compile", "memory file");
	int rc = seccomp_export_bpf(filter, file.fd);
	if (rc < 0)
		return err_set(err, ERR_OS, -rc, "policy.compile", "libseccomp export");
	if (lseek(file.fd, 0, SEEK_SET) < 0)
		return err_set(err, ERR_OS, errno, "policy.compile", "memory file");
	return fd_read_all(file, LIMIT_POLICY_INSNS * sizeof(struct sock_filter), ret, err);
}

static int join(struct build *b, struct span exported, struct policy_program *ret)
{
	size_t n_floor = 0;
	size_t n_profile = exported.len / sizeof(struct sock_filter);
	struct sock_filter *insns = mem_array(LIMIT_FLOOR_INSNS + n_profile, sizeof(*insns));
	scoped_policy_program struct policy_program program = {.insns = insns};
	uint32_t last_nr = oci_is_allowing(b->oci->default_action) ? ARCH_LAST_NR : b->last_nr;
	if (!insns)
		return err_set(b->err, ERR_LIMIT, 0, "policy.compile", "out of memory");
	if (floor_plan(last_nr, insns, &n_floor, b->err) < 0)
		return -1;
	memcpy(insns + n_floor, exported.ptr, n_profile * sizeof(*insns));
	program.n = n_floor + n_profile;
	if (bpf_check(program.insns, program.n, b->err) < 0)
		return err_wrap(b->err, "%s", b->file);
	*ret = program;
	program = POLICY_PROGRAM_INIT;
	return 0;
}

static int set_attributes(scmp_filter_ctx filter, struct err *err)
{
	static const struct {
		enum scmp_filter_attr attr;
		uint32_t value;
	} attributes[] = {
		{SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS},
		{SCMP_FLTATR_CTL_OPTIMIZE, 2},
	};
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++) {
		int rc = seccomp_attr_set(filter, attributes[i].attr, attributes[i].value);
		if (rc < 0)
			return err_set(err, ERR_OS, -rc, "policy.compile", "libseccomp attribute %d",
				(int)attributes[i].attr);
	}
	return 0;
}

int compile_seccomp(const char *file, const struct oci_profile *oci, struct policy_program *ret,
	struct err *err)
{
	scoped(filter_done) scmp_filter_ctx filter =
		seccomp_init(action_of(oci->default_action, oci->default_errno));
	scoped_str struct str exported = STR_INIT;
	struct build b = {.file = file, .oci = oci, .filter = filter, .err = err};
	if (!filter)
		return err_set(err, ERR_LIMIT, 0, "policy.compile", "libseccomp gives no filter");
	if (set_attributes(filter, err) < 0 || add_rules(&b) < 0 ||
		export_rules(filter, &exported, err) < 0)
		return -1;
	return join(&b, str_span(&exported), ret);
}

int compile_policy(struct fd_dir policies, const char *rel, struct fd_dir profiles,
	struct policy *ret_policy, struct policy_program *ret_program, struct err *err)
{
	struct policy policy;
	scoped_oci struct oci_profile oci = OCI_INIT;
	scoped_str struct str json = STR_INIT;
	scoped_str struct str profile = STR_INIT;
	scoped_str struct str profile_rel = STR_INIT;
	if (path_read(policies, rel, LIMIT_READER_BYTES, &json, err) < 0 ||
		policy_load(rel, str_span(&json), &policy, err) < 0)
		return -1;
	str_addf(&profile_rel, "%s.json", policy.seccomp);
	if (str_check(&profile_rel, err) < 0 ||
		path_read(profiles, str_cstr(&profile_rel), LIMIT_READER_BYTES, &profile, err) <
			0 ||
		oci_parse(str_cstr(&profile_rel), str_span(&profile), &oci, err) < 0 ||
		compile_seccomp(str_cstr(&profile_rel), &oci, ret_program, err) < 0)
		return err_wrap(err, "policy '%s'", policy.name);
	*ret_policy = policy;
	return 0;
}
