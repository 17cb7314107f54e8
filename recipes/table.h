/* SPDX-License-Identifier: Apache-2.0 */
/* The native recipes: functions of each file, one row each in table.c. */
#pragma once

#include "base/err.h"

/*
 * Shape:  a recipe is a file with its functions, and a row: names, options, functions, and the
 *         anchor of cantle-recipes(7). The table itself is declared by engine/recipe.h.
 *         A recipe that keeps something from init to install keeps a pointer in part_state(),
 *         to memory of part_alloc().
 * Errors: every function is one of engine/recipe.h's struct recipe.
 * Source: spec of the recipes in cantle-recipes(7).
 */
struct part;

int cmmi_init(struct part *part, struct err *err);
int cmmi_install(struct part *part, struct err *err);

int download_init(struct part *part, struct err *err);
int download_install(struct part *part, struct err *err);
int download_update(struct part *part, struct err *err);
int unpacked_init(struct part *part, struct err *err);
int unpacked_install(struct part *part, struct err *err);

int build_mkdirectory_install(struct part *part, struct err *err);
int mkdirectory_init(struct part *part, struct err *err);
int mkdirectory_install(struct part *part, struct err *err);

int template_init(struct part *part, struct err *err);
int template_install(struct part *part, struct err *err);
int template_update(struct part *part, struct err *err);
int collective_init(struct part *part, struct err *err);

int wrapper_init(struct part *part, struct err *err);
int wrapper_install(struct part *part, struct err *err);
int wrapper_update(struct part *part, struct err *err);

int slapconfiguration_init(struct part *part, struct err *err);
int slapconfiguration_serialised_init(struct part *part, struct err *err);

int publish_init(struct part *part, struct err *err);
int publish_install(struct part *part, struct err *err);
int publish_update(struct part *part, struct err *err);
int publish_serialised_install(struct part *part, struct err *err);
int publish_serialised_update(struct part *part, struct err *err);

int command_init(struct part *part, struct err *err);
int command_install(struct part *part, struct err *err);
int command_update(struct part *part, struct err *err);

int switch_init(struct part *part, struct err *err);
int switch_install(struct part *part, struct err *err);
int switch_noop_init(struct part *part, struct err *err);

int symlink_install(struct part *part, struct err *err);

int password_init(struct part *part, struct err *err);
int password_install(struct part *part, struct err *err);
int password_update(struct part *part, struct err *err);

int free_port_init(struct part *part, struct err *err);

int nothing_install(struct part *part, struct err *err);
