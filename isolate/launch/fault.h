/* SPDX-License-Identifier: Apache-2.0 */
/* Faults that a plan asks for: fault.c in the test launcher, fault_none.c in the product. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "isolate/plan/plan.h"

/* Source: CONTRIBUTING.md, "Tests that prove a defence". */

/* Whether plans with faults pass verification. */
bool fault_is_allowed(void);
/* Fails, or ends this process by SIGKILL, where the plan names this step. */
must_check int fault_at(const struct plan_view *view, const char *step, struct err *err);
/* Defences that the plan leaves out. */
uint32_t fault_weaken(const struct plan_view *view);
