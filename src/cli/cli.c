/* SPDX-License-Identifier: Apache-2.0 */
/* Names, confirmation and errors: what the commands have in common. */
#include "cli/cli.h"

#include <stdio.h>
#include <unistd.h>

#include "base/path.h"
#include "base/table_doc.h"
#include "cli/escape.h"

enum { LIMIT_NAME = 63, LIMIT_ANSWER = 16 };

bool cli_is_json(const struct cli *cli)
{
	const struct command *command = cli->args.command;

	for (size_t i = 0; command && i < command->n_options; i++) {
		if (strcmp(command->options[i].name, "json") == 0)
			return table_has(&cli->args, "json");
	}
	return false;
}

static int status_of(const struct cli *cli, const struct err *err)
{
	static const struct {
		const char *step;
		int status;
	} rows[] = {
		{"usage.", STATUS_USAGE},
		{"cli.name", STATUS_USAGE},
		{"cli.parameter", STATUS_USAGE},
		{"cli.confirm", STATUS_USAGE},
		{"cli.privilege", STATUS_PERMISSION},
		{"profile.", STATUS_PROFILE},
	};
	const struct command *command = cli->args.command;

	if (command && command->flags & COMMAND_FOREGROUND)
		return STATUS_OURS;
	if (err->kind == ERR_BUG)
		return STATUS_BUG;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strncmp(err->step, rows[i].step, strlen(rows[i].step)) == 0)
			return rows[i].status;
	}
	return STATUS_FAILED;
}

/* As the inside of a JSON string; what is not printable ASCII is escaped before. */
static void add_json(struct span text, struct str *out)
{
	for (size_t i = 0; i < text.len; i++) {
		const unsigned char c = (unsigned char)text.ptr[i];

		if (c == '"' || c == '\\')
			str_addf(out, "\\%c", c);
		else if (c < 0x20)
			str_addf(out, "\\u%04x", c);
		else
			str_addc(out, (char)c);
	}
}

static void fail_json(const struct err *err, int status)
{
	scoped_str struct str shown = STR_INIT;
	scoped_str struct str out = STR_INIT;

	escape_text(span_str(err->text), true, false, &shown);
	str_addf(&out, "{\"v\": 1, \"error\": {\"code\": \"%s\", \"exit\": %d, \"message\": \"",
		err->step, status);
	add_json(str_span(&shown), &out);
	if (err->num)
		str_addf(&out, "\", \"errno\": \"%s",
			strerrorname_np(err->num) ? strerrorname_np(err->num) : "?");
	str_adds(&out, "\"}}\n");
	ERR_IGNORED(fd_write_all(STDERR_FILENO, str_span(&out), ignored));
}

int cli_fail_as(struct cli *cli, const struct err *err, int status)
{
	if (cli_is_json(cli)) {
		screen_clear(&cli->screen);
		fail_json(err, status);
		return status;
	}
	screen_error(&cli->screen, err);
	if (strncmp(err->step, "usage.", 6) == 0)
		fprintf(stderr, "see '%s%s%s --help'\n", cli->args.program->name,
			cli->args.command ? " " : "",
			cli->args.command ? cli->args.command->name : "");
	return status;
}

int cli_fail(struct cli *cli, const struct err *err)
{
	return cli_fail_as(cli, err, status_of(cli, err));
}

static bool is_name(struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		const char c = name.ptr[i];
		const bool is_alnum =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!is_alnum && (i == 0 || !strchr("-_.", c)))
			return false;
	}
	return name.len > 0 && name.len <= LIMIT_NAME;
}

int cli_name(struct cli *cli, const char *word, const char **ret, struct err *err)
{
	const char *tenant = table_value(&cli->args, "tenant", NULL);
	struct span name = span_str(word);
	struct span of = span_str(tenant ? tenant : "default");
	scoped_str struct str whole = STR_INIT;

	if (span_index(name, '/') >= 0) {
		struct span before = SPAN_EMPTY;

		if (!span_cut(&name, '/', &before) || (tenant && !span_is(before, tenant)))
			return err_set(err, ERR_INPUT, 0, "cli.name",
				"'%s' and '--tenant %s' name two tenants", word, tenant);
		of = before;
	}
	if (!is_name(name) || !is_name(of))
		return err_set(err, ERR_INPUT, 0, "cli.name",
			"'%s' is not a name: letters, digits, '-', '_' and '.', at most %d, "
			"perhaps with a tenant before: T/NAME",
			is_name(of) ? word : of.ptr, LIMIT_NAME);
	str_addf(&whole, "%.*s/%.*s", SPAN_ARG(of), SPAN_ARG(name));
	*ret = arena_cstr(&cli->arena, str_span(&whole));
	if (!*ret)
		return err_set(err, ERR_LIMIT, 0, "cli.name", "no memory for a name");
	return 0;
}

int cli_confirm(struct cli *cli, const char *question, struct err *err)
{
	char answer[LIMIT_ANSWER] = "";
	ssize_t n = 0;

	if (!isatty(STDIN_FILENO) || !cli->screen.is_tty)
		return err_set(err, ERR_INPUT, 0, "cli.confirm",
			"%s Without a terminal to ask on, say --yes", question);
	fprintf(stderr, "%s [y/N] ", question);
	n = read(STDIN_FILENO, answer, sizeof(answer));
	return n > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}
