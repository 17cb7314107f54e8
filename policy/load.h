/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a policy file (JSON) into its record. */
#pragma once

#include "base/err.h"
#include "base/span.h"
#include "policy/policy.h"

/*
 * Shape:  { "version": 1, "name", "summary", "namespaces": [], "proc", "net", "hostname", "seccomp",
 *           "landlock": {"abi"}, "limits": {}, "tmpfs": {}, "rlimits": {}, "env": {"set", "pass"},
 *           "mdwe", "optional": [] }
 * Units:  sizes are integers or "64M"; CPUs a decimal such as 1.5.
 * Rules:  every key is known or an error with file:line:column and the nearest known one; what is
 *         left out of "namespaces" is shared with the host, so only the broker's policy does.
 * Errors: those of reader.h
 * Source: cantle-policy(5), policy/schema/policy.schema.json.
 */
must_check int policy_load(const char *file, struct span json, struct policy *ret, struct err *err);
