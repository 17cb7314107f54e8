/* SPDX-License-Identifier: Apache-2.0 */
/* An engine of options in memory and files in a temporary directory, to drive one recipe with. */
#include "tests/unit/recipes/fake_engine.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/path.h"
#include "base/proc.h"

#include "tests/unit/test.h"

static const char *const fake_environment[] = {
	"PATH=/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C", NULL};

static struct fake_engine *engine_of(const struct part *part)
{
	return (struct fake_engine *)(uintptr_t)part;
}

static struct part *part_of(struct fake_engine *e)
{
	return (struct part *)e;
}

int fake_setup(void **state)
{
	char dir[] = "/tmp/cantle-recipes.XXXXXX";
	struct fake_engine *e = calloc(1, sizeof(*e));
	if (!e || !mkdtemp(dir))
		return -1;
	e->arena = ARENA_INIT((size_t)256 << 20);
	e->log = STR_INIT;
	e->dir = strdup(dir);
	fake_set(e, "buildout", "directory", dir);
	fake_shell(e, "mkdir parts");
	*state = e;
	return 0;
}

int fake_teardown(void **state)
{
	struct fake_engine *e = *state;
	struct err err = ERR_INIT;
	struct fd_dir tmp = {open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	int rc = path_remove_tree(tmp, e->dir + 5, &err);
	fd_dir_close(&tmp);
	free(e->state);
	free(e->dir);
	str_done(&e->log);
	arena_done(&e->arena);
	free(e);
	return rc;
}

static struct fake_option *find(struct fake_engine *e, const char *section, const char *key)
{
	for (size_t i = 0; i < e->n_options; i++)
		if (!strcmp(e->options[i].section, section) && !strcmp(e->options[i].key, key))
			return &e->options[i];
	return NULL;
}

void fake_set(struct fake_engine *e, const char *section, const char *key, const char *value)
{
	struct fake_option *o = find(e, section, key);
	if (!o) {
		BUG_IF(e->n_options == FAKE_OPTIONS_MAX, "a test sets few options");
		o = &e->options[e->n_options++];
		o->section = arena_cstr(&e->arena, span_str(section));
		o->key = arena_cstr(&e->arena, span_str(key));
	}
	o->value = span_make(arena_cstr(&e->arena, span_str(value)), strlen(value));
}

const char *fake_get(struct fake_engine *e, const char *key)
{
	struct fake_option *o = find(e, "p", key);
	return o ? o->value.ptr : NULL;
}

const char *fake_path(struct fake_engine *e, const char *rel)
{
	return part_printf(part_of(e), "%s/%s", e->dir, rel);
}

void fake_write(struct fake_engine *e, const char *rel, const char *text, unsigned mode)
{
	int fd = open(fake_path(e, rel), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct err err = ERR_INIT;
	assert_true(fd >= 0);
	assert_done(fd_write_all(fd, span_str(text), &err), &err);
	assert_int_equal(fchmod(fd, (mode_t)mode), 0);
	close(fd);
}

const char *fake_read(struct fake_engine *e, const char *rel)
{
	scoped_fd_file file = {open(fake_path(e, rel), O_RDONLY | O_CLOEXEC)};
	scoped_str struct str text = STR_INIT;
	struct err err = ERR_INIT;
	if (!fd_file_is_open(file))
		return NULL;
	assert_done(fd_read_all(file, 1 << 20, &text, &err), &err);
	return arena_cstr(&e->arena, text.len ? str_span(&text) : span_str(""));
}

void fake_shell(struct fake_engine *e, const char *text)
{
	struct part_command command = {.shell = text};
	struct part_outcome outcome = {0};
	struct err err = ERR_INIT;
	assert_done(part_run(part_of(e), &command, &outcome, &err), &err);
}

const char *fake_sum(struct fake_engine *e, enum hash_kind kind, const char *rel)
{
	scoped_fd_file file = {open(fake_path(e, rel), O_RDONLY | O_CLOEXEC)};
	struct hash_hex hex;
	struct err err = ERR_INIT;
	assert_true(fd_file_is_open(file));
	assert_done(hash_fd(kind, file, &hex, &err), &err);
	return arena_cstr(&e->arena, span_str(hex.text));
}

static const struct recipe *find_recipe(struct span name)
{
	for (size_t i = 0; i < recipes_table_n; i++) {
		if (span_is(name, recipes_table[i].name))
			return &recipes_table[i];
		for (size_t j = 0; j < recipes_table[i].n_aliases; j++)
			if (span_is(name, recipes_table[i].aliases[j]))
				return &recipes_table[i];
	}
	return NULL;
}

int fake_init(struct fake_engine *e)
{
	e->recipe = find_recipe(span_str(fake_get(e, "recipe")));
	assert_non_null(e->recipe);
	free(e->state);
	e->state = calloc(1, e->recipe->state_size + 1);
	return e->recipe->init ? e->recipe->init(part_of(e), &e->err) : 0;
}

int fake_install(struct fake_engine *e)
{
	e->n_installed = 0;
	return e->recipe->install(part_of(e), &e->err);
}

int fake_update(struct fake_engine *e)
{
	return e->recipe->update ? e->recipe->update(part_of(e), &e->err) : 0;
}

void fake_run(struct fake_engine *e)
{
	assert_done(fake_init(e), &e->err);
	assert_done(fake_install(e), &e->err);
}

/* ---- engine/recipe.h ---- */

const char *part_name(const struct part *part)
{
	(void)part;
	return "p";
}

const struct recipe *part_recipe(const struct part *part)
{
	return engine_of(part)->recipe;
}

void *part_state(struct part *part)
{
	return engine_of(part)->state;
}

void *part_alloc(struct part *part, size_t size)
{
	return arena_alloc(&engine_of(part)->arena, size);
}

char *part_printf(struct part *part, const char *format, ...)
{
	scoped_str struct str s = STR_INIT;
	va_list ap;
	va_start(ap, format);
	str_addv(&s, format, ap);
	va_end(ap);
	return arena_cstr(&engine_of(part)->arena, s.len ? str_span(&s) : span_str(""));
}

struct span part_span(struct part *part, struct span text)
{
	return span_make(
		arena_cstr(&engine_of(part)->arena, text.len ? text : span_str("")), text.len);
}

int part_section_find(struct part *part, const char *section, const char *key,
	struct span *ret_value, struct err *err)
{
	struct fake_option *o = find(engine_of(part), section, key);
	(void)err;
	*ret_value = o && o->value.ptr ? o->value : SPAN_EMPTY;
	return 0;
}

int part_section_get(struct part *part, const char *section, const char *key,
	struct span *ret_value, struct err *err)
{
	if (part_section_find(part, section, key, ret_value, err) < 0)
		return -1;
	return ret_value->ptr ? 0
			      : err_set(err, ERR_INPUT, 0, "fake.option", "Missing option: %s:%s",
					section, key);
}

int part_get(struct part *part, const char *key, struct span *ret_value, struct err *err)
{
	return part_section_get(part, "p", key, ret_value, err);
}

int part_get_or(struct part *part, const char *key, const char *fallback, struct span *ret_value,
	struct err *err)
{
	if (part_section_find(part, "p", key, ret_value, err) < 0)
		return -1;
	if (!ret_value->ptr)
		*ret_value = span_str(fallback);
	return 0;
}

int part_get_bool(
	struct part *part, const char *key, bool fallback, bool *ret_value, struct err *err)
{
	struct span text;
	if (part_get_or(part, key, fallback ? "true" : "false", &text, err) < 0)
		return -1;
	if (!span_is(text, "true") && !span_is(text, "false"))
		return part_error_at(part, key, err, "option '%s' is not true or false", key);
	*ret_value = span_is(text, "true");
	return 0;
}

bool part_has(struct part *part, const char *key)
{
	struct fake_option *o = find(engine_of(part), "p", key);
	return o && o->value.ptr;
}

int part_set(struct part *part, const char *key, struct span value, struct err *err)
{
	(void)err;
	fake_set(engine_of(part), "p", key, part_span(part, value).ptr);
	return 0;
}

int part_section_keys(struct part *part, const char *section, const struct span **ret_keys,
	size_t *ret_n, struct err *err)
{
	struct fake_engine *e = engine_of(part);
	struct span *keys = part_alloc(part, (e->n_options + 1) * sizeof(*keys));
	size_t n = 0;
	(void)err;
	for (size_t i = 0; i < e->n_options; i++)
		if (!strcmp(e->options[i].section, section) && e->options[i].value.ptr)
			keys[n++] = span_str(e->options[i].key);
	*ret_keys = keys;
	*ret_n = n;
	return 0;
}

int part_keys(struct part *part, const struct span **ret_keys, size_t *ret_n, struct err *err)
{
	return part_section_keys(part, "p", ret_keys, ret_n, err);
}

bool part_section_exists(struct part *part, const char *section)
{
	struct fake_engine *e = engine_of(part);
	for (size_t i = 0; i < e->n_options; i++)
		if (!strcmp(e->options[i].section, section))
			return true;
	return false;
}

int part_substitute(struct part *part, struct span text, const char *origin_path,
	struct span *ret_text, struct err *err)
{
	scoped_str struct str out = STR_INIT;
	ptrdiff_t at;
	(void)origin_path;
	while ((at = span_find(text, span_str("${"))) >= 0) {
		bool is_escaped = at > 0 && text.ptr[at - 1] == '$';
		struct span name;
		struct span section;
		struct span value;
		str_add(&out, span_first(text, (size_t)at - is_escaped));
		text = span_from(text, (size_t)at + 2);
		if (is_escaped) {
			str_adds(&out, "${");
			continue;
		}
		assert_true(span_cut(&text, '}', &name));
		assert_true(span_cut(&name, ':', &section));
		name = part_span(part, name);
		section = section.len ? part_span(part, section) : span_str("p");
		if (part_section_get(part, section.ptr, name.ptr, &value, err) < 0)
			return -1;
		str_add(&out, value);
	}
	str_add(&out, text);
	*ret_text = part_span(part, str_span(&out));
	return 0;
}

int part_signature(struct part *part, struct span *ret_text, struct err *err)
{
	(void)part;
	(void)err;
	*ret_text = span_str("cantle-1");
	return 0;
}

const char *part_dir(const struct part *part, enum part_dir which)
{
	static const char *const rel[] = {"", "/parts", "/bin", "/eggs", "/develop-eggs"};
	struct fake_engine *e = engine_of(part);
	return part_printf(part_of(e), "%s%s", e->dir, rel[which]);
}

const char *part_path(struct part *part, struct span path)
{
	scoped_str struct str joined = STR_INIT;
	scoped_str struct str normal = STR_INIT;
	path_join(&joined, span_str(engine_of(part)->dir), path);
	path_normalise(&normal, str_span(&joined));
	return part_span(part, str_span(&normal)).ptr;
}

int part_fetch(struct part *part, const struct part_fetch *request, struct fd_file *ret_file,
	struct err *err)
{
	struct hash_hex hex;
	struct span url = request->url;
	const char *path;
	if (span_starts(url, "file://"))
		url = span_from(url, 7);
	path = part_path(part, url);
	ret_file->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (ret_file->fd < 0)
		return part_error_at(
			part, request->key, err, "cannot fetch '%s': %s", path, strerror(errno));
	if (request->kind == HASH_NONE)
		return 0;
	if (hash_fd(request->kind, *ret_file, &hex, err) < 0)
		return -1;
	if (span_is(request->hex, hex.text))
		return 0;
	fd_file_close(ret_file);
	return part_error_at(part, request->key, err, "MD5 checksum mismatch for '%s'", path);
}

int part_params(struct part *part, const struct part_params **ret_params, struct err *err)
{
	(void)err;
	*ret_params = &engine_of(part)->params;
	return 0;
}

int part_publish(struct part *part, const struct part_pair *pairs, size_t n_pairs, struct err *err)
{
	struct fake_engine *e = engine_of(part);
	(void)err;
	e->n_published = 0;
	for (size_t i = 0; i < n_pairs; i++)
		e->published[e->n_published++] = pairs[i];
	return 0;
}

int part_nested(struct part *part, const char *profile, const struct part_override *rows, size_t n,
	struct err *err)
{
	struct fake_engine *e = engine_of(part);
	(void)err;
	e->nested = profile;
	for (size_t i = 0; i < n; i++)
		fake_set(e, "nested",
			part_printf(part, "%s:%s", rows[i].section.ptr, rows[i].key.ptr),
			rows[i].value.ptr);
	return 0;
}

int part_run(struct part *part, const struct part_command *command,
	struct part_outcome *ret_outcome, struct err *err)
{
	struct fake_engine *e = engine_of(part);
	const char *argv[] = {"/bin/sh", "-c", command->shell, NULL};
	struct proc_spec spec = PROC_SPEC_INIT;
	scoped_fd_pid child = FD_INIT;
	scoped_fd_file in = FD_INIT;
	if (command->stdin_path)
		in.fd = open(command->stdin_path, O_RDONLY | O_CLOEXEC);
	spec.path = "/bin/sh";
	spec.argv = argv;
	spec.envp = command->env ? command->env : fake_environment;
	spec.cwd = command->cwd ? command->cwd : e->dir;
	spec.stdio[0] = in.fd;
	if (proc_spawn(&spec, &child, NULL, err) < 0 ||
		proc_wait(child, &ret_outcome->status, err) < 0)
		return -1;
	if (ret_outcome->status && !command->may_fail)
		return err_set(err, ERR_CHILD, 0, "recipe.run", "status %d", ret_outcome->status);
	return 0;
}

const char *const *part_environment(const struct part *part)
{
	(void)part;
	return fake_environment;
}

int part_created(struct part *part, const char *path, struct err *err)
{
	struct fake_engine *e = engine_of(part);
	(void)err;
	e->created[e->n_created++] = part_path(part, span_str(path));
	return 0;
}

int part_building(struct part *part, const char *path, struct err *err)
{
	return part_created(part, path, err);
}

int part_installed(struct part *part, const char *path, struct err *err)
{
	struct fake_engine *e = engine_of(part);
	(void)err;
	e->installed[e->n_installed++] = part_path(part, span_str(path));
	return 0;
}

void part_step(struct part *part, const char *step)
{
	str_addf(&engine_of(part)->log, "step %s\n", step);
}

void part_note(struct part *part, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	str_addv(&engine_of(part)->log, format, ap);
	str_addc(&engine_of(part)->log, '\n');
	va_end(ap);
}

void part_warn(struct part *part, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	str_adds(&engine_of(part)->log, "warning: ");
	str_addv(&engine_of(part)->log, format, ap);
	str_addc(&engine_of(part)->log, '\n');
	va_end(ap);
}

int part_error_at(struct part *part, const char *key, struct err *err, const char *format, ...)
{
	char text[400];
	va_list ap;
	(void)part;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	return err_set(err, ERR_INPUT, 0, key ? key : "section", "%s", text);
}
