/* SPDX-License-Identifier: Apache-2.0 */
/* Doing what life_plan.h has decided: uninstall, install, update; state is saved as it happens. */
#include <sys/stat.h>
#include <time.h>

#include "base/path.h"
#include "engine/life_plan.h"
#include "engine/limit.h"
#include "engine/part.h"
#include "engine/replace.h"

static const struct span installed_key = SPAN("__buildout_installed__");

struct life {
	struct engine *engine;
	struct life_plan plan;
	struct part **parts;    /* wanted, in order */
	struct life_part *rows; /* the same, as life_plan sees them */
	size_t n_parts;
	struct span *missing; /* per old part */
	size_t n_done;
	struct doing doing;
};

static uint64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- state ---- */

static int load_state(struct engine *engine, struct err *err)
{
	scoped_str struct str text = STR_INIT_LIMIT(LIMIT_INSTALLED_BYTES);
	scoped_fd_file file = FD_INIT;
	struct installed read;

	if (!engine->installed_path)
		return 0;
	file.fd = open(engine->installed_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file.fd < 0) {
		file.fd = FD_NONE;
		return errno == ENOENT ? 0
				       : err_set(err, ERR_OS, errno, "installed.read", "open '%s'",
						 engine->installed_path);
	}
	if (fd_read_all(file, LIMIT_INSTALLED_BYTES, &text, err) < 0 ||
		installed_parse(&read, str_span(&text), err) < 0)
		return err_wrap(err, "'%s'", engine->installed_path);
	installed_done(&engine->installed);
	engine->installed = read;
	engine->installed_text = arena_span(&engine->config.arena, str_span(&text));
	return engine->installed_text.ptr ? 0 : config_oom(err);
}

/* Write the state if it differs from what is on disk; without parts there is no file. */
static int save_state(struct engine *engine, struct err *err)
{
	scoped_str struct str text = STR_INIT_LIMIT(LIMIT_INSTALLED_BYTES);
	const char *path = engine->installed_path;

	if (!path || engine->is_dry_run)
		return 0;
	if (engine->installed.parts.n > 0 || engine->installed.develop_eggs.len > 0)
		installed_format(&engine->installed, &text);
	if (str_check(&text, err) < 0)
		return -1;
	if (span_eq(str_span(&text), engine->installed_text))
		return 0;
	if (text.len == 0) {
		if (unlink(path) < 0 && errno != ENOENT)
			return err_set(err, ERR_OS, errno, "installed.write", "remove '%s'", path);
	} else if (replace_file(path, str_span(&text), 0644, err) < 0) {
		return -1;
	}
	engine->installed_text = arena_span(&engine->config.arena, str_span(&text));
	return engine->installed_text.ptr ? 0 : config_oom(err);
}

/* The first recorded path that does not exist. */
static struct span missing_path(struct engine *engine, const struct installed_part *part)
{
	struct span rest = installed_value(part, installed_key);
	struct span path;

	while (span_cut(&rest, '\n', &path)) {
		scoped_str struct str whole = STR_INIT;
		struct stat status;

		path_join(&whole, span_str(engine->directories[PART_DIR_BUILDOUT]), path);
		if (path.len > 0 && lstat(str_cstr(&whole), &status) < 0)
			return path;
	}
	return SPAN_EMPTY;
}

/* ---- uninstall ---- */

static int remove_recorded(struct engine *engine, struct span paths, struct err *err)
{
	struct span path;

	while (span_cut(&paths, '\n', &path))
		if (path.len > 0 &&
			remove_path(engine->directories[PART_DIR_BUILDOUT], path, err) < 0)
			return -1;
	return 0;
}

static int run_uninstall_recipe(
	struct engine *engine, const struct installed_part *old, struct err *err)
{
	struct span name = installed_value(old, (struct span)SPAN("recipe"));
	const struct recipe *recipe = part_find_recipe(name);
	struct part part = {.engine = engine, .recipe = recipe, .saved = old};
	int status;

	if (!recipe || !recipe->uninstall)
		return 0;
	engine_log(engine, ENGINE_INFO, "Running uninstall recipe.");
	part.name = arena_cstr(&engine->config.arena, old->name);
	part.state = arena_alloc(&engine->config.arena, recipe->state_size + 1);
	if (!part.name || !part.state)
		return config_oom(err);
	status = recipe->uninstall(&part, err);
	part_forget(&part);
	return status;
}

