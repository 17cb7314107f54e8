/* SPDX-License-Identifier: Apache-2.0 */
/* What section conditions may ask of the system that they are evaluated on. */
#pragma once

#include "engine/cond_value.h"

/*
 * Shape:  os.path.isdir(x) os.path.isfile(x) os.path.exists(x) os.access(x, mode) open(x)
 *         platform.freedesktop_os_release(); open() is the file's text, of at most
 *         COND_SYSTEM_BYTES, for `.read()`.
 * Trust:  the engine runs inside the partition: what is seen is the partition's own view.
 */
enum { COND_SYSTEM_BYTES = 64 << 10 };

bool cond_system_is(struct span name);
/* False where Python would raise. */
bool cond_system(struct arena *arena, struct span name, const struct cond_value *arguments,
	struct cond_value *ret);
/* KEY of a text of KEY=value lines. */
bool cond_system_field(struct span text, struct span key, struct cond_value *ret);
