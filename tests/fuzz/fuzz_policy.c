/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a policy, a seccomp profile or a compiled policy: read or refused, never worse. */
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "base/bug.h"
#include "policy/arch.h"
#include "policy/bpf_eval.h"
#include "policy/check.h"
#include "policy/compile.h"
#include "policy/load.h"
#include "policy/policy.h"

static void fuzz_load(struct span bytes)
{
	struct err err = ERR_INIT;
	struct policy policy;
	scoped_str struct str stored = STR_INIT;
	struct sock_filter insn = BPF_STMT(BPF_RET | BPF_K, 0);
	struct policy_program one = {.insns = &insn, .n = 1};
	scoped_policy_program struct policy_program back = POLICY_PROGRAM_INIT;
	if (policy_load("fuzz", bytes, &policy, &err) < 0)
		return;
	/* What loads can be stored and opened again. */
	BUG_IF(policy_store(&policy, &one, &stored, &err) < 0, "a loaded policy is stored");
	BUG_IF(policy_parse(str_span(&stored), &policy, &back, &err) < 0, "and opened");
}

static void ignore(const struct check_finding *finding, void *ctx)
{
	(void)finding;
	(void)ctx;
}

/* Whatever the profile says, namespaces and vsock stay closed. */
static void fuzz_profile(struct span bytes)
{
	struct err err = ERR_INIT;
	scoped_oci struct oci_profile oci = OCI_INIT;
	scoped_policy_program struct policy_program program = POLICY_PROGRAM_INIT;
	if (oci_parse("fuzz", bytes, &oci, &err) < 0)
		return;
	check_profile(&oci, ignore, NULL);
	if (compile_seccomp("fuzz", &oci, &program, &err) < 0)
		return;
	const struct seccomp_data calls[] = {
		{.nr = arch_syscall("clone"), .arch = ARCH_AUDIT, .args = {0x10000000}},
		{.nr = arch_syscall("socket"), .arch = ARCH_AUDIT, .args = {40, 1, 0}},
		{.nr = arch_syscall("mount"), .arch = ARCH_AUDIT},
		{.nr = 1, .arch = 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		uint32_t verdict = bpf_eval(program.insns, program.n, &calls[i], NULL);
		BUG_IF(verdict == SECCOMP_RET_ALLOW || verdict == SECCOMP_RET_LOG,
			"no profile loosens the floor");
	}
}

/* The bytes as record and program behind a right head. */
static void fuzz_compiled(struct span bytes)
{
	struct err err = ERR_INIT;
	struct policy policy;
	struct sock_filter insns[64];
	struct policy_program in = {.insns = insns};
	struct seccomp_data call = {.nr = 1, .arch = ARCH_AUDIT};
	scoped_str struct str stored = STR_INIT;
	scoped_policy_program struct policy_program out = POLICY_PROGRAM_INIT;
	memset(&policy, 0, sizeof(policy));
	memset(insns, 0, sizeof(insns));
	struct span program = span_first(bytes, sizeof(insns));
	struct span record = span_first(span_from(bytes, program.len), sizeof(policy));
	memcpy(insns, program.ptr, program.len);
	in.n = program.len / sizeof(insns[0]);
	if (record.len)
		memcpy(&policy, record.ptr, record.len);
	if (policy_store(&policy, &in, &stored, &err) < 0)
		return;
	if (policy_parse(str_span(&stored), &policy, &out, &err) == 0)
		bpf_eval(out.insns, out.n, &call, NULL);
	err_clear(&err);
	if (policy_parse(bytes, &policy, &out, &err) == 0)
		policy_program_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Shape of an input: u8 which reader, then the document. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (size == 0)
		return 0;
	struct span rest = span_make((const char *)bytes + 1, size - 1);
	if (bytes[0] % 3 == 0)
		fuzz_load(rest);
	else if (bytes[0] % 3 == 1)
		fuzz_profile(rest);
	else
		fuzz_compiled(rest);
	return 0;
}
