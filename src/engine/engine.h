/* SPDX-License-Identifier: Apache-2.0 */
/* One run of the engine: load a configuration, bring its parts to life, install them. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/span.h"
#include "engine/cond.h"
#include "engine/config.h"
#include "engine/fetch.h"
#include "engine/installed.h"
#include "engine/journal.h"
#include "engine/recipe.h"
#include "engine/resolve.h"
#include "wire/msg_event.h"

/*
 * Order:     engine_init, engine_load, engine_configure, engine_construct, engine_install,
 *            engine_done; a failing step leaves diagnostics in config.diags and *err.
 * Ownership: the request and what it points to outlive the engine.
 * State:     <directory>/.installed.cfg is replaced atomically after the uninstalls and after each
 *            part, so that whatever is finished is never lost; journal.h covers what is not.
 * Source:    zc.buildout 3.0.1 Buildout.__init__() and install(); slapos: dry-run, offline.
 */
enum engine_level { ENGINE_DEBUG = 10, ENGINE_INFO = 20, ENGINE_WARNING = 30, ENGINE_ERROR = 40 };

/* Where messages go. A library does not print. */
struct engine_host {
	void *context;
	void (*log)(void *context, enum engine_level level, struct span text);
	void (*event)(void *context, const struct event *event);
	void (*flush)(void *context);                  /* before a child writes to the same place */
	void (*diag)(void *context, struct span text); /* of a nested buildout */
};

/* `section:key=value` of the command line; key may end with an operator. */
struct engine_assignment {
	struct span section;
	struct span key;
	struct span value;
};

struct engine_request {
	const char *directory; /* absolute; default of buildout:directory */
	const struct span *profiles;
	size_t n_profiles;
	const struct engine_assignment *assignments;
	size_t n_assignments;
	const struct span *names; /* install only these parts; n_names 0: all */
	size_t n_names;
	const char *const *envp; /* of commands */
	const char *python;      /* buildout:executable */
	struct fd_chan broker;
	struct engine_host host;
	int depth; /* of nested buildouts */
};

enum engine_phase { ENGINE_LOADING, ENGINE_INITIALISING, ENGINE_INSTALLING };

struct engine {
	const struct engine_request *request;
	struct config config;
	struct resolve resolve;
	struct fetch fetch;
	struct cond_env cond;
	struct doing doing; /* outermost: "Initializing." */
	enum engine_phase phase;
	uint32_t buildout; /* section */
	const char *directories[PART_DIR_DEVELOP_EGGS + 1];
	const char *installed_path; /* NULL: no state is kept */
	bool is_dry_run;
	int log_level;
	VEC(struct part *) parts; /* in constructor order */
	struct installed installed;
	struct span installed_text; /* as on disk */
	struct journal journal;
	struct part_params *params;
};

must_check int engine_init(
	struct engine *engine, const struct engine_request *request, struct err *err);
void engine_done(struct engine *engine);
must_check int engine_load(struct engine *engine, struct err *err);
/* Part of engine_configure(): [buildout]'s directories made absolute. */
must_check int engine_absolute(struct engine *engine, struct err *err);
must_check int engine_configure(struct engine *engine, struct err *err);
must_check int engine_construct(struct engine *engine, struct err *err);
must_check int engine_install(struct engine *engine, struct err *err);

void engine_log(struct engine *engine, enum engine_level level, const char *format, ...)
	printf_like(3, 4);
void engine_event(struct engine *engine, enum event_kind kind, const char *part, const char *text,
	uint64_t elapsed_ms);
/* Value of an option of [buildout], NUL-ended; NULL when absent. */
must_check int engine_option(
	struct engine *engine, const char *key, const char **ret_value, struct err *err);
/* Warn about options of the section that nothing has read. */
void engine_warn_unused(struct engine *engine, uint32_t section);
