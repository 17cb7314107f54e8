/* SPDX-License-Identifier: Apache-2.0 */
/* User namespace, id maps, the counts inside it, and the ids of a process. */
#pragma once

#include "isolate/apply/apply.h"

/* Errors: user.ns, user.map, user.ucounts, user.ids. Source: user_namespaces(7), namespaces(7). */

/* Child: a user namespace last of all, so that every other one belongs to the initial one. */
must_check int user_ns_child(struct launch *launch, struct err *err);
/* Launcher: write the maps of a child that waits at its gate. */
must_check int user_map_apply(const struct launch *launch, pid_t pid, struct err *err);
must_check int user_ucounts_child(struct launch *launch, struct err *err);
must_check int user_ids_child(struct launch *launch, struct err *err);
