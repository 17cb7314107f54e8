/* SPDX-License-Identifier: Apache-2.0 */
/* Turns a policy and its seccomp profile into the record and the program that a launch needs. */
#include "policy/compile.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
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
#include "policy/filter.h"
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
	const struct oci_profile *oci;
	scmp_filter_ctx whole; /* every rule: says what a number without comparisons gets */
	scmp_filter_ctx rest;  /* the rules of numbers with comparisons: becomes code */
	struct filter_plan *plan;
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

/* The same rule again is what lists of two distributions look like when merged. */
static int add_to(scmp_filter_ctx filter, uint32_t action, int nr, const struct scmp_arg_cmp *cmps,
	unsigned int n)
{
	int rc = seccomp_rule_add_array(filter, action, nr, n, cmps);
	return rc == -EEXIST ? 0 : rc;
}

static int add(struct build *b, const struct oci_rule *rule, const char *name, int nr,
	const struct scmp_arg_cmp *cmps, unsigned int n)
{
	uint32_t action = action_of(rule->action, rule->errno_ret);
	int rc = add_to(b->whole, action, nr, cmps, n);
	if (rc == 0 && b->plan->numbers[nr].verdict == FILTER_REST)
		rc = add_to(b->rest, action, nr, cmps, n);
	if (rc < 0)
		return err_set(b->err, ERR_INPUT, -rc, "policy.compile", "line %zu: rule for '%s'",
			rule->line, name);
	return 0;
}

/* The number where the rule says anything that counts here; negative where not. */
static int number_of(const struct build *b, const struct oci_rule *rule, const char *name)
{
	const struct floor_row *floor = floor_find(name);
	/* libseccomp refuses a rule that says what the default says. */
	bool is_default = action_of(rule->action, rule->errno_ret) ==
			  action_of(b->oci->default_action, b->oci->default_errno);
	int nr = arch_syscall(name);
	return is_default || nr > ARCH_LAST_NR || (floor && floor->check == FLOOR_DENY)
		       ? ARCH_ABSENT
		       : nr;
}

