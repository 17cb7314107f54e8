/* SPDX-License-Identifier: Apache-2.0 */
/* A policy or a system call profile that the operator brings, instead of one of ours. */
#pragma once

#include "base/err.h"
#include "node/draft.h"
#include "node/node.h"

/*
 * Shape:     option "policy" that is a path (own_policy_is_file) comes with CTL_ROLE_FILE; option
 *            "seccomp" is always a path and comes with the next one.
 * Rules:     what cannot hold a partition, such as the broker's policy, is refused.
 * Limits:    those of policy/reader.h
 * Errors:    draft.policy, and those of policy/compile.h with the path as the operator wrote it
 * Ownership: the draft owns what it takes.
 */
must_check int own_policy_apply(struct node *node, struct draft *d, struct err *err);
