/* SPDX-License-Identifier: Apache-2.0 */
/* File system of a partition as operations. */
#pragma once

#include "isolate/plan/launch_plan.h"

/*
 * Shape: MNT_ROOT; MNT_TMPFS..., MNT_DIR, MNT_LINK, MNT_FILE...: every mount point while nothing
 *        foreign is attached yet; then MNT_BASE..., MNT_DEV, MNT_BIND..., MNT_PROC, PROC_MASK...
 * Source: design.md section 4; hier(7).
 */
void mount_plan(const struct launch_request *request, struct plan *plan);
