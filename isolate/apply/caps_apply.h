/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities, securebits and no_new_privs: given up for good. */
#pragma once

#include "isolate/apply/apply.h"

/* Errors: caps.bound, caps.securebits, caps.empty, caps.nnp. Source: capabilities(7), prctl(2). */

/* While the process still may: an empty bounding set, then every securebit locked. */
must_check int caps_bound_child(struct launch *launch, struct err *err);
must_check int caps_securebits_child(struct launch *launch, struct err *err);
/* After the ids: all sets empty. */
must_check int caps_empty_child(struct launch *launch, struct err *err);
must_check int caps_nnp_child(struct launch *launch, struct err *err);
