/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions around a launcher under test: run a script, expect its output or a message. */
#pragma once

#include "tests/ns/rig.h"

/* The launcher of a test program: opened once for all its tests. */
struct rig_env {
	struct rig rig;
};
int rig_env_open(void **state); /* with the test launcher and policy `run` */
int rig_env_done(void **state);

/* Host id of an id inside. */
uint32_t slot_uid(uint32_t id);
/* Run a shell script in a partition. */
void sh(struct rig *rig, const char *script, struct rig_run *ret);
/* It must end with status 0 and print exactly this. */
void expect(struct rig *rig, const char *script, const char *out);
/* Start a script that outlives the launcher; it waits at its gate. */
void start_persistent(struct rig *rig, const char *script, uint64_t id, struct rig_job *job);
/* The next message must be of this type. */
struct launch_msg next(struct rig *rig, uint16_t type);
void say(struct rig *rig, uint16_t type, uint64_t id, uint32_t signo);
