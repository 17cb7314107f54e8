/* SPDX-License-Identifier: Apache-2.0 */
/* The output of a service: bounded, rotated files, whoever else is alive. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/span.h"

/*
 * Shape:     NAME.log, then NAME.log.1 (younger) .. NAME.log.LOG_KEPT (older), bytes as the service
 *            wrote them.
 * Limits:    each file is at most log_bytes long: (LOG_KEPT + 1) * log_bytes for a service.
 * Ownership: owns its file; borrows the directory. Anything but a regular file of that name is left
 *            alone, and the output is dropped, as it is while the disk is full: a service is never
 *            held up by its log.
 * Errors:    super.log
 */
enum { LOG_KEPT = 3, LOG_BYTES_DEFAULT = 4 << 20, LOG_NAME_MAX = 208 };

struct log_file {
	struct fd_dir dir; /* borrowed */
	struct fd_file file;
	char name[LOG_NAME_MAX];
	uint64_t size_bytes;
	uint64_t limit_bytes;
	uint64_t dropped_bytes;
};

/* Open or make HOME/var/log. */
must_check int log_open_dir(struct fd_dir home, struct fd_dir *ret, struct err *err);

/* The file itself is opened at the first write. */
void log_init(struct log_file *log, struct fd_dir dir, struct span service, uint64_t limit_bytes);
void log_done(struct log_file *log);
void log_write(struct log_file *log, struct span bytes);
