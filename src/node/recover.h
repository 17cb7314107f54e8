/* SPDX-License-Identifier: Apache-2.0 */
/* Finish or undo what a killed command left. */
#pragma once

#include "base/err.h"
#include "node/node.h"

/*
 * Shape:  rows say what should be; the kernel's objects carry node and slot in their names. What a row
 *         began to destroy is destroyed; what runs without a row, or has a row that does not run, is
 *         taken down. Slots that another command has locked are left to it.
 * Errors: those of instance.h
 */
must_check int recover(struct node *node, struct err *err);
