/* SPDX-License-Identifier: Apache-2.0 */
/* Program, arguments, environment and descriptors as operations. */
#pragma once

#include "isolate/plan/launch_plan.h"

/*
 * Shape: PASS_FD..., ENV..., CWD, ARG..., EXEC. Of variables with one name the last wins: ours (HOME,
 *        USER, LOGNAME, PATH), then the policy's, then the request's;
 *        a home that the request names is HOME whatever the policy says. Source: execve(2).
 */
void env_plan(const struct launch_request *request, struct plan *plan);