static int add_name(struct build *b, const struct oci_rule *rule, const char *name)
{
	struct scmp_arg_cmp cmps[LIMIT_OCI_ARGS];
	int nr = number_of(b, rule, name);
	if (nr < 0)
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

/* First pass: which numbers depend on their arguments, and which is the last one named. */
static int mark_name(struct build *b, const struct oci_rule *rule, const char *name)
{
	int nr = arch_syscall(name);
	if (nr == ARCH_UNKNOWN && oci_is_allowing(b->oci->default_action))
		return err_set(b->err, ERR_INPUT, 0, "policy.compile",
			"line %zu: unknown system call '%s', which the default action would allow",
			rule->line, name);
	if (nr < 0 || nr > ARCH_LAST_NR)
		return 0;
	if ((uint32_t)nr > b->plan->last_nr)
		b->plan->last_nr = (uint32_t)nr;
	if (rule->n_args > 0 && number_of(b, rule, name) >= 0)
		b->plan->numbers[nr].verdict = FILTER_REST;
	return 0;
}

static int each_name(
	struct build *b, int (*fn)(struct build *b, const struct oci_rule *rule, const char *name))
{
	for (size_t i = 0; i < b->oci->rules.n; i++) {
		const struct oci_rule *rule = &b->oci->rules.items[i];
		for (size_t k = 0; k < rule->n_names; k++)
			if (fn(b, rule, b->oci->names.items[rule->first_name + k]) < 0)
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

static int mark_floor(struct filter_plan *plan, struct err *err)
{
	size_t n = 0;
	const struct floor_row *rows = floor_rows(&n);
	for (size_t i = 0; i < n; i++) {
		int nr = arch_syscall(rows[i].name);
		if (nr == ARCH_UNKNOWN)
			return err_set(err, ERR_BUG, 0, "policy.compile",
				"the floor names '%s', which is no system call", rows[i].name);
		if (nr >= 0)
			plan->numbers[nr].check = &rows[i];
	}
	return 0;
}

/* What libseccomp answers for each number whose arguments do not matter. */
static int settle_verdicts(struct build *b)
{
	scoped_str struct str whole = STR_INIT;
	if (export_rules(b->whole, &whole, b->err) < 0)
		return -1;
	size_t n = whole.len / sizeof(struct sock_filter);
	const struct sock_filter *insns = (const struct sock_filter *)(const void *)whole.ptr;
	if (bpf_check(insns, n, b->err) < 0)
		return -1;
	for (uint32_t nr = 0; nr <= b->plan->last_nr; nr++) {
		struct seccomp_data call = {.nr = (int)nr, .arch = ARCH_AUDIT};
		if (b->plan->numbers[nr].verdict != FILTER_REST)
			b->plan->numbers[nr].verdict = bpf_eval(insns, n, &call, NULL);
	}
	return 0;
}

static int assemble(struct build *b, struct policy_program *ret)
{
	scoped_str struct str rest = STR_INIT;
	bool has_rest = false;
	for (uint32_t nr = 0; nr <= b->plan->last_nr; nr++)
		has_rest = has_rest || b->plan->numbers[nr].verdict == FILTER_REST;
	if (has_rest && export_rules(b->rest, &rest, b->err) < 0)
		return -1;
	b->plan->rest = (const struct sock_filter *)(const void *)rest.ptr;
	b->plan->n_rest = rest.len / sizeof(struct sock_filter);
	return filter_assemble(b->plan, ret, b->err);
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
			return err_set(err, ERR_OS, -rc, "policy.compile",
				"libseccomp attribute %d", (int)attributes[i].attr);
	}
	return 0;
}

static int build(struct build *b, struct policy_program *ret)
{
	if (set_attributes(b->whole, b->err) < 0 || set_attributes(b->rest, b->err) < 0 ||
		mark_floor(b->plan, b->err) < 0 || each_name(b, mark_name) < 0 ||
		each_name(b, add_name) < 0)
		return -1;
	/* A profile that allows by default must not allow what the floor does not know yet. */
	if (oci_is_allowing(b->oci->default_action))
		b->plan->last_nr = ARCH_LAST_NR;
	return settle_verdicts(b) < 0 ? -1 : assemble(b, ret);
}

int compile_seccomp(const char *file, const struct oci_profile *oci, struct policy_program *ret,
	struct err *err)
{
	uint32_t fallback = action_of(oci->default_action, oci->default_errno);
	scoped(filter_done) scmp_filter_ctx whole = seccomp_init(fallback);
	scoped(filter_done) scmp_filter_ctx rest = seccomp_init(fallback);
	scoped_free struct filter_plan *plan = mem_array(1, sizeof(*plan));
	struct build b = {.oci = oci, .whole = whole, .rest = rest, .plan = plan, .err = err};
	if (!whole || !rest || !plan)
		return err_set(err, ERR_LIMIT, 0, "policy.compile", "out of memory");
	return build(&b, ret) < 0 ? err_wrap(err, "%s", file) : 0;
}

static int compile_profile(
	const char *file, struct span json, struct policy_program *ret, struct err *err)
{
	scoped_oci struct oci_profile oci = OCI_INIT;
	if (oci_parse(file, json, &oci, err) < 0)
		return -1;
	return compile_seccomp(file, &oci, ret, err);
}

static int compile_named(
	struct fd_dir profiles, const char *name, struct policy_program *ret, struct err *err)
{
	scoped_str struct str json = STR_INIT;
	scoped_str struct str rel = STR_INIT;
	str_addf(&rel, "%s.json", name);
	if (str_check(&rel, err) < 0 ||
		path_read(profiles, str_cstr(&rel), LIMIT_READER_BYTES, &json, err) < 0)
		return -1;
	return compile_profile(str_cstr(&rel), str_span(&json), ret, err);
}

int compile_texts(const struct compile_source *source, struct fd_dir profiles,
	struct policy *ret_policy, struct policy_program *ret_program, struct err *err)
{
	struct policy policy;
	int done;
	if (policy_load(source->file, source->json, &policy, err) < 0)
		return -1;
	if (source->seccomp_file)
		done = compile_profile(source->seccomp_file, source->seccomp, ret_program, err);
	else
		done = compile_named(profiles, policy.seccomp, ret_program, err);
	if (done < 0)
		return err_wrap(err, "policy '%s'", policy.name);
	*ret_policy = policy;
	return 0;
}

int compile_policy(struct fd_dir policies, const char *rel, struct fd_dir profiles,
	struct policy *ret_policy, struct policy_program *ret_program, struct err *err)
{
	scoped_str struct str json = STR_INIT;
	if (path_read(policies, rel, LIMIT_READER_BYTES, &json, err) < 0)
		return -1;
	const struct compile_source source = {.file = rel, .json = str_span(&json)};
	return compile_texts(&source, profiles, ret_policy, ret_program, err);
}
