/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a policy, a seccomp profile in OCI JSON, or the compiled form of a policy. */
#include "policy/load.h"
#include "policy/oci.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Shape of an input: u8 which reader, then the text. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct policy_program program = POLICY_PROGRAM_INIT;
	struct oci_profile profile;
	struct err err = ERR_INIT;
	struct policy policy;
	struct span text;

	if (size == 0)
		return 0;
	text = (struct span){(const char *)bytes + 1, size - 1};
	switch (bytes[0] % 3) {
	case 0:
		if (policy_load("fuzz.json", text, &policy, &err) < 0)
			return 0;
		break;
	case 1:
		if (oci_parse("fuzz.json", text, &profile, &err) == 0)
			oci_done(&profile);
		break;
	default:
		if (policy_parse(text, &policy, &program, &err) == 0)
			policy_program_done(&program);
		break;
	}
	return 0;
}
