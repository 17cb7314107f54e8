/* SPDX-License-Identifier: Apache-2.0 */
/* One run of the engine: from profile files to a configuration that parts can be made of. */
#include "engine/engine.h"

#include <stdarg.h>
#include <sys/utsname.h>

#include "base/bug.h"
#include "base/path.h"
#include "engine/extend.h"
#include "engine/limit.h"
#include "engine/merge.h"
#include "engine/parse.h"
#include "engine/part.h"

static const struct span buildout_name = SPAN("buildout");

/* zc.buildout 3.0.1's defaults, and slapos's dry-run and check-signature. */
static const struct {
	const char *key;
	const char *value;
} defaults[] = {
	{"allow-hosts", "*"},
	{"allow-picked-versions", "true"},
	{"allow-unknown-extras", "false"},
	{"bin-directory", "bin"},
	{"check-signature", "true"},
	{"develop-eggs-directory", "develop-eggs"},
	{"dry-run", "false"},
	{"eggs-directory", "eggs"},
	{"find-links", ""},
	{"install-from-cache", "false"},
	{"installed", ".installed.cfg"},
	{"log-format", ""},
	{"log-level", "INFO"},
	{"newest", "true"},
	{"offline", "false"},
	{"parts-directory", "parts"},
	{"prefer-final", "true"},
	{"python", "buildout"},
	{"show-picked-versions", "false"},
	{"socket-timeout", ""},
	{"update-versions-file", ""},
	{"use-dependency-links", "true"},
};

/* Options of [buildout] that the engine, an extension or a recipe reads, besides the defaults. */
static const char *const known[] = {
	"directory",
	"executable",
	"parts",
	"develop",
	"extensions",
	"versions",
	"index",
	"download-cache",
	"extends-cache",
	"verbosity",
	"networkcache-section",
	"shared-part-list",
	"build-time-part-list",
	"rebootstrap-prepend-paths",
	"keep-compile-dir",
	"prefix",
	"relative-paths",
	"allowed-eggs-from-site-packages",
	"include-site-packages",
	"exec-sitecustomize",
	"unzip",
};

/* ---- messages ---- */

void engine_log(struct engine *engine, enum engine_level level, const char *format, ...)
{
	const struct engine_host *host = &engine->request->host;
	scoped_str struct str text = STR_INIT_LIMIT(1 << 20);
	va_list ap;

	if (!host->log || (int)level < engine->log_level)
		return;
	va_start(ap, format);
	str_addv(&text, format, ap);
	va_end(ap);
	host->log(host->context, level, str_span(&text));
}

void engine_event(struct engine *engine, enum event_kind kind, const char *part, const char *text,
	uint64_t elapsed_ms)
{
	const struct engine_host *host = &engine->request->host;
	const struct event event = {.kind = kind,
		.part = span_str(part),
		.text = span_str(text),
		.elapsed_ms = elapsed_ms};

	if (host->event)
		host->event(host->context, &event);
}

/* ---- life of the context ---- */

int engine_init(struct engine *engine, const struct engine_request *request, struct err *err)
{
	struct utsname uts;

	*engine = (struct engine){
		.request = request,
		.fetch = {.broker = request->broker, .directory = request->directory},
		.doing = {.format = "Initializing."},
		.log_level = ENGINE_INFO,
		.parts = VEC_INIT,
		.journal = JOURNAL_INIT,
	};
	installed_init(&engine->installed);
	if (config_init(&engine->config, err) < 0)
		return -1;
	engine->resolve = (struct resolve){
		.config = &engine->config, .init_part = part_init, .context = engine};
	if (uname(&uts) < 0)
		return err_set(err, ERR_OS, errno, "engine.uname", "uname");
	engine->cond = (struct cond_env){
		.python = {3, 11, 2},
		.machine = arena_cstr(&engine->config.arena, span_str(uts.machine)),
		.release = arena_cstr(&engine->config.arena, span_str(uts.release)),
	};
	engine->config.diags.doing = &engine->doing;
	return engine->cond.machine && engine->cond.release ? 0 : config_oom(err);
}

