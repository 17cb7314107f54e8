/* SPDX-License-Identifier: Apache-2.0 */
/* Shell words: split as POSIX shlex does, quote for /bin/sh. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"

/*
 * Shape:     text -> array of words; quotes and backslashes are taken away, newlines are blanks.
 * Limits:    WORDS_MAX words.
 * Ownership: the words live in the arena that the caller gives.
 * Errors:    words.parse
 * Source:    Python's shlex.split(text), posix=True, comments=False; pipes.quote.
 */
enum { WORDS_MAX = 4096 };

struct words {
	struct span *items;
	size_t n;
};

must_check int words_parse(
	struct span text, struct arena *arena, struct words *ret, struct err *err);

/* Add the word so that the shell reads it back as it is; '' where it is empty. */
void words_quote(struct str *ret, struct span word);

/* Add the blank-separated words of the text, joined by one space: "a\n  b" -> "a b". */
void words_fold(struct str *ret, struct span text);
