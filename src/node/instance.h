/* SPDX-License-Identifier: Apache-2.0 */
/* An instance in its partition: processed by the engine, run by its supervisor, ended, removed. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "node/lease.h"
#include "node/node.h"

/*
 * Shape:     row first, kernel second: a row says what is wanted and what was reached; every function
 *            here can be repeated after a crash at any moment and goes on from what it finds.
 * Ownership: the caller holds the slot's lock (instance_lock()).
 * Errors:    profile.error, build.failed, partition.unhealthy, net.*, job.*, store.*
 */

/* Only one command works on a partition at a time. Waits, then reads the row again. STORE_ABSENT where
 * it was destroyed meanwhile, or a killed command had begun to: then that is finished here. */
must_check int instance_lock(
	struct node *node, struct store_partition *row, struct lease *ret, struct err *err);
/* Process where something changed since, start where that is needed, wait until it is healthy. */
must_check int instance_bring_up(struct node *node, struct store_partition *row, struct err *err);
/* Run the engine over the instance; its published values are stored. */
must_check int instance_process(struct node *node, struct store_partition *row, struct err *err);
/* Fingerprint of everything that processing depends on. */
must_check int instance_fingerprint(
	struct node *node, const struct store_partition *row, const char **ret, struct err *err);
/* Start the services, or leave them alone where they run already. */
must_check int instance_start(struct node *node, struct store_partition *row, struct err *err);
/* Stop the services in order and remove network and cgroups; stopped is fine. */
must_check int instance_stop(struct node *node, struct store_partition *row, struct err *err);
/* Stop, then remove files and row. */
must_check int instance_destroy(struct node *node, struct store_partition *row, struct err *err);
/* Wait until all services run; partition.unhealthy after a while names what does not. With
 * is_settling the supervisor is given the time to notice changed services first. */
must_check int instance_wait_ready(
	struct node *node, const struct store_partition *row, bool is_settling, struct err *err);
/* Record state and error, with the time. */
must_check int instance_put(struct node *node, struct store_partition *row, const char *state,
	const char *error, struct err *err);
