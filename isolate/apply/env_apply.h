/* SPDX-License-Identifier: Apache-2.0 */
/* What the program sees of us: descriptors, directory, arguments, environment. */
#pragma once

#include "isolate/apply/apply.h"

/* Errors: env.vector, fd.pass, cwd, exec. Source: close_range(2), execveat(2). */

/* Launcher: build argv and envp before the clone; env_vectors_done() frees them. */
must_check int env_vectors(struct launch *launch, struct err *err);
void env_vectors_done(struct launch *launch);
/* Child: the listed descriptors become 0, 1, 2 ...; all others are closed but gate and program. */
must_check int fd_pass_child(struct launch *launch, struct err *err);
must_check int cwd_child(struct launch *launch, struct err *err);
/* Child: does not come back where it works. */
must_check int exec_child(struct launch *launch, struct err *err);
