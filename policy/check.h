/* SPDX-License-Identifier: Apache-2.0 */
/* Findings about a seccomp profile that compiles: what in it is dead, too wide or not understood. */
#pragma once

#include <stddef.h>

#include "policy/oci.h"

/*
 * Shape:     one call of the function per finding, in the order of the file.
 * Ownership: the finding's text is valid during the call.
 */
enum check_kind {
	CHECK_DEAD,    /* a rule or name without effect */
	CHECK_BROAD,   /* allows more than it seems or should */
	CHECK_UNKNOWN, /* a name that nobody knows, left out */
	CHECK_ARCH,    /* says nothing about this architecture */
};

struct check_finding {
	enum check_kind kind;
	size_t line; /* 0: about the whole file */
	const char *text;
};

typedef void (*check_fn)(const struct check_finding *finding, void *ctx);

/* Number of findings. */
size_t check_profile(const struct oci_profile *oci, check_fn fn, void *ctx);

/* "dead", "broad", "unknown", "arch" */
const char *check_kind_name(enum check_kind kind);
