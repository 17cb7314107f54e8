/* SPDX-License-Identifier: Apache-2.0 */
/* Seccomp profiles in the JSON of the OCI runtime specification, as Docker and Podman ship them. */
#include "policy/oci.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/bug.h"
#include "policy/arch.h"
#include "policy/reader.h"
#include "policy/where.h"

/* One rule while it is read, with what decides whether it applies. */
struct draft {
	struct oci_profile *oci;
	struct oci_rule rule;
	struct oci_arg arg;
	bool has_errno_ret;
	bool has_errno_name;
	uint32_t errno_by_name;
	bool is_dropped;
};

static const struct reader_word actions[] = {
	{"SCMP_ACT_ALLOW", OCI_ALLOW},
	{"SCMP_ACT_LOG", OCI_LOG},
	{"SCMP_ACT_ERRNO", OCI_ERRNO},
	{"SCMP_ACT_TRACE", OCI_TRACE},
	{"SCMP_ACT_TRAP", OCI_TRAP},
	{"SCMP_ACT_KILL", OCI_KILL_THREAD},
	{"SCMP_ACT_KILL_THREAD", OCI_KILL_THREAD},
	{"SCMP_ACT_KILL_PROCESS", OCI_KILL_PROCESS},
};

static const struct reader_word ops[] = {
	{"SCMP_CMP_NE", OCI_NE},
	{"SCMP_CMP_LT", OCI_LT},
	{"SCMP_CMP_LE", OCI_LE},
	{"SCMP_CMP_EQ", OCI_EQ},
	{"SCMP_CMP_GE", OCI_GE},
	{"SCMP_CMP_GT", OCI_GT},
	{"SCMP_CMP_MASKED_EQ", OCI_MASKED_EQ},
};

static int read_action(struct reader *r, json_t *value, enum oci_action *ret)
{
	int64_t action = 0;
	const char *word = json_string_value(value);
	if (strcmp(word, "SCMP_ACT_NOTIFY") == 0)
		return reader_fail(r, "policy.value",
			"SCMP_ACT_NOTIFY needs a listener, and partitions have none");
	if (reader_word(r, "action", word, actions, ARRAY_LEN(actions), &action) < 0)
		return -1;
	*ret = (enum oci_action)action;
	return 0;
}

static int read_errno_name(struct reader *r, json_t *value, uint32_t *ret)
{
	const char *word = json_string_value(value);
	for (int num = 1; num < 134; num++) {
		const char *name = strerrorname_np(num);
		if (name && strcmp(name, word) == 0) {
			*ret = (uint32_t)num;
			return 0;
		}
	}
	return reader_fail(r, "policy.value", "unknown error name '%.*s'", LIMIT_READER_KEY, word);
}

static int read_errno(struct reader *r, json_t *value, uint32_t *ret)
{
	int64_t n = 0;
	/* Above MAX_ERRNO the kernel would return something that is no error (seccomp(2)). */
	if (reader_number(r, value, 0, 4095, &n) < 0)
		return -1;
	*ret = (uint32_t)n;
	return 0;
}

static int read_name(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	struct oci_profile *oci = d->oci;
	struct span name = span_make(json_string_value(value), json_string_length(value));
	if (name.len == 0 || name.len >= LIMIT_READER_KEY || strlen(name.ptr) != name.len)
		return reader_fail(r, "policy.value", "a system call name has 1 to %d letters",
			LIMIT_READER_KEY - 1);
	const char *copy = arena_cstr(&oci->arena, name);
	if (oci->names.n == LIMIT_OCI_NAMES || !copy || !vec_push(&oci->names, copy))
		return reader_fail(r, "policy.value", "more than %d names", LIMIT_OCI_NAMES);
	d->rule.n_names++;
	return 0;
}

static int read_names(struct reader *r, json_t *value, void *ctx)
{
	return reader_array(r, value, JSON_STRING, read_name, ctx);
}

