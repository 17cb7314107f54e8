/* SPDX-License-Identifier: Apache-2.0 */
/* plone.recipe.command: a piece of shell at install, another one at update. */
#include "base/bug.h"
#include "engine/recipe.h"
#include "recipes/option.h"
#include "recipes/table.h"

/* No "set -e": as in the original, only the status of the last command counts, and only with
   stop-on-error. */
static int get_stop(struct part *part, bool *ret, struct err *err)
{
	static const char *const no[] = {"", "no", "off", "false"};
	static const char *const yes[] = {"yes", "on", "true"};
	struct span text;
	if (part_get_or(part, "stop-on-error", "", &text, err) < 0)
		return -1;
	text = span_trim(text);
	for (size_t i = 0; i < ARRAY_LEN(no); i++) {
		*ret = false;
		if (span_is(text, no[i]))
			return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		*ret = true;
		if (span_is(text, yes[i]))
			return 0;
	}
	return part_error_at(part, "stop-on-error", err,
		"Invalid value '%.*s' for 'stop_on_error', use 'yes', 'on', 'true', 'no', 'off' or "
		"false.",
		SPAN_ARG(text));
}

static int run(struct part *part, const char *key, struct span text, struct err *err)
{
	struct part_command command = {.shell = text.ptr, .may_fail = true};
	struct part_outcome outcome = {0};
	bool must_work;
	if (get_stop(part, &must_work, err) < 0)
		return -1;
	part_step(part, key);
	part_note(part, "Running '%s'", text.ptr);
	if (part_run(part, &command, &outcome, err) < 0)
		return -1;
	if (outcome.status && must_work)
		return part_error_at(part, key, err,
			"Non zero exit code (%d) while running command.", outcome.status);
	if (outcome.status)
		part_warn(part, "the command ended with status %d", outcome.status);
	return 0;
}

int command_init(struct part *part, struct err *err)
{
	struct span text;
	bool ignored;
	/* Read here, it does not count as unused by those who only install. */
	if (part_get_or(part, "update-command", "", &text, err) < 0)
		return -1;
	return get_stop(part, &ignored, err);
}

int command_install(struct part *part, struct err *err)
{
	struct span text;
	struct span paths;
	struct span path;
	if (part_get_or(part, "command", "", &text, err) < 0 ||
		part_get_or(part, "location", "", &paths, err) < 0)
		return -1;
	if (span_trim(text).len == 0)
		return part_error_at(part, "command", err, "No command specified");
	if (run(part, "command", text, err) < 0)
		return -1;
	while (span_word(&paths, &path)) {
		const char *owned = part_path(part, path);
		if (!owned)
			return option_no_memory(err);
		if (part_installed(part, owned, err) < 0)
			return -1;
	}
	return 0;
}

int command_update(struct part *part, struct err *err)
{
	struct span text;
	if (part_get_or(part, "update-command", "", &text, err) < 0)
		return -1;
	return span_trim(text).len ? run(part, "update-command", text, err) : 0;
}
