/* SPDX-License-Identifier: Apache-2.0 */
/* What a process may never do again, as operations: capabilities, limits, system calls. */
#pragma once

#include "isolate/plan/launch_plan.h"

/* Shape: CAPS, RLIMIT..., UMASK, KEYRING, MDWE, SECCOMP. Source: capabilities(7), setrlimit(2). */
void cap_plan(const struct launch_request *request, struct plan *plan);