static int read_rule_action(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	return read_action(r, value, &d->rule.action);
}

static int read_rule_errno(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	d->has_errno_ret = true;
	return read_errno(r, value, &d->rule.errno_ret);
}

static int read_rule_errno_name(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	d->has_errno_name = true;
	return read_errno_name(r, value, &d->errno_by_name);
}

static int read_arg_index(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	int64_t n = 0;
	if (reader_number(r, value, 0, LIMIT_OCI_ARGS - 1, &n) < 0)
		return -1;
	d->arg.index = (uint32_t)n;
	return 0;
}

static int read_arg_value(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	int64_t n = 0;
	if (reader_number(r, value, INT64_MIN, INT64_MAX, &n) < 0)
		return -1;
	d->arg.value = (uint64_t)n;
	return 0;
}

static int read_arg_value_two(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	int64_t n = 0;
	if (reader_number(r, value, INT64_MIN, INT64_MAX, &n) < 0)
		return -1;
	d->arg.value_two = (uint64_t)n;
	return 0;
}

static int read_arg_op(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	int64_t op = 0;
	if (reader_word(r, "operator", json_string_value(value), ops, ARRAY_LEN(ops), &op) < 0)
		return -1;
	d->arg.op = (enum oci_op)op;
	return 0;
}

static const struct reader_row arg_rows[] = {
	{"index", JSON_INTEGER, true, read_arg_index, NULL},
	{"value", JSON_INTEGER, true, read_arg_value, NULL},
	{"valueTwo", JSON_INTEGER, false, read_arg_value_two, NULL},
	{"op", JSON_STRING, true, read_arg_op, NULL},
};

static int read_arg(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	d->arg = (struct oci_arg){0};
	if (reader_object(r, value, arg_rows, ARRAY_LEN(arg_rows), d) < 0)
		return -1;
	if (d->rule.n_args == LIMIT_OCI_ARGS)
		return reader_fail(
			r, "policy.value", "more than %d comparisons in a rule", LIMIT_OCI_ARGS);
	d->rule.args[d->rule.n_args++] = d->arg;
	return 0;
}

static int read_args(struct reader *r, json_t *value, void *ctx)
{
	return json_is_null(value) ? 0
	       : json_is_array(value)
		       ? reader_array(r, value, JSON_OBJECT, read_arg, ctx)
		       : reader_fail(r, "policy.value", "'args' must be an array or null");
}

static int read_cap(struct reader *r, json_t *value, void *ctx)
{
	(void)ctx;
	if (strncmp(json_string_value(value), "CAP_", 4) != 0)
		return reader_fail(r, "policy.value", "a capability is named CAP_...");
	return 0;
}

static int read_include_caps(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	if (reader_array(r, value, JSON_STRING, read_cap, NULL) < 0)
		return -1;
	if (json_array_size(value) > 0)
		d->is_dropped = true;
	return 0;
}

static int read_exclude_caps(struct reader *r, json_t *value, void *ctx)
{
	(void)ctx;
	return reader_array(r, value, JSON_STRING, read_cap, NULL);
}

static int read_arch(struct reader *r, json_t *value, void *ctx)
{
	bool *is_native = ctx;
	int64_t matches = 0;
	size_t n = 0;
	const struct reader_word *words = arch_words(&n);
	if (reader_word(r, "architecture", json_string_value(value), words, n, &matches) < 0)
		return -1;
	if (matches == ARCH_NATIVE)
		*is_native = true;
	return 0;
}

static int read_include_arches(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	bool is_native = json_array_size(value) == 0;
	if (reader_array(r, value, JSON_STRING, read_arch, &is_native) < 0)
		return -1;
	if (!is_native)
		d->is_dropped = true;
	return 0;
}

static int read_exclude_arches(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	bool is_native = false;
	if (reader_array(r, value, JSON_STRING, read_arch, &is_native) < 0)
		return -1;
	if (is_native)
		d->is_dropped = true;
	return 0;
}

