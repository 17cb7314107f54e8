/* SPDX-License-Identifier: Apache-2.0 */
/* From a command line to an exit status: where messages go, and what a failure is called. */
#pragma once

#include "engine/engine.h"

/*
 * Shape:  run_engine() does all phases of one request and reports diagnostics to the event channel
 *         when there is one, else on stderr.
 * Status: 0 done, 1 failed, 11 a part failed to build, 12 the profile is wrong, 70 our bug.
 */
enum run_status {
	RUN_OK = 0,
	RUN_FAILED = 1,
	RUN_USAGE = 2,
	RUN_BUILD_FAILED = 11,
	RUN_PROFILE_WRONG = 12,
	RUN_BUG = 70,
};

struct run {
	struct fd_chan events; /* FD_NONE: none */
	bool is_upstream;      /* zc.buildout's messages and statuses */
	/* Called before loading; may write files and ask for parameters. May be NULL. */
	int (*prepare)(void *context, struct engine *engine, struct err *err);
	void *context;
};

int run_engine(const struct run *run, struct engine_request *request);

/* Print an error that happened before there was an engine. */
int run_error(const struct err *err, enum run_status status);

/* The commands; argv starts behind the command's name. */
int annotate_json_main(int argc, char **argv, char **envp);
int build_main(int argc, char **argv, char **envp);
int instance_main(int argc, char **argv, char **envp);
int buildout_main(int argc, char **argv, char **envp);

/* Environment of commands as slapgrid cleans it; NULL-ended, owned by the caller's arena. */
must_check int run_environment(struct arena *arena, char **envp, const char *home, uint64_t jobs,
	const char *const **ret_envp, struct err *err);

/* fd 3 and fd 4 as inherited; not passed on. is_alone: there are none. */
struct fd_chan run_inherited(int fd, bool is_alone);
