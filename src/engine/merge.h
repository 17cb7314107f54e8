/* SPDX-License-Identifier: Apache-2.0 */
/* Putting one list of options over another: assignment, `+=` and `-=`. */
#pragma once

#include "engine/config.h"

/*
 * Rules:  the operators of the upper list act on its own plain option where it has one, else on the
 *         lower list's; `-=` removes lines that are exactly equal. A section that is new is taken
 *         over verbatim: `x +=` without anything below stays an option named `x +`, until a later
 *         `x +=` finds it and takes it as its base, so that nothing is lost.
 * Source: zc.buildout 3.0.1 _update_section(); slapos-head 1.
 */
must_check int merge_options(
	struct config *config, struct options *lower, const struct options *upper, struct err *err);

/* Copy every option of `from` that a profile wrote (not what recipes set), over those of `to`. */
must_check int merge_copy(
	struct config *config, struct options *to, const struct options *from, struct err *err);

/* 0, '+' or '-': what a key ends with; ret_plain gets the key without it. */
char merge_operator(struct span key, struct span *ret_plain);
