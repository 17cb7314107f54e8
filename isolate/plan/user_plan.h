/* SPDX-License-Identifier: Apache-2.0 */
/* Ids of a process as operations. */
#pragma once

#include "isolate/plan/launch_plan.h"

/* First host id of a slot; it is what 0 inside is mapped to. */
uint32_t user_slot_base(uint32_t node, uint32_t slot);
/* Group inside that sees every process of the partition in /proc; joining processes have it. */
#define USER_WATCH_GROUP 1001u

/* Shape: ID_MAP (partition), USER. Source: user_namespaces(7). */
void user_plan(const struct launch_request *request, struct plan *plan);
