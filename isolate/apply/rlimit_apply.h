/* SPDX-License-Identifier: Apache-2.0 */
/* Limits and habits of one process: rlimits, OOM score, umask, keyring, memory protection. */
#pragma once

#include "isolate/apply/apply.h"

/* Errors: rlimit, oom.score, umask, keyring, mdwe. Source: setrlimit(2), keyrings(7), prctl(2). */

/* A limit above the launcher's own maximum is cut to it: only ever lower than asked for. */
must_check int rlimit_child(struct launch *launch, struct err *err);
must_check int oom_score_child(struct launch *launch, struct err *err);
must_check int umask_child(struct launch *launch, struct err *err);
must_check int keyring_child(struct launch *launch, struct err *err);
must_check int mdwe_child(struct launch *launch, struct err *err);
