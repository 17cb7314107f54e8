/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's JSON documents as text for people. */
#pragma once

#include "base/span.h"
#include "base/str.h"
#include "cli/cli.h"

/*
 * Shape: objects become "key: value" lines, nested ones indented under their key; a list of objects
 *   becomes a table whose columns are the keys of its first object, and so does an object of
 *   objects, whose keys are then the first column; the version "v" is left out, and a document
 *   that has one object besides is that object. Keys lose their underscores and units: one that
 *   ends in "_s" or "_ms" is a time, one in "_at" a moment (seconds since 1970), shown as the time
 *   since then, one in "_bytes", or a row called "memory", a size.
 * Limits: LIMIT_DOCUMENT_DEPTH levels, deeper ones are shown as "...".
 * Ownership: cells live in the tool's arena.
 * Errors: none; what is not a JSON object is shown as it came, escaped.
 * Trust: strings may come from a partition and are escaped.
 */
enum { LIMIT_DOCUMENT_DEPTH = 6 };

void document_show(struct cli *cli, struct span document, struct str *out);

/* {"v": 1, "partitions": [...]}: the columns of `cantle ps`. */
void document_show_ps(struct cli *cli, struct span document, struct str *out);

/* {"v": 1, "checks": [{"name", "state", "detail", "lost", "fix"}], ...}: what is not enforced last. */
void document_show_doctor(struct cli *cli, struct span document, struct str *out);
