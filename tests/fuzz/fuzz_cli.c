/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as what a partition wrote, as a document of the agent, and as a command line. */
#include <stdlib.h>

#include "base/bug.h"
#include "base/table.h"
#include "cli/document.h"
#include "cli/escape.h"

static const struct option options[] = {
	{"parameter", 'p', OPTION_REPEAT, "KEY=VALUE", "a parameter"},
	{"net", 'n', 0, "none|veth", "network"},
	{"follow", 'f', 0, NULL, "go on"},
};
static const struct command run = {
	.name = "run",
	.args = "NAME -- CMD [ARG...]",
	.summary = "Run",
	.options = options,
	.n_options = ARRAY_LEN(options),
};
static const struct command *const commands[] = {&run};
static const struct option globals[] = {{"help", 'h', 0, NULL, "help"}};
static const struct program program = {
	.name = "prog",
	.summary = "Do things",
	.commands = commands,
	.n_commands = 1,
	.globals = globals,
	.n_globals = 1,
};

/* What comes out steers nothing, however the stream was cut. */
static void fuzz_escape(struct span text, size_t cut)
{
	struct escape escape = {.is_utf8 = true, .keeps_lines = true};
	scoped_str struct str whole = STR_INIT;
	scoped_str struct str pieces = STR_INIT;

	escape_text(text, true, true, &whole);
	escape_add(&escape, span_first(text, cut), &pieces);
	escape_add(&escape, span_from(text, cut), &pieces);
	escape_end(&escape, &pieces);
	BUG_IF(!span_eq(str_span(&whole), str_span(&pieces)), "a cut changes nothing");
	for (size_t i = 0; i < whole.len; i++) {
		const unsigned char c = (unsigned char)whole.ptr[i];

		BUG_IF((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f,
			"no control comes through");
	}
}

static void fuzz_document(struct span text)
{
	struct cli cli = {.arena = ARENA_INIT(1 << 22), .is_utf8 = true};
	scoped_str struct str out = STR_INIT;

	document_show(&cli, text, &out);
	document_show_ps(&cli, text, &out);
	document_show_doctor(&cli, text, &out);
	arena_done(&cli.arena);
}

static void fuzz_table(struct span text)
{
	enum { MAX_ARGS = 32 };
	scoped_table_args struct table_args args = TABLE_ARGS_INIT;
	char *argv[MAX_ARGS + 1] = {NULL};
	struct span word = SPAN_EMPTY;
	struct err err = ERR_INIT;
	int argc = 0;

	while (argc < MAX_ARGS && span_cut(&text, '\n', &word))
		argv[argc++] = strndup(word.ptr ? word.ptr : "", word.len);
	if (table_parse(&program, argc, argv, &args, &err) < 0)
		BUG_IF(!err_is_set(&err), "a failure says why");
	for (int i = 0; i < argc; i++)
		free(argv[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Shape of an input: u8 what, u8 where to cut, then the text. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (size < 2)
		return 0;

	const struct span text = span_make((const char *)bytes + 2, size - 2);

	if (bytes[0] % 3 == 0)
		fuzz_escape(text, bytes[1]);
	else if (bytes[0] % 3 == 1)
		fuzz_document(text);
	else
		fuzz_table(text);
	return 0;
}
