/* SPDX-License-Identifier: Apache-2.0 */
/* OCI seccomp profiles: what is read, dropped and refused; and the findings of the checker. */
#include "policy/oci.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/str.h"
#include "policy/arch.h"
#include "policy/check.h"
#include "tests/unit/test.h"

#define NATIVE  (ARCH_IS_X86_64 ? "amd64" : "arm64")
#define FOREIGN (ARCH_IS_X86_64 ? "arm64" : "amd64")

static int parse(const char *json, struct oci_profile *ret, struct err *err)
{
	return oci_parse("p.json", span_str(json), ret, err);
}

static void test_reads_docker_and_podman(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	scoped_oci struct oci_profile oci = OCI_INIT;
	static const char json[] =
		"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrno\": \"ENOSYS\",\n"
		"\"defaultErrnoRet\": 38,\n"
		"\"archMap\": [{\"architecture\": \"SCMP_ARCH_X86_64\", \"subArchitectures\":\n"
		"[\"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"]}, {\"architecture\":\n"
		"\"SCMP_ARCH_AARCH64\", \"subArchitectures\": null}],\n"
		"\"flags\": [\"SECCOMP_FILTER_FLAG_TSYNC\"], \"syscalls\": [\n"
		"{\"names\": [\"read\", \"write\"], \"action\": \"SCMP_ACT_ALLOW\",\n"
		" \"args\": [], \"comment\": \"c\", \"includes\": {}, \"excludes\": {}},\n"
		"{\"name\": \"bpf\", \"action\": \"SCMP_ACT_ERRNO\", \"errno\": \"EACCES\",\n"
		" \"args\": null},\n"
		"{\"names\": [\"ioctl\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\":\n"
		" [{\"index\": 1, \"value\": 3, \"valueTwo\": 2, \"op\": "
		"\"SCMP_CMP_MASKED_EQ\"}]}\n"
		"]}";
	if (parse(json, &oci, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(oci.default_action, OCI_ERRNO);
	assert_int_equal(oci.default_errno, ENOSYS);
	assert_true(oci.has_native_arch);
	assert_int_equal(oci.rules.n, 3);
	assert_int_equal(oci.rules.items[0].n_names, 2);
	assert_string_equal(oci.names.items[1], "write");
	assert_int_equal(oci.rules.items[1].errno_ret, EACCES);
	assert_int_equal(oci.rules.items[1].line, 9);
	assert_int_equal(oci.rules.items[2].args[0].op, OCI_MASKED_EQ);
	assert_int_equal(oci.rules.items[2].args[0].value_two, 2);
}

static size_t rules_left(const char *condition)
{
	struct err err = ERR_INIT;
	scoped_oci struct oci_profile oci = OCI_INIT;
	scoped_str struct str json = STR_INIT;
	str_addf(&json,
		"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"names\": [\"read\"], "
		"\"action\": \"SCMP_ACT_ALLOW\", %s}]}",
		condition);
	if (parse(str_cstr(&json), &oci, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(oci.rules.n + oci.n_dropped, 1);
	return oci.rules.n;
}

static void test_conditions(void **state)
{
	(void)state;
	char arches[4][64];
	snprintf(arches[0], 64, "\"includes\": {\"arches\": [\"%s\"]}", NATIVE);
	snprintf(arches[1], 64, "\"includes\": {\"arches\": [\"%s\"]}", FOREIGN);
	snprintf(arches[2], 64, "\"excludes\": {\"arches\": [\"%s\"]}", NATIVE);
	snprintf(arches[3], 64, "\"excludes\": {\"arches\": [\"%s\"]}", FOREIGN);
	assert_int_equal(rules_left(arches[0]), 1);
	assert_int_equal(rules_left(arches[1]), 0);
	assert_int_equal(rules_left(arches[2]), 0);
	assert_int_equal(rules_left(arches[3]), 1);
	assert_int_equal(rules_left("\"includes\": {\"caps\": [\"CAP_SYS_ADMIN\"]}"), 0);
	assert_int_equal(rules_left("\"includes\": {\"caps\": []}"), 1);
	assert_int_equal(rules_left("\"excludes\": {\"caps\": [\"CAP_SYS_ADMIN\"]}"), 1);
	assert_int_equal(rules_left("\"includes\": {\"minKernel\": \"4.8\"}"), 1);
	assert_int_equal(rules_left("\"includes\": {\"minKernel\": \"6.1\"}"), 1);
	assert_int_equal(rules_left("\"includes\": {\"minKernel\": \"6.2\"}"), 0);
	assert_int_equal(rules_left("\"excludes\": {\"minKernel\": \"6.2\"}"), 1);
	assert_int_equal(rules_left("\"excludes\": {\"minKernel\": \"5.0\"}"), 0);
}

static void test_refuses(void **state)
{
	(void)state;
	static const struct {
		const char *rule;
		const char *says;
	} rows[] = {
		{"\"action\": \"SCMP_ACT_ALOW\"", "did you mean 'SCMP_ACT_ALLOW'"},
		{"\"action\": \"SCMP_ACT_NOTIFY\"", "listener"},
		{"\"action\": \"SCMP_ACT_ALLOW\", \"arg\": []", "did you mean 'args'"},
		{"\"action\": \"SCMP_ACT_ALLOW\", \"args\": 1", "array or null"},
		{"\"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 6, \"value\": 0, \"op\": "
		 "\"SCMP_CMP_EQ\"}]",
			"from 0 to 5"},
		{"\"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 0, \"value\": 0, \"op\": "
		 "\"SCMP_CMP_GTE\"}]",
			"unknown operator 'SCMP_CMP_GTE'"},
		{"\"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 0, \"op\": "
		 "\"SCMP_CMP_EQ\"}]",
			"'value' is missing"},
		{"\"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 4096", "from 0 to 4095"},
		{"\"action\": \"SCMP_ACT_ERRNO\", \"errno\": \"ENOPE\"", "unknown error name"},
		{"\"action\": \"SCMP_ACT_ERRNO\", \"errno\": \"EPERM\", \"errnoRet\": 2", "differ"},
		{"\"action\": \"SCMP_ACT_ALLOW\", \"includes\": {\"arches\": [\"amd46\"]}",
			"did you mean 'amd64'"},
		{"\"action\": \"SCMP_ACT_ALLOW\", \"includes\": {\"caps\": [\"SYS_ADMIN\"]}",
			"CAP_"},
		{"\"action\": \"SCMP_ACT_ALLOW\", \"includes\": {\"minKernel\": \"5\"}", "5.11"},
		{"\"action\": \"SCMP_ACT_ALLOW\", \"includes\": {\"minKernel\": \"5.x\"}", "5.11"},
		{"\"comment\": \"no action\"", "'action' is missing"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		struct oci_profile oci = OCI_INIT;
		scoped_str struct str json = STR_INIT;
		str_addf(&json,
			"{\"defaultAction\": \"SCMP_ACT_ERRNO\",\n \"syscalls\": [{\"names\": "
			"[\"read\"],\n%s}]}",
			rows[i].rule);
		if (parse(str_cstr(&json), &oci, &err) == 0)
			fail_msg("accepted: %s", rows[i].rule);
		if (!strstr(err.text, rows[i].says) || !strstr(err.text, "p.json:"))
			fail_msg("'%s' lacks '%s'", err.text, rows[i].says);
	}
}

static void test_refuses_top_level(void **state)
{
	(void)state;
	static const struct {
		const char *json;
		const char *says;
	} rows[] = {
		{"{}", "'defaultAction' is missing"},
		{"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"listenerPath\": \"/x\"}",
			"unknown key"},
		{"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [\"SCMP_ARCH_X\"]}",
			"unknown architecture"},
		{"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"flags\": "
		 "[\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"]}",
			"unknown flag"},
		{"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"names\": [], "
		 "\"action\": \"SCMP_ACT_ALLOW\"}]}",
			"at least one name"},
		{"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"names\": [\"\"], "
		 "\"action\": \"SCMP_ACT_ALLOW\"}]}",
			"letters"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		struct oci_profile oci = OCI_INIT;
		assert_int_equal(parse(rows[i].json, &oci, &err), -1);
		if (!strstr(err.text, rows[i].says))
			fail_msg("'%s' lacks '%s'", err.text, rows[i].says);
	}
}

struct seen {
	size_t of[4];
};

static void count(const struct check_finding *finding, void *ctx)
{
	struct seen *seen = ctx;
	seen->of[finding->kind]++;
	assert_true(strlen(finding->text) > 0);
}

static struct seen findings(const char *json)
{
	struct err err = ERR_INIT;
	struct seen seen = {{0}};
	scoped_oci struct oci_profile oci = OCI_INIT;
	if (parse(json, &oci, &err) < 0)
		fail_msg("%s", err.text);
	check_profile(&oci, count, &seen);
	return seen;
}

static void test_findings(void **state)
{
	(void)state;
	struct seen seen = findings(
		"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [\"SCMP_ARCH_S390X\"], "
		"\"syscalls\": [{\"names\": [\"read\", \"no_such_call\", \"mount\", \"mbind\"], "
		"\"action\": \"SCMP_ACT_ALLOW\"}, {\"names\": [\"read\"], \"action\": "
		"\"SCMP_ACT_ALLOW\"}, {\"names\": [\"prctl\"], \"action\": \"SCMP_ACT_ALLOW\", "
		"\"args\": [{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_NE\"}, {\"index\": 0, "
		"\"value\": 2, \"valueTwo\": 4, \"op\": \"SCMP_CMP_MASKED_EQ\"}]}]}");
	assert_int_equal(seen.of[CHECK_ARCH], 1);
	assert_int_equal(seen.of[CHECK_UNKNOWN], 1);
	assert_int_equal(seen.of[CHECK_DEAD], 3);  /* mount, second read, mask without the bit */
	assert_int_equal(seen.of[CHECK_BROAD], 3); /* mbind, NE on 64 bits, prctl twice */
	seen = findings("{\"defaultAction\": \"SCMP_ACT_ALLOW\"}");
	assert_int_equal(seen.of[CHECK_BROAD], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_docker_and_podman),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_refuses_top_level),
		cmocka_unit_test(test_findings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
