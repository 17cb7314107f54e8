/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of the engine: what a hostile profile may cost. */
#pragma once

/*
 * Every limit is checked where the thing is counted and reported by its name ("LIMIT_FILE_BYTES"), so that an author can
 * tell a limit from a mistake. The largest real profile known (SlapOS software/erp5) reaches 1-3 % of any of them.
 */
#define LIMIT_MEMORY_BYTES     ((size_t)1536 << 20) /* the engine's arena, all phases together */
#define LIMIT_FILE_BYTES       ((size_t)16 << 20)   /* one profile file */
#define LIMIT_TOTAL_FILE_BYTES ((size_t)64 << 20)   /* all profile files of a run */
#define LIMIT_LINE_BYTES       ((size_t)1 << 20)    /* one physical line */
#define LIMIT_FILES            4096                 /* files in an extends graph */
#define LIMIT_EXTENDS_DEPTH    128                  /* nesting of extends */
#define LIMIT_SECTIONS         200000               /* sections, all files */
#define LIMIT_OPTIONS          2000000              /* options, all files and macro expansions */
#define LIMIT_MACRO_DEPTH      200                  /* nesting of `<=` */
#define LIMIT_RESOLVE_DEPTH    400 /* nesting of references; each level costs C stack */
#define LIMIT_VALUE_BYTES      ((size_t)16 << 20)  /* one resolved value */
#define LIMIT_RESOLVED_BYTES   ((size_t)256 << 20) /* all resolved values */
#define LIMIT_PARTS            20000               /* parts of one run */
#define LIMIT_INSTALLED_BYTES  ((size_t)64 << 20)  /* .installed.cfg */
#define LIMIT_NESTED_DEPTH     8                   /* buildouts inside buildouts */
#define LIMIT_PART_CAPTURE     ((size_t)4 << 20)   /* captured output of a command */
#define LIMIT_PART_PATHS       100000              /* recorded paths of a part */
#define LIMIT_COND_BYTES       4096                /* a section condition */
#define LIMIT_COND_DEPTH       64                  /* nesting of parentheses in a condition */
#define LIMIT_DIAGS            200                 /* diagnostics shown */
