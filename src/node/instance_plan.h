/* SPDX-License-Identifier: Apache-2.0 */
/* What the partition of an instance sees, the same for processing and for services. */
#pragma once

#include "base/err.h"
#include "node/draft.h"
#include "node/node.h"

/*
 * Shape: software read-only at /opt/slapgrid/<md5>, home writable at /srv/slapgrid/slappart<slot>;
 *        on the host software/<tenant>/<md5> and partition/<slot>/home.
 */
struct instance_paths {
	const char *software_rel;
	const char *software_inside;
	const char *home_rel;
	const char *home_inside;
	const char *partition_rel;
};

must_check int instance_paths(struct node *node, const struct store_partition *row,
	struct instance_paths *ret, struct err *err);
/* Directories, binds, names and environment of the partition. */
void instance_plan(struct node *node, const struct store_partition *row,
	const struct instance_paths *paths, struct draft *d);
