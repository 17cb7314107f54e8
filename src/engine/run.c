/* SPDX-License-Identifier: Apache-2.0 */
/* From a command line to an exit status: where messages go, and what a failure is called. */
#include "engine/run.h"

#include <sys/stat.h>

#include "base/path.h"

static void host_log(void *context, enum engine_level level, struct span text)
{
	(void)context;
	(void)level;
	(void)fwrite(text.ptr, 1, text.len, stdout);
	(void)fputc('\n', stdout);
}

static void host_flush(void *context)
{
	(void)context;
	(void)fflush(stdout);
}

static void host_event(void *context, const struct event *event)
{
	const struct run *run = context;
	struct err ignored = ERR_INIT;

	/* Progress is for people: a node agent that is gone does not stop the work. */
	(void)fflush(stdout);
	if (fd_chan_is_open(run->events))
		(void)!event_send(run->events, event, &ignored);
}

static enum run_status status_of(const struct engine *engine, const struct err *err)
{
	if (err->kind == ERR_BUG)
		return RUN_BUG;
	if (engine->phase == ENGINE_INSTALLING)
		return RUN_BUILD_FAILED;
	switch (err->kind) {
	case ERR_INPUT:
	case ERR_LIMIT:
		return RUN_PROFILE_WRONG;
	case ERR_CHILD:
	case ERR_PEER:
	case ERR_DENIED:
		return RUN_BUILD_FAILED;
	default:
		return RUN_FAILED;
	}
}

static void print_upstream(const struct engine *engine, const struct err *err)
{
	const struct diags *diags = &engine->config.diags;
	scoped_str struct str text = STR_INIT;

	if (diags->v.n > 0)
		diag_render_upstream(&diags->v.items[0], &text);
	else
		str_addf(&text, "Error: %s\n", err->text);
	(void)fwrite(str_cstr(&text), 1, text.len, stderr);
}

static void host_diag(void *context, struct span text)
{
	const struct run *run = context;
	const struct event event = {.kind = EVENT_DIAG, .text = text};

	(void)fflush(stdout);
	if (fd_chan_is_open(run->events))
		host_event(context, &event);
	else
		(void)fprintf(stderr, "%.*s", SPAN_ARG(text));
}

/* An error that is nobody's line: a full disk, a missing broker. */
static void report_plain(const struct run *run, const struct err *err)
{
	char text[700];
	struct event event = {.kind = EVENT_DIAG};

	err_format(err, "cantle-engine", text, sizeof(text));
	event.text = span_str(text);
	if (fd_chan_is_open(run->events))
		host_event((void *)(uintptr_t)run, &event);
	else
		(void)fprintf(stderr, "%s\n", text);
}

static void report(const struct run *run, const struct engine *engine, const struct err *err)
{
	const struct diags *diags = &engine->config.diags;

	for (size_t i = 0; i < diags->v.n; i++) {
		scoped_str struct str text = STR_INIT;

		str_adds(&text, i && !fd_chan_is_open(run->events) ? "\n" : "");
		diag_render(&diags->v.items[i], &engine->config.sources, &text);
		host_diag((void *)(uintptr_t)run, str_span(&text));
	}
	if (diags->v.n == 0)
		report_plain(run, err);
	if (diags->n_dropped > 0)
		(void)fprintf(stderr, "and %zu more errors\n", diags->n_dropped);
}

static int run_phases(const struct run *run, struct engine *engine, struct err *err)
{
	if (run->prepare && run->prepare(run->context, engine, err) < 0)
		return -1;
	if (engine_load(engine, err) < 0 || engine_configure(engine, err) < 0 ||
		engine_construct(engine, err) < 0)
		return -1;
	return engine_install(engine, err);
}

int run_engine(const struct run *run, struct engine_request *request)
{
	struct engine engine;
	struct err err = ERR_INIT;
	int status = RUN_OK;

	request->host = (struct engine_host){.context = (void *)(uintptr_t)run,
		.log = host_log,
		.event = host_event,
		.flush = host_flush,
		.diag = host_diag};
	if (engine_init(&engine, request, &err) < 0 || run_phases(run, &engine, &err) < 0) {
		(void)fflush(stdout);
		if (run->is_upstream)
			print_upstream(&engine, &err);
		report(run, &engine, &err);
		status = run->is_upstream ? RUN_FAILED : (int)status_of(&engine, &err);
	}
	(void)fflush(stdout);
	engine_done(&engine);
	return status;
}

int run_error(const struct err *err, enum run_status status)
{
	char text[700];

	err_format(err, "cantle-engine", text, sizeof(text));
	(void)fprintf(stderr, "%s\n", text);
	return (int)status;
}

/* Variables that change how builds behave; slapgrid removes them too. */
static bool is_dropped(const char *variable)
{
	static const char *const names[] = {"PYTHON", "CONFIG_SITE=", "ENV=", "LOGNAME=", "TEMP=",
		"TMP=", "TMPDIR=", "LANG=", "LANGUAGE=", "LC_",
		"MAKEFLAGS=", "HOME=", "MAKELEVEL="};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

int run_environment(struct arena *arena, char **envp, const char *home, uint64_t jobs,
	const char *const **ret_envp, struct err *err)
{
	size_t n = 0;
	size_t out = 0;
	bool has_path = false;
	const char **kept;
	scoped_str struct str text = STR_INIT;

	while (envp[n])
		n++;
	kept = arena_array(arena, const char *, n + 5);
	if (!kept)
		return config_oom(err);
	for (size_t i = 0; i < n; i++) {
		if (is_dropped(envp[i]))
			continue;
		has_path = has_path || strncmp(envp[i], "PATH=", 5) == 0;
		kept[out++] = envp[i];
	}
	if (!has_path)
		kept[out++] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	kept[out++] = "PYTHONNOUSERSITE=true";
	str_addf(&text, "HOME=%s", home);
	kept[out++] = arena_cstr(arena, str_span(&text));
	if (jobs > 0) {
		str_cut(&text, 0);
		str_addf(&text, "MAKEFLAGS=-j%llu", (unsigned long long)jobs);
		kept[out++] = arena_cstr(arena, str_span(&text));
	}
	*ret_envp = kept;
	return kept[out - 1] ? 0 : config_oom(err);
}

struct fd_chan run_inherited(int fd, bool is_alone)
{
	struct stat status;

	if (is_alone || fstat(fd, &status) < 0 || !S_ISSOCK(status.st_mode) ||
		fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return (struct fd_chan)FD_INIT;
	return fd_chan_wrap(fd);
}
