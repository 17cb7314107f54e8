/* SPDX-License-Identifier: Apache-2.0 */
/* The seccomp program of the plan, last of all. */
#pragma once

#include "isolate/apply/apply.h"

/* Errors: seccomp. Source: seccomp(2). */
must_check int seccomp_child(struct launch *launch, struct err *err);
