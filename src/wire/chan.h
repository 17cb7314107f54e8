/* SPDX-License-Identifier: Apache-2.0 */
/* SEQPACKET channel: one message a packet, descriptors beside it, the peer's credentials. */
#pragma once

#include <sys/types.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/str.h"
#include "wire/wire.h"

/*
 * Shape:     socketpair(AF_UNIX, SOCK_SEQPACKET); up to LIMIT_WIRE_BYTES and LIMIT_WIRE_FDS a
 * message. Ownership: received descriptors are the caller's, close-on-exec; those of a message that
 * does not fit are closed and the message refused. Errors:    chan.open, chan.send, chan.recv
 * (ERR_PEER where the other end broke the rules)
 */
enum chan_outcome { CHAN_MESSAGE = 0, CHAN_CLOSED = 1, CHAN_EMPTY = 2 };

struct chan_fds {
	int fd[LIMIT_WIRE_FDS];
	size_t n;
};

void chan_fds_done(struct chan_fds *fds);
/* Take descriptor i out (FD_NONE where there is none). */
int chan_fds_take(struct chan_fds *fds, size_t i);
#define scoped_chan_fds __attribute__((cleanup(chan_fds_done)))
#define CHAN_FDS_INIT                                                                              \
	(struct chan_fds)                                                                          \
	{                                                                                          \
		.n = 0                                                                             \
	}

must_check int chan_pair(struct fd_chan *ret_ours, struct fd_chan *ret_theirs, struct err *err);

/* Send one message; fds may be NULL with n_fds 0. Blocks unless the socket is non-blocking. */
must_check int chan_send(struct fd_chan chan, const struct wire_out *message, const int *fds,
	size_t n_fds, struct err *err);

/*
 * Receive one message into *buf (cut first) and its descriptors into *fds (NULL: none allowed).
 * CHAN_CLOSED when the peer is gone; CHAN_EMPTY when the socket is non-blocking and nothing waits.
 */
must_check int chan_recv(
	struct fd_chan chan, struct str *buf, struct chan_fds *fds, struct err *err);

/* chan_recv() and wire_open() in one; CHAN_MESSAGE, CHAN_CLOSED or CHAN_EMPTY. */
must_check int chan_recv_wire(struct fd_chan chan, struct str *buf, struct chan_fds *fds,
	struct wire_in *ret, struct err *err);

/* SO_PEERCRED of a connected socket. */
must_check int chan_peer(struct fd_chan chan, uid_t *ret_uid, pid_t *ret_pid, struct err *err);
