/* SPDX-License-Identifier: Apache-2.0 */
/* JSON documents of the agent: {"v": 1, ...}. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "node/node.h"

/*
 * Shape:     document_new() with the version, members by Jansson, document_send() as one text.
 * Ownership: Jansson's; document_send() consumes.
 * Trust:     texts that came from a partition are made valid UTF-8 here and escaped where shown.
 */
json_t *document_new(void);
/* A JSON string of any bytes: where it is no UTF-8, bytes past ASCII become "?". */
json_t *document_text(const char *text);
void document_send(struct node *node, json_t *document);
/* "T/NAME" etc. of a row, with state and health as ps shows them. */
json_t *document_partition(struct node *node, const struct store_partition *row);