static int apply_uninstall(struct life *life, const struct installed_part *old, struct err *err)
{
	struct engine *engine = life->engine;

	life->doing = (struct doing){.format = "Uninstalling %a.", .a = old->name};
	engine_log(engine, ENGINE_INFO, "Uninstalling %.*s.", SPAN_ARG(old->name));
	if (engine->is_dry_run)
		return 0;
	engine_event(engine, EVENT_PART_BEGIN, old->name.ptr, "uninstall", 0);
	if (run_uninstall_recipe(engine, old, err) < 0 ||
		remove_recorded(engine, installed_value(old, installed_key), err) < 0)
		return err_wrap(err, "uninstall %.*s", SPAN_ARG(old->name));
	engine_event(engine, EVENT_PART_END, old->name.ptr, "uninstall", 0);
	return 0;
}

static int journal_old(struct engine *engine, const struct installed_part *old, struct err *err)
{
	struct span rest = installed_value(old, installed_key);
	struct span path;

	if (engine->is_dry_run)
		return 0;
	if (journal_part(&engine->journal, old->name.ptr, err) < 0)
		return -1;
	while (span_cut(&rest, '\n', &path)) {
		const char *kept = arena_cstr(&engine->config.arena, path);

		if (!kept)
			return config_oom(err);
		if (path.len > 0 && journal_path(&engine->journal, kept, err) < 0)
			return -1;
	}
	return 0;
}

struct leaving {
	VEC(struct installed_part) v;
};

/*
 * First the parts leave the state and enter the journal, then their files go: a part whose files
 * are half gone is never taken for an installed one, whatever the next profile says.
 */
static int leave(struct life *life, struct leaving *leaving, struct err *err)
{
	struct engine *engine = life->engine;
	struct installed_part old;

	/* Taking changes the list that the plan's indices point into: from the back it does not. */
	for (size_t i = 0; i < life->plan.ops.n; i++) {
		const struct life_op *op = &life->plan.ops.items[i];

		if (op->action != LIFE_UNINSTALL)
			break;
		if (!installed_take(&engine->installed,
			    engine->installed.parts.items[op->index].name, &old))
			continue;
		if (!vec_push(&leaving->v, old)) {
			installed_part_done(&old);
			return config_oom(err);
		}
		if (journal_old(engine, &old, err) < 0)
			return -1;
	}
	if (leaving->v.n == 0)
		return 0;
	return journal_sync(&engine->journal, err) < 0 ? -1 : save_state(engine, err);
}

static int uninstall_all(struct life *life, struct err *err)
{
	struct leaving leaving = {.v = VEC_INIT};
	int status = leave(life, &leaving, err);

	for (size_t i = 0; i < leaving.v.n; i++) {
		if (status == 0)
			status = apply_uninstall(life, &leaving.v.items[i], err);
		installed_part_done(&leaving.v.items[i]);
	}
	vec_done(&leaving.v);
	return status < 0 ? -1 : journal_clear(&life->engine->journal, err);
}

/* ---- install and update ---- */

