/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock: the mounts' promises said a second time, by path and by scope. */
#pragma once

#include "isolate/apply/apply.h"

/* Errors: landlock. Source: landlock(7). */

/* Highest ABI of the running kernel; 0: none. */
uint32_t landlock_abi(void);
must_check int landlock_child(struct launch *launch, struct err *err);
