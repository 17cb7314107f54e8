/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean …?": the nearest of a set of names by Damerau-Levenshtein distance. */
#pragma once

#include "base/span.h"

/*
 * Shape: start with SUGGEST_INIT(given), offer every candidate, read `best` (NULL when nothing is
 *   near enough). Ties go to the candidate that was offered first.
 * Limits: names longer than LIMIT_SUGGEST_NAME bytes are never suggested; the distance accepted is
 *   2, and less than the length of what was given, so that "x" does not suggest "ps".
 * Ownership: nothing is copied; `given` and the candidates outlive the struct.
 * Errors: none.
 */

#define LIMIT_SUGGEST_NAME     48 /* bytes; longer words are not typing errors of a name of ours */
#define LIMIT_SUGGEST_DISTANCE 2  /* edits: insertion, deletion, substitution, transposition */

struct suggest {
	struct span given;
	const char *best;
	unsigned int distance;
};

#define SUGGEST_INIT(given_)                                                                       \
	{                                                                                          \
		.given = (given_), .best = 0, .distance = LIMIT_SUGGEST_DISTANCE + 1               \
	}

/* Count the edits between two names, or LIMIT_SUGGEST_DISTANCE + 1 when there are more. */
unsigned int suggest_distance(struct span a, struct span b);

/* Keep candidate if it is nearer than what was offered before. */
void suggest_offer(struct suggest *suggest, const char *candidate);