void engine_done(struct engine *engine)
{
	for (size_t i = 0; i < engine->parts.n; i++)
		part_forget(engine->parts.items[i]);
	vec_done(&engine->parts);
	journal_done(&engine->journal);
	installed_done(&engine->installed);
	config_done(&engine->config);
}

/* ---- loading ---- */

/* [buildout] always exists; what no file sets there has a default. */
static int load_default(struct engine *engine, const char *key, const char *value,
	enum source_pseudo source, struct err *err)
{
	struct config *config = &engine->config;
	struct section *section = config_section_find(config, buildout_name);

	if (options_find_name(config, &section->raw, span_str(key)))
		return 0;
	return options_assign(
		config, &section->raw, span_str(key), span_str(value), source, 0, err);
}

static int load_defaults(struct engine *engine, struct err *err)
{
	const char *python = engine->request->python ? engine->request->python : "/usr/bin/python3";

	for (size_t i = 0; i < ARRAY_LEN(defaults); i++)
		if (load_default(engine, defaults[i].key, defaults[i].value, SOURCE_DEFAULT, err) <
			0)
			return -1;
	if (load_default(engine, "executable", python, SOURCE_DEFAULT, err) < 0)
		return -1;
	return load_default(engine, "directory", engine->request->directory, SOURCE_COMPUTED, err);
}

static int assignment_cmp(const void *a, const void *b)
{
	const struct engine_assignment *x = a;
	const struct engine_assignment *y = b;
	int order = span_cmp(x->section, y->section);

	order = order ? order : span_cmp(x->key, y->key);
	return order ? order : span_cmp(x->value, y->value);
}

/* Sorted, not in the order of the command line: so does buildout. */
static int load_assignments(struct engine *engine, struct err *err)
{
	struct config *config = &engine->config;
	size_t n = engine->request->n_assignments;
	scoped_free struct engine_assignment *rows = mem_array(n, sizeof(*rows));

	if (!rows)
		return config_oom(err);
	if (n == 0)
		return 0;
	memcpy(rows, engine->request->assignments, n * sizeof(*rows));
	qsort(rows, n, sizeof(*rows), assignment_cmp);
	for (size_t i = 0; i < n;) {
		struct section *section = config_section_find(config, rows[i].section);
		struct options list;
		size_t first = i;

		if (!section && config_section_add(config, rows[i].section, &section, err) < 0)
			return -1;
		options_init(config, &list);
		for (; i < n && span_eq(rows[i].section, rows[first].section); i++)
			if (options_assign(config, &list, rows[i].key, rows[i].value,
				    SOURCE_COMMAND_LINE, 0, err) < 0)
				return -1;
		if (merge_options(config, &section->raw, &list, err) < 0)
			return -1;
	}
	return 0;
}

/* [versions] always exists, with floors for the tools themselves. */
static int load_versions(struct engine *engine, struct err *err)
{
	static const struct span floors[][2] = {
		{SPAN("zc.buildout"), SPAN(">=3.0.1")},
		{SPAN("zc.recipe.egg"), SPAN(">=2.0.6")},
	};
	struct config *config = &engine->config;
	struct section *buildout = config_section_find(config, buildout_name);
	struct option *option =
		options_find_name(config, &buildout->raw, (struct span)SPAN("versions"));
	struct span name = (struct span)SPAN("versions");
	struct section *versions;

	if (option && value_text(config, option->value, &name, err) < 0)
		return -1;
	if (!option &&
		options_assign(config, &buildout->raw, name, name, SOURCE_COMPUTED, 0, err) < 0)
		return -1;
	versions = config_section_find(config, name);
	if (!versions && (option != NULL || config_section_add(config, name, &versions, err) < 0))
		return option ? 0 : -1;
	for (size_t i = 0; i < ARRAY_LEN(floors); i++)
		if (!options_find_name(config, &versions->raw, floors[i][0]) &&
			options_assign(config, &versions->raw, floors[i][0], floors[i][1],
				SOURCE_DEFAULT, 0, err) < 0)
			return -1;
	return 0;
}

