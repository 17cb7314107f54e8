/* SPDX-License-Identifier: Apache-2.0 */
/* A network plan as a sealed memfd, and back. */
#pragma once

#include "base/err.h"
#include "base/fd.h"
#include "net/plan.h"

/*
 * Shape:  struct net_plan as it lies in memory, cut behind its last op, after { u32 magic,
 *         u32 version }; both ends are built from one tree and run on one machine.
 * Errors: net.plan (ERR_OS: the memfd; ERR_INPUT: not sealed, wrong size, not a valid plan)
 * Source: memfd_create(2), fcntl(2) F_ADD_SEALS.
 */
must_check int net_plan_seal(const struct net_plan *plan, struct fd_memfd *ret, struct err *err);

/* Read a plan out of a descriptor that a peer sent and verify it (net_plan_verify()). */
must_check int net_plan_unseal(
	struct fd_memfd memfd, bool faults, struct net_plan *ret, struct err *err);
