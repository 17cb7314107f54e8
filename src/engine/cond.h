/* SPDX-License-Identifier: Apache-2.0 */
/* Section conditions, `[name: expression]`: a closed grammar for the families that profiles use. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "engine/diag.h"

/*
 * Grammar: or/and/not, comparisons (== != < <= > >= in, not in, chained), ( ), [ , ], ( , ),
 *          strings, integers, True False None, names below, x[i], x[a:b], x.split(s),
 *          x.startswith(s), x.endswith(s), int(x), str(x), len(x), [int(q) for q in x].
 * Names:   linux posix windows macosx cygwin solaris bits32 bits64 little_endian big_endian cpython
 *          pypy jython ironpython python2 python3 python24.. python313, sys.platform
 *          sys.version_info sys.maxsize sys.byteorder os.name platform.machine() platform.system()
 *          platform.release(); PEP 508 markers python_version python_full_version os_name
 *          sys_platform platform_system platform_machine platform_python_implementation
 *          implementation_name.
 * Errors:  E0601 not supported, E0602 unknown name, E0603 wrong types; LIMIT_COND_*.
 */
struct cond_env {
	uint32_t python[3];  /* 3.11.2: the interpreter that buildout would run on */
	const char *machine; /* uname -m */
	const char *release; /* uname -r */
};

/* expression stands at `where`, whose col is its first byte. */
must_check int cond_eval(const struct cond_env *env, struct span expression, struct where where,
	struct diags *diags, bool *ret_value, struct err *err);