int engine_load(struct engine *engine, struct err *err)
{
	const struct engine_request *request = engine->request;
	struct section *buildout;

	for (size_t i = 0; i < request->n_assignments; i++)
		if (span_eq(request->assignments[i].section, buildout_name) &&
			span_is(request->assignments[i].key, "offline"))
			engine->fetch.is_offline = span_is(request->assignments[i].value, "true");
	if (config_section_add(&engine->config, buildout_name, &buildout, err) < 0 ||
		extend_load(&engine->config, &engine->cond, &engine->fetch, request->profiles,
			request->n_profiles, err) < 0 ||
		load_defaults(engine, err) < 0 || load_assignments(engine, err) < 0 ||
		load_versions(engine, err) < 0)
		return -1;
	return 0;
}

/* ---- [buildout] ---- */

static struct option *buildout_find(struct engine *engine, const char *key)
{
	struct section *section = config_section_find(&engine->config, buildout_name);

	return options_find_name(&engine->config,
		section->is_expanded ? &section->live : &section->raw, span_str(key));
}

int engine_option(struct engine *engine, const char *key, const char **ret_value, struct err *err)
{
	struct option *option = buildout_find(engine, key);
	struct span value;

	*ret_value = NULL;
	if (!option)
		return 0;
	if (part_read(engine, engine->buildout, option, &value, err) < 0)
		return -1;
	*ret_value = value.ptr;
	return 0;
}

static const char *const directory_keys[] = {
	[PART_DIR_BUILDOUT] = "directory",
	[PART_DIR_PARTS] = "parts-directory",
	[PART_DIR_BIN] = "bin-directory",
	[PART_DIR_EGGS] = "eggs-directory",
	[PART_DIR_DEVELOP_EGGS] = "develop-eggs-directory",
};

/* buildout:directory as the command line or a profile has it, unless it needs substitution. */
static int base_directory(struct engine *engine, struct span *ret, struct err *err)
{
	struct option *option = buildout_find(engine, "directory");

	*ret = span_str(engine->request->directory);
	if (!option || value_text(&engine->config, option->value, ret, err) < 0)
		return option ? -1 : 0;
	if (!span_starts(*ret, "/"))
		*ret = span_str(engine->request->directory);
	return 0;
}

static int make_absolute(
	struct engine *engine, struct option *option, struct span base, struct err *err)
{
	struct config *config = &engine->config;
	scoped_str struct str whole = STR_INIT;
	scoped_str struct str normal = STR_INIT;
	struct span text;

	if (value_text(config, option->value, &text, err) < 0)
		return -1;
	if (span_find(text, (struct span)SPAN("${")) >= 0)
		return 0;
	path_join(&whole, base, text);
	path_normalise(&normal, str_span(&whole));
	text = arena_span(&config->arena, str_span(&normal));
	if (!text.ptr)
		return config_oom(err);
	return piece_new(config, text, NULL, option->value, 0, &option->value, err);
}

/* Relative directories become absolute on the raw text, so that other sections see them so. */
int engine_absolute(struct engine *engine, struct err *err)
{
	struct span base;

	if (base_directory(engine, &base, err) < 0)
		return -1;
	for (size_t i = PART_DIR_PARTS; i < ARRAY_LEN(directory_keys); i++) {
		struct option *option = buildout_find(engine, directory_keys[i]);

		if (option && make_absolute(engine, option, base, err) < 0)
			return -1;
	}
	return 0;
}

