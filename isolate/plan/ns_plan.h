/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces, network and host name of a process as operations. */
#pragma once

#include "isolate/plan/launch_plan.h"

/* Shape: PROCESS, and for a partition NET, HOSTNAME and UCOUNTS. Source: namespaces(7). */
void ns_plan(const struct launch_request *request, struct plan *plan);
