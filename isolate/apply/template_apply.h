/* SPDX-License-Identifier: Apache-2.0 */
/* The template: the mount namespace that the launcher lives in and every partition starts from. */
#pragma once

#include "isolate/apply/apply.h"

/*
 * Shape:  /        tmpfs, read-only, no device
 *         /mnt     empty: where a child builds its root
 *         /base/1  the host's /usr, read-only, /usr/local masked; 2 3 4: PLAN_BASE_* of /etc
 *         /dev     tmpfs with six device nodes, read-only; pts and shm are mount points
 *         /void    empty directory, /none: empty file; bound over what is masked
 * Errors: template
 * Source: mount_namespaces(7), pivot_root(2).
 */
#define TEMPLATE_BUILD "/mnt"
#define TEMPLATE_BASE  "/base/%u"
#define TEMPLATE_DEV   "/dev"
#define TEMPLATE_VOID  "/void"
#define TEMPLATE_NONE  "/none"

/* Build it and move there; fills host->template and host->has_base. */
must_check int template_apply(struct host *host, struct err *err);
