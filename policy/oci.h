/* SPDX-License-Identifier: Apache-2.0 */
/* Seccomp profiles in the JSON of the OCI runtime specification, as Docker and Podman ship them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"

/*
 * Shape:     { default action, rules[{names, action, args}] } of the rules that apply to a process
 *            without capabilities on this architecture and LIMIT_OCI_KERNEL.
 * Rules:     - an unknown key, action, operator, architecture, capability or flag is an error;
 *            - `includes.caps` drops a rule, `excludes.caps` keeps it: a partition has none;
 *            - `minKernel` is compared with the oldest kernel that Cantle supports, so that one
 *              compiled policy fits every machine;
 *            - SCMP_ACT_NOTIFY and listenerPath are refused: nothing listens;
 *            - only the native architecture is compiled; the others in the file are checked names.
 * Limits:    LIMIT_OCI_RULES, LIMIT_OCI_NAMES, and those of the reader.
 * Ownership: strings live in the arena; oci_done() frees it all.
 * Errors:    those of the reader.
 * Source:    opencontainers/runtime-spec config-linux.md#seccomp; "includes", "excludes", "archMap"
 *            and "comment" are Docker's, "errno" and "defaultErrno" Podman's additions.
 */
enum {
	LIMIT_OCI_RULES = 2048,
	LIMIT_OCI_NAMES = 8192,
	LIMIT_OCI_ARGS = 6,
	LIMIT_OCI_KERNEL = 6 << 8 | 1, /* major << 8 | minor: the minimum kernel, 6.1 */
};

enum oci_action {
	OCI_ALLOW,
	OCI_LOG,
	OCI_ERRNO,
	OCI_TRACE,
	OCI_TRAP,
	OCI_KILL_THREAD,
	OCI_KILL_PROCESS,
};

enum oci_op { OCI_NE, OCI_LT, OCI_LE, OCI_EQ, OCI_GE, OCI_GT, OCI_MASKED_EQ };

struct oci_arg {
	uint32_t index;
	enum oci_op op;
	uint64_t value;
	uint64_t value_two;
};

struct oci_rule {
	size_t first_name; /* into names */
	size_t n_names;
	size_t line;
	enum oci_action action;
	uint32_t errno_ret;
	size_t n_args;
	struct oci_arg args[LIMIT_OCI_ARGS];
};

struct oci_profile {
	struct arena arena;
	VEC(struct oci_rule) rules;
	VEC(const char *) names;
	enum oci_action default_action;
	uint32_t default_errno;
	bool has_arches;
	bool has_native_arch;
	size_t n_dropped; /* rules whose includes or excludes do not apply */
};

#define OCI_INIT                                                                                   \
	(struct oci_profile)                                                                       \
	{                                                                                          \
		.arena = ARENA_INIT((size_t)8 << 20), .rules = VEC_INIT, .names = VEC_INIT,        \
		.default_action = OCI_ERRNO                                                        \
	}
#define scoped_oci __attribute__((cleanup(oci_done)))

/* Read a profile; file is its name for messages. */
must_check int oci_parse(
	const char *file, struct span json, struct oci_profile *ret, struct err *err);
void oci_done(struct oci_profile *oci);

/* Does this action let the call happen? */
static inline bool oci_is_allowing(enum oci_action action)
{
	return action == OCI_ALLOW || action == OCI_LOG;
}
