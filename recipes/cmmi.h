/* SPDX-License-Identifier: Apache-2.0 */
/* slapos.recipe.cmmi: what init decided, and the steps of a compilation. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"
#include "recipes/environ.h"
#include "recipes/location.h"

/*
 * Shape:     init (cmmi.c) chooses location, prefix and compile directory and replaces
 *            @@LOCATION@@ in every option; install (cmmi_build.c) unpacks, patches, and runs
 *            pre-configure, configure, pre-build, make, pre-install, install, post-install, each
 *            as `/bin/sh -c "set -e;" + text` in the source directory.
 * Ownership: everything lives as long as the engine.
 * Source:    slapos.recipe.cmmi on slapos.recipe.build's Shared and EnvironMixin.
 */
struct part;

struct cmmi {
	struct location loc;
	struct environ environ;
	const char *compile_dir;
	bool is_from_url;
};

/* The three commands, complete but for "set -e;". */
struct cmmi_commands {
	const char *configure;
	const char *make;
	const char *install;
};

/* Where and how the steps run. */
struct cmmi_run {
	const char *cwd;
	const char *const *env;
};

must_check int cmmi_commands_make(struct part *part, struct cmmi_commands *ret, struct err *err);

/* An option's text, stripped and %-formatted with the options; NULL where it is empty. */
must_check int cmmi_text(struct part *part, const char *key, const char **ret, struct err *err);

/* Scripts in bin and sbin whose interpreter line is too long for the kernel get a launcher. */
must_check int cmmi_fix_shebangs(struct part *part, const char *location, struct err *err);

/* Write slapos.recipe.build.env.sh for whoever inspects the failed build. */
must_check int cmmi_write_env(const struct cmmi_run *run, const struct cmmi_commands *commands,
	const char *const *base, struct err *err);
