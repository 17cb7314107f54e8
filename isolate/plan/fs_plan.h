/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock rules of a partition as operations. */
#pragma once

#include "isolate/plan/launch_plan.h"

/* Shape: LANDLOCK, LL_RULE...: what the mounts allow, said a second time. Source: landlock(7). */
void fs_plan(const struct launch_request *request, struct plan *plan);