/* `true` or `false`, read raw: before anything is substituted. */
static int raw_bool(struct engine *engine, const char *key, bool *ret_value, struct err *err)
{
	struct option *option = buildout_find(engine, key);
	struct span text = SPAN_EMPTY;

	if (!option || value_text(&engine->config, option->value, &text, err) < 0)
		return option ? -1 : 0;
	*ret_value = span_is(text, "true");
	if (*ret_value || span_is(text, "false"))
		return 0;
	(void)diag_error(&engine->config.diags, err, "E0308",
		piece_where(&engine->config.sources, option->value),
		"`%s` is `true` or `false`, not `%.*s`", key, SPAN_ARG(span_first(text, 100)));
	diag_upstream(&engine->config.diags, "Invalid value for '%s' option: '%.*s'", key,
		SPAN_ARG(span_first(text, 100)));
	return -1;
}

static int set_log_level(struct engine *engine, struct err *err)
{
	static const struct {
		const char *name;
		int level;
	} levels[] = {
		{"DEBUG", 10}, {"INFO", 20}, {"WARNING", 30}, {"ERROR", 40}, {"CRITICAL", 50}};
	const char *name;
	const char *verbosity;
	uint64_t number = 0;
	bool is_negative;
	bool is_known = false;

	if (engine_option(engine, "log-level", &name, err) < 0 ||
		engine_option(engine, "verbosity", &verbosity, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(levels) && name; i++)
		if (strcmp(levels[i].name, name) == 0) {
			engine->log_level = levels[i].level;
			is_known = true;
		}
	if (!is_known && span_parse_u64(span_str(name), &number) && number < 1000) {
		engine->log_level = (int)number;
		is_known = true;
	}
	if (!is_known) {
		(void)diag_error(&engine->config.diags, err, "E0308",
			piece_where(
				&engine->config.sources, buildout_find(engine, "log-level")->value),
			"`%.100s` is no log level", name ? name : "");
		diag_upstream(
			&engine->config.diags, "Invalid logging level %.100s", name ? name : "");
		return -1;
	}
	if (!verbosity || !*verbosity)
		return 0;
	is_negative = *verbosity == '-';
	if (span_parse_u64(span_str(verbosity + is_negative), &number) && number < 1000)
		engine->log_level -= is_negative ? -(int)number : (int)number;
	return 0;
}

static int read_buildout(struct engine *engine, struct err *err)
{
	const char *installed;

	for (size_t i = 0; i < ARRAY_LEN(directory_keys); i++)
		if (engine_option(engine, directory_keys[i], &engine->directories[i], err) < 0)
			return -1;
	for (size_t i = 0; i < ARRAY_LEN(defaults); i++)
		buildout_find(engine, defaults[i].key)->flags |= OPTION_USED;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		struct option *option = buildout_find(engine, known[i]);

		if (option)
			option->flags |= OPTION_USED;
	}
	if (engine_option(engine, "installed", &installed, err) < 0)
		return -1;
	if (installed && *installed) {
		scoped_str struct str path = STR_INIT;

		path_join(&path, span_str(engine->directories[PART_DIR_BUILDOUT]),
			span_str(installed));
		engine->installed_path = arena_cstr(&engine->config.arena, str_span(&path));
		if (!engine->installed_path)
			return config_oom(err);
	}
	return 0;
}

int engine_configure(struct engine *engine, struct err *err)
{
	bool is_offline = false;
	bool is_newest = true;

	if (engine_absolute(engine, err) < 0 || raw_bool(engine, "offline", &is_offline, err) < 0 ||
		raw_bool(engine, "newest", &is_newest, err) < 0 ||
		raw_bool(engine, "dry-run", &engine->is_dry_run, err) < 0)
		return -1;
	engine->fetch.is_offline = is_offline;
	engine->phase = ENGINE_INITIALISING;
	if (resolve_section(&engine->resolve, buildout_name, (struct where){0}, &engine->buildout,
		    err) < 0 ||
		read_buildout(engine, err) < 0 || set_log_level(engine, err) < 0)
		return -1;
	if (chdir(engine->directories[PART_DIR_BUILDOUT]) < 0)
		return err_set(err, ERR_OS, errno, "engine.directory", "enter '%s'",
			engine->directories[PART_DIR_BUILDOUT]);
	engine->fetch.directory = engine->directories[PART_DIR_BUILDOUT];
	return 0;
}
