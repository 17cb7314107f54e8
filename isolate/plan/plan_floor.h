/* SPDX-License-Identifier: Apache-2.0 */
/* The floor: what no plan may weaken, whoever sealed it. */
#pragma once

#include "isolate/plan/plan.h"

/*
 * Shape:  a partition has its own ids inside the node's range, an empty capability set, locked
 *         securebits, a seccomp program, a Landlock operation, zero further namespaces, its own
 *         network and a read-only root; a joining process has the same but the namespaces; a
 *         confined process has an id of the node's slot 0. All run as an id that is not 0.
 * Errors: plan.floor
 * Source: SECURITY.md, "What a plan cannot ask for".
 */
must_check int plan_floor_check(
	const struct plan_view *view, const struct plan_floor *floor, struct err *err);