/* "4.8" against the minimum kernel. */
static int is_kernel_enough(struct reader *r, json_t *value, bool *ret)
{
	struct span rest = span_make(json_string_value(value), json_string_length(value));
	struct span major = SPAN_EMPTY;
	uint64_t numbers[2] = {0, 0};
	if (!span_cut(&rest, '.', &major) || !span_parse_u64(major, &numbers[0]) ||
		!span_parse_u64(rest, &numbers[1]) || numbers[0] > 255 || numbers[1] > 255)
		return reader_fail(r, "policy.value", "a kernel version has the form \"5.11\"");
	*ret = (numbers[0] << 8 | numbers[1]) <= LIMIT_OCI_KERNEL;
	return 0;
}

static int read_include_kernel(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	bool is_enough = false;
	if (is_kernel_enough(r, value, &is_enough) < 0)
		return -1;
	if (!is_enough)
		d->is_dropped = true;
	return 0;
}

static int read_exclude_kernel(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	bool is_enough = false;
	if (is_kernel_enough(r, value, &is_enough) < 0)
		return -1;
	if (is_enough)
		d->is_dropped = true;
	return 0;
}

static const struct reader_row include_rows[] = {
	{"caps", JSON_ARRAY, false, read_include_caps, NULL},
	{"arches", JSON_ARRAY, false, read_include_arches, NULL},
	{"minKernel", JSON_STRING, false, read_include_kernel, NULL},
};

static const struct reader_row exclude_rows[] = {
	{"caps", JSON_ARRAY, false, read_exclude_caps, NULL},
	{"arches", JSON_ARRAY, false, read_exclude_arches, NULL},
	{"minKernel", JSON_STRING, false, read_exclude_kernel, NULL},
};

static int read_includes(struct reader *r, json_t *value, void *ctx)
{
	return reader_object(r, value, include_rows, ARRAY_LEN(include_rows), ctx);
}

static int read_excludes(struct reader *r, json_t *value, void *ctx)
{
	return reader_object(r, value, exclude_rows, ARRAY_LEN(exclude_rows), ctx);
}

static const struct reader_row rule_rows[] = {
	{"names", JSON_ARRAY, false, read_names, NULL},
	{"name", JSON_STRING, false, read_name, NULL},
	{"action", JSON_STRING, true, read_rule_action, NULL},
	{"errnoRet", JSON_INTEGER, false, read_rule_errno, NULL},
	{"errno", JSON_STRING, false, read_rule_errno_name, NULL},
	{"args", JSON_NULL, false, read_args, NULL},
	{"comment", JSON_STRING, false, NULL, NULL},
	{"includes", JSON_OBJECT, false, read_includes, NULL},
	{"excludes", JSON_OBJECT, false, read_excludes, NULL},
};

static int settle_errno(struct reader *r, const struct draft *d, uint32_t *io_errno)
{
	if (d->has_errno_ret && d->has_errno_name && d->errno_by_name != *io_errno)
		return reader_fail(r, "policy.value", "the error's name and number differ");
	if (d->has_errno_name)
		*io_errno = d->errno_by_name;
	else if (!d->has_errno_ret)
		*io_errno = EPERM;
	return 0;
}

static int read_rule(struct reader *r, json_t *value, void *ctx)
{
	struct oci_profile *oci = ctx;
	struct draft d = {.oci = oci, .rule = {.first_name = oci->names.n}};
	if (reader_object(r, value, rule_rows, ARRAY_LEN(rule_rows), &d) < 0 ||
		settle_errno(r, &d, &d.rule.errno_ret) < 0)
		return -1;
	if (d.rule.n_names == 0)
		return reader_fail(r, "policy.key", "a rule needs at least one name");
	if (d.is_dropped) {
		oci->names.n = d.rule.first_name;
		oci->n_dropped++;
		return 0;
	}
	d.rule.line = where_find(r->text, r->steps, r->depth).line;
	if (oci->rules.n == LIMIT_OCI_RULES || !vec_push(&oci->rules, d.rule))
		return reader_fail(r, "policy.value", "more than %d rules", LIMIT_OCI_RULES);
	return 0;
}

