/* SPDX-License-Identifier: Apache-2.0 */
/* Turns a policy and its seccomp profile into the record and the program that a launch needs. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/span.h"
#include "policy/oci.h"
#include "policy/policy.h"

/*
 * Shape:  profile -> floor and verdict per number (filter.h) + libseccomp's code for the numbers
 *         whose rules compare arguments; the native architecture alone.
 * Rules:  - a number above every one that the profile names is ENOSYS where the profile denies by
 *           default: what is newer than the profile looks like an older kernel;
 *         - a name that neither libseccomp nor arch.c knows is left out where the profile denies by
 *           default (check.h warns), and an error where it allows by default;
 *         - comparisons of arguments that the kernel reads as an int are made on 32 bits;
 *         - a rule that compares one argument twice is split: either comparison is enough (runc);
 *         - rules for what the floor denies anyway are left out.
 * Limits: LIMIT_POLICY_INSNS
 * Errors: "policy.compile", and those of load.h, oci.h, filter.h, path.h
 */
must_check int compile_seccomp(const char *file, const struct oci_profile *oci,
	struct policy_program *ret, struct err *err);

/* Texts of a policy and of its profile; files are names for messages. */
struct compile_source {
	const char *file;
	struct span json;
	const char *seccomp_file; /* NULL: <seccomp>.json beneath `profiles`, as the policy says */
	struct span seccomp;
};
must_check int compile_texts(const struct compile_source *source, struct fd_dir profiles,
	struct policy *ret_policy, struct policy_program *ret_program, struct err *err);

/*
 * Read `rel` beneath `policies` and `<seccomp>.json` beneath `profiles`, and compile both. The
 * files are trusted only as far as the operator is: every mistake in them is an error.
 */
must_check int compile_policy(struct fd_dir policies, const char *rel, struct fd_dir profiles,
	struct policy *ret_policy, struct policy_program *ret_program, struct err *err);

/* Mask of the arguments (bit 0: the first) of which the kernel keeps 32 bits; 0 if not known. */
uint32_t compile_narrow_args(const char *syscall);
