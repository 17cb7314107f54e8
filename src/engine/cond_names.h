/* SPDX-License-Identifier: Apache-2.0 */
/* The names that section conditions know: flags and texts of platform and interpreter. */
#pragma once

#include "engine/cond.h"
#include "engine/cond_value.h"

/* Texts made of numbers of the environment. */
struct cond_texts {
	char version[32];      /* "3.11" */
	char full_version[48]; /* "3.11.2" */
};

void cond_texts_init(const struct cond_env *env, struct cond_texts *ret);
/* Value of a name; texts borrow env and texts. False when there is none. */
bool cond_name(const struct cond_env *env, struct span name, const struct cond_texts *texts,
	struct cond_value *ret);
/* Value of a call without arguments, platform.machine(). */
bool cond_call(const struct cond_env *env, struct span name, const struct cond_texts *texts,
	struct cond_value *ret);
