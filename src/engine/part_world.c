/* SPDX-License-Identifier: Apache-2.0 */
/* recipe.h: directories, downloads, parameters, messages and recorded paths. */
#include <stdarg.h>

#include "base/bug.h"
#include "base/path.h"
#include "engine/extend.h"
#include "engine/limit.h"
#include "engine/params.h"
#include "engine/part.h"

const char *part_dir(const struct part *part, enum part_dir which)
{
	return part->engine->directories[which];
}

bool part_is_offline(const struct part *part)
{
	return part->engine->fetch.is_offline;
}

const char *part_path(struct part *part, struct span path)
{
	scoped_str struct str whole = STR_INIT;
	scoped_str struct str normal = STR_INIT;

	path_join(&whole, span_str(part_dir(part, PART_DIR_BUILDOUT)), path);
	path_normalise(&normal, str_span(&whole));
	return normal.failed ? NULL : arena_cstr(&part->engine->config.arena, str_span(&normal));
}

const char *const *part_environment(const struct part *part)
{
	return part->engine->request->envp;
}

/* ---- downloads ---- */

/* The profile's mistake (wrong checksum, no such file) is shown at the option that names it. */
static int fetch_error(
	struct part *part, const struct part_fetch *request, struct err *cause, struct err *err)
{
	struct diags *diags = &part->engine->config.diags;
	char text[600];

	if (part->saved) {
		*err = *cause;
		return -1;
	}
	err_format(cause, NULL, text, sizeof(text));
	(void)part_error_at(part, request->key, err, "cannot get '%.*s'",
		SPAN_ARG(span_first(request->url, 300)));
	(void)snprintf(diag_last(diags)->code, sizeof(diag_last(diags)->code), "%s",
		strcmp(cause->step, "fetch.checksum") == 0 || strstr(cause->step, "checksum")
			? "E0406"
			: "E0405");
	diag_note(diags, (struct where){0}, "%s", text);
	if (part->engine->fetch.is_offline && extend_is_url(request->url))
		diag_upstream(
			diags, "Couldn't download '%.*s' in offline mode.", SPAN_ARG(request->url));
	/* The machine reads what happened, not that it happened to a profile. */
	if (cause->kind != ERR_INPUT) {
		err->kind = cause->kind;
		(void)snprintf(err->step, sizeof(err->step), "%s", cause->step);
	}
	return -1;
}

int part_fetch(struct part *part, const struct part_fetch *request, struct fd_file *ret_file,
	struct err *err)
{
	struct fetch_request ask = {.url = request->url,
		.kind = request->kind,
		.hex = request->hex,
		.part = span_str(part->name)};
	struct err cause = ERR_INIT;
	struct err second = ERR_INIT;

	if (fetch_open(&part->engine->fetch, &ask, ret_file, &cause) == 0)
		return 0;
	ask.url = request->alternate_url;
	if (ask.url.len > 0 && fetch_open(&part->engine->fetch, &ask, ret_file, &second) == 0)
		return 0;
	return fetch_error(part, request, &cause, err);
}

/* ---- parameters ---- */

int part_params(struct part *part, const struct part_params **ret_params, struct err *err)
{
	return params_get(part->engine, ret_params, err);
}

int part_publish(struct part *part, const struct part_pair *pairs, size_t n_pairs, struct err *err)
{
	return params_publish(part->engine, pairs, n_pairs, err);
}

/* ---- recorded paths and messages ---- */

static int add_path(
	struct part *part, const char *path, bool is_created, bool is_recorded, struct err *err)
{
	const char *kept = arena_cstr(&part->engine->config.arena, span_str(path));

	if (!kept)
		return config_oom(err);
	if (strchr(path, '\n') || !*path)
		return err_set(err, ERR_INPUT, 0, "part.path", "no usable path: '%.200s'", path);
	if (part->created.n + part->installed.n >= LIMIT_PART_PATHS)
		return err_set(err, ERR_LIMIT, 0, "part.paths",
			"more than %d recorded paths (LIMIT_PART_PATHS)", LIMIT_PART_PATHS);
	if ((is_created && !vec_push(&part->created, kept)) ||
		(is_recorded && !vec_push(&part->installed, kept)))
		return config_oom(err);
	return is_recorded ? 0 : journal_path(&part->engine->journal, kept, err);
}

int part_created(struct part *part, const char *path, struct err *err)
{
	return add_path(part, path, true, false, err);
}

int part_building(struct part *part, const char *path, struct err *err)
{
	return add_path(part, path, false, false, err);
}

int part_installed(struct part *part, const char *path, struct err *err)
{
	return add_path(part, path, false, true, err);
}

void part_step(struct part *part, const char *step)
{
	part->step = arena_cstr(&part->engine->config.arena, span_str(step));
	engine_event(part->engine, EVENT_PART_STEP, part->name, step, 0);
}

static void say(struct part *part, enum engine_level level, const char *format, va_list ap)
	printf_like(3, 0);

static void say(struct part *part, enum engine_level level, const char *format, va_list ap)
{
	scoped_str struct str text = STR_INIT_LIMIT(1 << 20);

	str_addv(&text, format, ap);
	engine_log(part->engine, level, "%s", str_cstr(&text));
}

void part_note(struct part *part, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(part, ENGINE_INFO, format, ap);
	va_end(ap);
}

void part_warn(struct part *part, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(part, ENGINE_WARNING, format, ap);
	va_end(ap);
}
