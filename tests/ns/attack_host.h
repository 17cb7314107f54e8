/* SPDX-License-Identifier: Apache-2.0 */
/* What attacks reach for on the host: a port, an abstract socket, shared memory, a key. */
#pragma once

#include <sys/types.h>

#include "base/err.h"
#include "base/fd.h"

/* Ownership: host_side_done() takes it all away again. */
struct host_side {
	struct fd_sock listener; /* TCP on the loopback */
	struct fd_sock abstract; /* Unix, abstract name */
	unsigned int port;
	int shm_id;
	int queue; /* POSIX message queue */
	int key_number;
	char name[32];
	char hostname[65];
};

must_check int host_side_open(struct host_side *ret, struct err *err);
void host_side_done(struct host_side *host);

/* Replace %PORT, %NAME, %KEY, %PID and %HOST in the word of an attack. */
void host_side_expand(const struct host_side *host, const char *word, char *ret, size_t size);