static int path_cmp(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

static bool has_line(struct span lines, const char *line)
{
	struct span each;

	while (span_cut(&lines, '\n', &each))
		if (span_is(each, line))
			return true;
	return false;
}

/* Paths of install, in the recipe's order; of update: the old ones, then new ones sorted. */
static int record_paths(struct part *part, struct span old, struct str *out, struct err *err)
{
	if (old.ptr && part->installed.n)
		qsort(part->installed.items, part->installed.n, sizeof(*part->installed.items),
			path_cmp);
	str_add(out, old);
	for (size_t i = 0; i < part->installed.n; i++) {
		if (has_line(str_span(out), part->installed.items[i]))
			continue;
		if (out->len > 0)
			str_addc(out, '\n');
		str_adds(out, part->installed.items[i]);
	}
	return str_check(out, err);
}

/* The part is in the state already, with exactly these options: nothing to write. */
static bool is_recorded(const struct engine *engine, struct span name,
	const struct installed_option *options, size_t n)
{
	const struct installed_part *old = installed_find(&engine->installed, name);

	if (!old || old->options.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!span_eq(old->options.items[i].key, options[i].key) ||
			!installed_same(old->options.items[i].value, options[i].value))
			return false;
	return true;
}

static int option_cmp(const void *a, const void *b)
{
	const struct installed_option *x = a;
	const struct installed_option *y = b;

	return span_cmp(x->key, y->key);
}

static int record(struct life *life, size_t index, struct span old_paths, struct err *err)
{
	const struct life_part *row = &life->rows[index];
	struct engine *engine = life->engine;
	scoped_str struct str paths = STR_INIT_LIMIT(LIMIT_INSTALLED_BYTES);
	struct installed_option *options =
		arena_array(&engine->config.arena, struct installed_option, row->n_options + 1);
	size_t n = 0;

	if (!options)
		return config_oom(err);
	if (record_paths(life->parts[index], old_paths, &paths, err) < 0)
		return -1;
	for (size_t i = 0; i < row->n_options; i++)
		if (!span_eq(row->options[i].key, installed_key))
			options[n++] = row->options[i];
	options[n++] = (struct installed_option){
		.key = installed_key, .value = span_make(str_cstr(&paths), paths.len)};
	qsort(options, n, sizeof(*options), option_cmp);
	if (!is_recorded(engine, row->name, options, n) &&
		(installed_put(&engine->installed, row->name, options, n, err) < 0 ||
			save_state(engine, err) < 0))
		return -1;
	return journal_clear(&engine->journal, err);
}

/* Undo what a failed part has made. The first error is what is reported. */
static void roll_back(struct life *life, struct part *part, struct span old_paths)
{
	struct engine *engine = life->engine;
	struct installed_part old;

	for (size_t i = part->created.n; i-- > 0;) {
		struct err failed = ERR_INIT;

		if (remove_path(engine->directories[PART_DIR_BUILDOUT],
			    span_str(part->created.items[i]), &failed) < 0)
			engine_log(engine, ENGINE_WARNING, "cannot remove '%s': %s",
				part->created.items[i], failed.text);
	}
	if (old_paths.ptr) {
		struct err failed = ERR_INIT;

		if (remove_recorded(engine, old_paths, &failed) < 0)
			engine_log(engine, ENGINE_WARNING, "cannot remove the files of %s: %s",
				part->name, failed.text);
		if (installed_take(&engine->installed, span_str(part->name), &old))
			installed_part_done(&old);
	}
}

static int report_failure(struct life *life, struct part *part, size_t n_diags, struct err *err)
{
	struct engine *engine = life->engine;
	struct diags *diags = &engine->config.diags;

	if (diags->v.n == n_diags && diags->n_dropped == 0) {
		struct section *s = &engine->config.sections.items[part->section];

		(void)diag_wrap(diags, err, "E0410", section_where(&engine->config, s));
		diag_upstream(diags, "%s", err->text);
		diag_note(diags, (struct where){0}, "part [%s] failed%s%s (recipe %s)", part->name,
			part->step ? " in step " : "", part->step ? part->step : "",
			part->recipe->name);
	}
	engine_event(engine, EVENT_PART_FAILED, part->name, err->text, 0);
	return -1;
}

/* A fresh part owns parts/<name>: an interrupted installation of it is wiped by the next run. */
static int journal_begin(struct engine *engine, const struct part *part, struct err *err)
{
	scoped_str struct str path = STR_INIT;
	struct stat status;

	if (journal_part(&engine->journal, part->name, err) < 0)
		return -1;
	if (!engine->directories[PART_DIR_PARTS])
		return 0;
	path_join(&path, span_str(engine->directories[PART_DIR_PARTS]), span_str(part->name));
	if (str_check(&path, err) < 0)
		return -1;
	if (lstat(str_cstr(&path), &status) < 0 && errno == ENOENT &&
		journal_path(&engine->journal, str_cstr(&path), err) < 0)
		return -1;
	return journal_sync(&engine->journal, err);
}

static int call_recipe(struct life *life, struct part *part, bool is_update, struct err *err)
{
	struct engine *engine = life->engine;
	int status;

	if (is_update && !part->recipe->update)
		return 0;
	if (!is_update && journal_begin(engine, part, err) < 0)
		return -1;
	part->is_installing = true;
	status = is_update ? part->recipe->update(part, err) : part->recipe->install(part, err);
	part->is_installing = false;
	if (chdir(engine->directories[PART_DIR_BUILDOUT]) < 0 && status == 0)
		status = err_set(err, ERR_OS, errno, "engine.directory", "return to '%s'",
			engine->directories[PART_DIR_BUILDOUT]);
	return status;
}

static int apply_part(struct life *life, size_t index, bool is_update, struct err *err)
{
	struct engine *engine = life->engine;
	struct part *part = life->parts[index];
	const char *verb = is_update ? "Updating" : "Installing";
	size_t n_diags = engine->config.diags.v.n;
	uint64_t start = now_ms();
	struct span old_paths = SPAN_EMPTY;
	char count[64];

	life->doing = (struct doing){
		.format = is_update ? "Updating %a." : "Installing %a.", .a = span_str(part->name)};
	engine_log(engine, ENGINE_INFO, "%s %s.", verb, part->name);
	if (engine->is_dry_run)
		return 0;
	if (is_update)
		old_paths = installed_value(
			installed_find(&engine->installed, span_str(part->name)), installed_key);
	engine_event(engine, EVENT_PART_BEGIN, part->name, is_update ? "update" : "install", 0);
	if (call_recipe(life, part, is_update, err) < 0) {
		roll_back(life, part, old_paths);
		return report_failure(life, part, n_diags, err);
	}
	if (record(life, index, old_paths, err) < 0)
		return -1;
	(void)snprintf(count, sizeof(count), "%zu/%zu", ++life->n_done, life->n_parts);
	engine_event(engine, EVENT_PART_END, part->name, is_update ? "update" : "install",
		now_ms() - start);
	engine_event(engine, EVENT_COUNT, part->name, count, 0);
	if (!is_update)
		engine_warn_unused(engine, part->section);
	return 0;
}

/* ---- the whole ---- */

static int collect_part(struct life *life, struct part *part, struct err *err)
{
	struct engine *engine = life->engine;
	struct installed_option *options;
	struct life_part *row = &life->rows[life->n_parts];

	row->name = span_str(part->name);
	if (part_snapshot(engine, part->section, &options, &row->n_options, err) < 0)
		return -1;
	row->options = options;
	life->parts[life->n_parts++] = part;
	return 0;
}

static bool is_wanted(const struct engine *engine, const struct part *part)
{
	for (size_t i = 0; i < engine->request->n_names; i++)
		if (span_is(engine->request->names[i], part->name))
			return true;
	return engine->request->n_names == 0;
}

static int collect(struct life *life, struct err *err)
{
	struct engine *engine = life->engine;
	struct arena *arena = &engine->config.arena;

	life->parts = arena_array(arena, struct part *, engine->parts.n + 1);
	life->rows = arena_array(arena, struct life_part, engine->parts.n + 1);
	life->missing = arena_array(arena, struct span, engine->installed.parts.n + 1);
	if (!life->parts || !life->rows || !life->missing)
		return config_oom(err);
	for (size_t i = 0; i < engine->parts.n; i++)
		if (is_wanted(engine, engine->parts.items[i]) &&
			collect_part(life, engine->parts.items[i], err) < 0)
			return -1;
	for (size_t i = 0; i < engine->installed.parts.n; i++)
		life->missing[i] = missing_path(engine, &engine->installed.parts.items[i]);
	return 0;
}

static int apply(struct life *life, struct err *err)
{
	struct engine *engine = life->engine;
	const struct life_plan *plan = &life->plan;
	int status = uninstall_all(life, err);
	size_t i = 0;

	while (i < plan->ops.n && plan->ops.items[i].action == LIFE_UNINSTALL)
		i++;
	if (status == 0)
		engine_warn_unused(engine, engine->buildout);
	for (; i < plan->ops.n && status == 0; i++)
		status = apply_part(life, plan->ops.items[i].index,
			plan->ops.items[i].action == LIFE_UPDATE, err);
	return status;
}

static int install(struct life *life, struct err *err)
{
	struct engine *engine = life->engine;
	struct life_input input;
	struct err failed = ERR_INIT;
	char count[64];
	int status;

	if (collect(life, err) < 0)
		return -1;
	input = (struct life_input){.old = &engine->installed,
		.missing = life->missing,
		.parts = life->rows,
		.n_parts = life->n_parts,
		.is_partial = engine->request->n_names > 0};
	if (life_plan_make(&input, &life->plan, err) < 0)
		return -1;
	engine->config.diags.doing = &life->doing;
	(void)snprintf(count, sizeof(count), "0/%zu", life->n_parts);
	engine_event(engine, EVENT_COUNT, "", count, 0);
	status = apply(life, err);
	engine->config.diags.doing = NULL;
	if (save_state(engine, &failed) < 0 && status == 0) {
		*err = failed;
		status = -1;
	}
	life_plan_done(&life->plan);
	return status;
}

int engine_install(struct engine *engine, struct err *err)
{
	struct life life = {.engine = engine, .doing = {.format = "Installing."}};
	size_t n_removed = 0;

	engine->phase = ENGINE_INSTALLING;
	if (load_state(engine, err) < 0)
		return -1;
	if (engine->installed_path && !engine->is_dry_run) {
		const char *journal;
		scoped_str struct str path = STR_INIT;

		str_addf(&path, "%s.journal", engine->installed_path);
		journal = arena_cstr(&engine->config.arena, str_span(&path));
		if (!journal)
			return config_oom(err);
		if (journal_open(&engine->journal, journal, engine->directories[PART_DIR_BUILDOUT],
			    &engine->installed, &n_removed, err) < 0)
			return -1;
	}
	if (n_removed > 0)
		engine_log(engine, ENGINE_DEBUG,
			"removed %zu paths that an interrupted run had left", n_removed);
	return install(&life, err);
}
