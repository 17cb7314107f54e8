/* SPDX-License-Identifier: Apache-2.0 */
/* SEQPACKET channel: one message a packet, descriptors beside it. */
#include "wire/chan.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int) * LIMIT_WIRE_FDS)];
};

void chan_fds_done(struct chan_fds *fds)
{
	for (size_t i = 0; i < fds->n; i++)
		fd_close(&fds->fd[i]);
	fds->n = 0;
}

int chan_fds_take(struct chan_fds *fds, size_t i)
{
	return i < fds->n ? fd_take(&fds->fd[i]) : FD_NONE;
}

int chan_pair(struct fd_chan *ret_ours, struct fd_chan *ret_theirs, struct err *err)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_set(err, ERR_OS, errno, "chan.open", "make a socket pair");
	ret_ours->fd = pair[0];
	ret_theirs->fd = pair[1];
	return 0;
}

int chan_send(struct fd_chan chan, const struct wire_out *message, const int *fds, size_t n_fds,
	struct err *err)
{
	union control control;
	struct iovec iov = {message->bytes.ptr, message->bytes.len};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	if (wire_out_check(message, err) < 0)
		return -1;
	if (n_fds > LIMIT_WIRE_FDS)
		return err_set(err, ERR_LIMIT, EMSGSIZE, "chan.send", "more than %d descriptors",
			LIMIT_WIRE_FDS);
	if (n_fds) {
		struct cmsghdr *head;
		memset(&control, 0, sizeof(control));
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
		head = CMSG_FIRSTHDR(&msg);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
		memcpy(CMSG_DATA(head), fds, sizeof(int) * n_fds);
	}
	for (;;) {
		if (sendmsg(chan.fd, &msg, MSG_NOSIGNAL) >= 0)
			return 0;
		if (errno != EINTR)
			return err_set(err,
				errno == EPIPE || errno == ECONNRESET ? ERR_PEER : ERR_OS, errno,
				"chan.send", "send a message");
	}
}

static void take_fds(struct msghdr *msg, struct chan_fds *ret)
{
	for (struct cmsghdr *head = CMSG_FIRSTHDR(msg); head; head = CMSG_NXTHDR(msg, head)) {
		size_t n;
		if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
			continue;
		n = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		if (n > LIMIT_WIRE_FDS - ret->n)
			n = LIMIT_WIRE_FDS - ret->n;
		memcpy(ret->fd + ret->n, CMSG_DATA(head), n * sizeof(int));
		ret->n += n;
	}
}

static int recv_once(struct fd_chan chan, struct msghdr *msg, ssize_t *ret, struct err *err)
{
	for (;;) {
		*ret = recvmsg(chan.fd, msg, MSG_CMSG_CLOEXEC);
		if (*ret >= 0)
			return CHAN_MESSAGE;
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN)
			return CHAN_EMPTY;
		if (errno == ECONNRESET)
			return CHAN_CLOSED;
		return err_set(err, ERR_OS, errno, "chan.recv", "receive a message");
	}
}

int chan_recv(struct fd_chan chan, struct str *buf, struct chan_fds *fds, struct err *err)
{
	union control control;
	scoped_chan_fds struct chan_fds got = CHAN_FDS_INIT;
	struct iovec iov = {.iov_len = LIMIT_WIRE_BYTES};
	struct msghdr msg = {.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes)};
	ssize_t n;
	int outcome;
	str_cut(buf, 0);
	iov.iov_base = str_room(buf, LIMIT_WIRE_BYTES);
	if (!iov.iov_base)
		return str_check(buf, err);
	outcome = recv_once(chan, &msg, &n, err);
	if (outcome != CHAN_MESSAGE)
		return outcome;
	take_fds(&msg, &got);
	if (n == 0)
		return CHAN_CLOSED; /* no message of ours is empty */
	if (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC) || (got.n && !fds))
		return err_set(
			err, ERR_PEER, EMSGSIZE, "chan.recv", "a message does not fit its limits");
	str_grow(buf, (size_t)n);
	if (fds) {
		*fds = got;
		got.n = 0;
	}
	return CHAN_MESSAGE;
}

int chan_recv_wire(struct fd_chan chan, struct str *buf, struct chan_fds *fds, struct wire_in *ret,
	struct err *err)
{
	int outcome = chan_recv(chan, buf, fds, err);
	if (outcome != CHAN_MESSAGE)
		return outcome;
	if (wire_open(str_span(buf), ret, err) == 0)
		return CHAN_MESSAGE;
	if (fds)
		chan_fds_done(fds);
	return -1;
}

int chan_peer(struct fd_chan chan, uid_t *ret_uid, pid_t *ret_pid, struct err *err)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	if (getsockopt(chan.fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return err_set(err, ERR_OS, errno, "chan.recv", "credentials of the peer");
	*ret_uid = cred.uid;
	*ret_pid = cred.pid;
	return 0;
}
