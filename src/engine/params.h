/* SPDX-License-Identifier: Apache-2.0 */
/* What the broker knows of this instance: its description and parameters; and what it publishes. */
#pragma once

#include "base/err.h"
#include "engine/recipe.h"

struct engine;

/*
 * Shape:     PARAMS and PUBLISH of src/wire/msg_broker.h; asked once, kept in the engine's arena.
 * Errors:    params.broker, publish.broker, publish.pairs, and the broker's.
 */
must_check int params_get(
	struct engine *engine, const struct part_params **ret_params, struct err *err);
must_check int params_publish(
	struct engine *engine, const struct part_pair *pairs, size_t n_pairs, struct err *err);
/* Value of a key of the instance's description; empty where there is none. */
struct span params_instance(const struct part_params *params, const char *key);
