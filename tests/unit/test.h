/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka with the headers that it wants first, and assertions on the error value. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/span.h"

/* The call must succeed; on failure the error is shown. */
#define assert_done(call, e)                                                                       \
	do {                                                                                       \
		int done_ = (call);                                                                \
		if (done_ < 0) {                                                                   \
			char text_[700];                                                           \
			err_format((e), NULL, text_, sizeof(text_));                               \
			fail_msg("%s: %s", #call, text_);                                          \
		}                                                                                  \
	} while (0)

/* The call must fail at the step; the error is cleared for the next use. */
#define assert_fails(call, e, wanted_step)                                                         \
	do {                                                                                       \
		assert_true((call) < 0);                                                           \
		assert_string_equal((e)->step, (wanted_step));                                     \
		err_clear(e);                                                                      \
	} while (0)

#define assert_span(s, text)                                                                       \
	do {                                                                                       \
		struct span span_ = (s);                                                           \
		if (!span_is(span_, (text)))                                                       \
			fail_msg("'%.*s' is not '%s'", SPAN_ARG(span_), (text));                   \
	} while (0)
