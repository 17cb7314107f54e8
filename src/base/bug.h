/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions that name the invariant and abort with file and line. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

/* Ends the process: a broken invariant is never survived, in any build. */
#define BUG_IF(cond, invariant)                                                                    \
	do {                                                                                       \
		if (__builtin_expect(!!(cond), 0)) {                                               \
			fprintf(stderr, "cantle: bug: %s (%s:%d)\n", (invariant), __FILE__,        \
				__LINE__);                                                         \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
