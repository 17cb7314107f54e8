/* SPDX-License-Identifier: Apache-2.0 */
/* Names that operators give: tenants and instances. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "node/node.h"

/*
 * Shape:  NAME or TENANT/NAME; each 1..63 of a-z 0-9 . _ -, first a letter or digit. Option "tenant"
 *         names the tenant of a bare NAME; without it `default`.
 * Errors: name.invalid, name.unknown
 */
enum { NAME_MAX_BYTES = 63 };

struct name {
	const char *tenant;
	const char *name;
};

bool name_is_valid(const char *text);
/* Parse word `index` of the request; wants the tenant alone where the word is missing. */
must_check int name_of_request(struct node *node, size_t index, struct name *ret, struct err *err);
must_check int name_tenant(struct node *node, const char **ret, struct err *err);
/* The partition of word `index`, which must exist. */
must_check int name_partition(
	struct node *node, size_t index, struct store_partition *ret, struct err *err);
