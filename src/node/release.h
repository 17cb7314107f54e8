/* SPDX-License-Identifier: Apache-2.0 */
/* A software release on this node: its profile, its place, building it. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "node/node.h"

/*
 * Shape:  a release belongs to one tenant and is named by the md5 of its profile's absolute path or
 *         URL; it is built at /opt/slapgrid/<md5>, on the host in software/<tenant>/<md5>.
 * Errors: profile.missing, profile.error, build.failed, lease.*, job.*
 */
struct release {
	struct store_tenant tenant;
	const char *url; /* absolute path or URL */
	const char *md5;
	const char *root; /* what the build may read besides, NULL for a URL */
	int root_fd;      /* borrowed; FD_NONE without a root */
	const char *rel;  /* beneath the state directory */
	const char *inside;
};

/* From the request: word `index` is the profile, option "root" and its descriptor what lies around. */
must_check int release_of_request(
	struct node *node, size_t index, const char *tenant, struct release *ret, struct err *err);
/* Build or rebuild; says what happens. */
must_check int release_build(struct node *node, const struct release *release, struct err *err);
/* As the database has it: 1 available, 0 not. */
must_check int release_is_available(
	struct node *node, const struct release *release, int64_t *ret_generation, struct err *err);
/* A shell in the partition that builds it. */
must_check int release_enter(
	struct node *node, const struct release *release, int *ret_status, struct err *err);
