/* SPDX-License-Identifier: Apache-2.0 */
/* Shell words: split as POSIX shlex does, quote for /bin/sh. */
#include "recipes/words.h"

#include <errno.h>

struct lexer {
	struct span text;
	size_t pos;
	struct str word;
	bool has_word; /* also for an empty quoted one */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The text behind an opening quote, up to and with the closing one. */
static int lex_quoted(struct lexer *l, char quote, struct err *err)
{
	l->has_word = true;
	while (l->pos < l->text.len) {
		char c = l->text.ptr[l->pos++];
		if (c == quote)
			return 0;
		if (c == '\\' && quote == '"') {
			if (l->pos == l->text.len)
				break;
			/* Inside double quotes a backslash escapes only itself and the quote. */
			if (l->text.ptr[l->pos] != '"' && l->text.ptr[l->pos] != '\\')
				str_addc(&l->word, c);
			c = l->text.ptr[l->pos++];
		}
		str_addc(&l->word, c);
	}
	return err_set(err, ERR_INPUT, 0, "words.parse", "no closing quotation (%c)", quote);
}

static int lex_one(struct lexer *l, struct err *err)
{
	char c = l->text.ptr[l->pos++];
	if (c == '\'' || c == '"')
		return lex_quoted(l, c, err);
	if (c == '\\') {
		if (l->pos == l->text.len)
			return err_set(err, ERR_INPUT, 0, "words.parse",
				"nothing follows the last backslash");
		c = l->text.ptr[l->pos++];
	}
	l->has_word = true;
	str_addc(&l->word, c);
	return 0;
}

/* The next word into l->word; has_word tells whether there was one. */
static int lex_word(struct lexer *l, struct err *err)
{
	l->has_word = false;
	str_cut(&l->word, 0);
	while (l->pos < l->text.len && is_blank(l->text.ptr[l->pos]))
		l->pos++;
	while (l->pos < l->text.len && !is_blank(l->text.ptr[l->pos]))
		if (lex_one(l, err) < 0)
			return -1;
	return str_check(&l->word, err);
}

static int lex_all(struct lexer *l, struct arena *arena, struct words *ret, struct err *err)
{
	for (;;) {
		struct span word;
		if (lex_word(l, err) < 0)
			return -1;
		if (!l->has_word)
			return 0;
		if (ret->n == WORDS_MAX)
			return err_set(
				err, ERR_LIMIT, 0, "words.parse", "more than %d words", WORDS_MAX);
		word = l->word.len ? arena_span(arena, str_span(&l->word)) : span_make("", 0);
		if (!word.ptr)
			return err_set(err, ERR_LIMIT, ENOMEM, "words.parse", "words");
		ret->items[ret->n++] = word;
	}
}

int words_parse(struct span text, struct arena *arena, struct words *ret, struct err *err)
{
	/* n words need at least 2n - 1 bytes. */
	size_t room = text.len / 2 + 1 < WORDS_MAX ? text.len / 2 + 1 : WORDS_MAX;
	struct lexer l = {.text = text, .word = STR_INIT};
	struct words words = {.items = arena_array(arena, struct span, room), .n = 0};
	int rc;
	if (!words.items)
		return err_set(err, ERR_LIMIT, ENOMEM, "words.parse", "words");
	rc = lex_all(&l, arena, &words, err);
	str_done(&l.word);
	if (rc == 0)
		*ret = words;
	return rc;
}

static bool is_safe(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("_@%+=:,./-", c));
}

void words_quote(struct str *ret, struct span word)
{
	size_t i = 0;
	while (i < word.len && is_safe(word.ptr[i]))
		i++;
	if (word.len && i == word.len) {
		str_add(ret, word);
		return;
	}
	str_addc(ret, '\'');
	for (i = 0; i < word.len; i++) {
		if (word.ptr[i] == '\'')
			str_adds(ret, "'\"'\"'");
		else
			str_addc(ret, word.ptr[i]);
	}
	str_addc(ret, '\'');
}

void words_fold(struct str *ret, struct span text)
{
	struct span word;
	bool is_first = true;
	while (span_word(&text, &word)) {
		if (!is_first)
			str_addc(ret, ' ');
		str_add(ret, word);
		is_first = false;
	}
}
