/* SPDX-License-Identifier: Apache-2.0 */
/* The privileged first steps of the node agent, ended by giving the privilege up. */
#pragma once

#include "base/err.h"
#include "node/node.h"

/*
 * Shape:  open or make the state directory, take the node's number, start cantle-launch and (where
 *         asked) cantle-net as root, introduce them, drop to the node's T1 ids.
 * Errors: boot.root, boot.state, boot.spawn, boot.drop, registry.*, install.find
 * Source: design.md section 1: nothing but our own root-owned files is read before the drop.
 */
must_check int bootstrap(
	const char *state_path, bool needs_net, struct node *node, struct err *err);