static int read_rules(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	return reader_array(r, value, JSON_OBJECT, read_rule, d->oci);
}

static int read_default_action(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	return read_action(r, value, &d->oci->default_action);
}

static int read_default_errno(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	d->has_errno_ret = true;
	return read_errno(r, value, &d->oci->default_errno);
}

static int read_arches(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	d->oci->has_arches = true;
	return reader_array(r, value, JSON_STRING, read_arch, &d->oci->has_native_arch);
}

static int read_map_main(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	return read_arch(r, value, &d->oci->has_native_arch);
}

static int read_map_sub(struct reader *r, json_t *value, void *ctx)
{
	bool ignored = false;
	(void)ctx;
	return json_is_null(value) ? 0
	       : json_is_array(value)
		       ? reader_array(r, value, JSON_STRING, read_arch, &ignored)
		       : reader_fail(r, "policy.value", "'subArchitectures' must be an array");
}

static const struct reader_row map_rows[] = {
	{"architecture", JSON_STRING, true, read_map_main, NULL},
	{"subArchitectures", JSON_NULL, false, read_map_sub, NULL},
};

static int read_map_entry(struct reader *r, json_t *value, void *ctx)
{
	return reader_object(r, value, map_rows, ARRAY_LEN(map_rows), ctx);
}

static int read_arch_map(struct reader *r, json_t *value, void *ctx)
{
	struct draft *d = ctx;
	d->oci->has_arches = true;
	return reader_array(r, value, JSON_OBJECT, read_map_entry, d);
}

/* Threads do not exist yet when the filter is loaded: TSYNC changes nothing, others would. */
static int read_flag(struct reader *r, json_t *value, void *ctx)
{
	static const struct reader_word flags[] = {{"SECCOMP_FILTER_FLAG_TSYNC", 0}};
	int64_t ignored = 0;
	(void)ctx;
	return reader_word(r, "flag", json_string_value(value), flags, ARRAY_LEN(flags), &ignored);
}

static int read_flags(struct reader *r, json_t *value, void *ctx)
{
	return reader_array(r, value, JSON_STRING, read_flag, ctx);
}

static const struct reader_row profile_rows[] = {
	{"defaultAction", JSON_STRING, true, read_default_action, NULL},
	{"defaultErrnoRet", JSON_INTEGER, false, read_default_errno, NULL},
	{"defaultErrno", JSON_STRING, false, read_rule_errno_name, NULL},
	{"architectures", JSON_ARRAY, false, read_arches, NULL},
	{"archMap", JSON_ARRAY, false, read_arch_map, NULL},
	{"flags", JSON_ARRAY, false, read_flags, NULL},
	{"syscalls", JSON_ARRAY, false, read_rules, NULL},
};

int oci_parse(const char *file, struct span json, struct oci_profile *ret, struct err *err)
{
	struct reader r;
	json_t *root = NULL;
	scoped_oci struct oci_profile oci = OCI_INIT;
	struct draft d = {.oci = &oci};
	if (reader_init(&r, file, json, &root, err) < 0)
		return -1;
	int rc = reader_object(&r, root, profile_rows, ARRAY_LEN(profile_rows), &d);
	if (rc == 0)
		rc = settle_errno(&r, &d, &oci.default_errno);
	json_decref(root);
	if (rc < 0)
		return -1;
	*ret = oci;
	oci = OCI_INIT;
	return 0;
}

void oci_done(struct oci_profile *oci)
{
	arena_done(&oci->arena);
	vec_done(&oci->rules);
	vec_done(&oci->names);
}
