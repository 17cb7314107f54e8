/* SPDX-License-Identifier: Apache-2.0 */
/* Ask the supervisor inside a partition what its services do. */
#include "node/super_client.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "wire/chan.h"

enum { SUPER_TIMEOUT_MS = 2000 };

static void address_of(const struct node *node, unsigned slot, struct sockaddr_un *ret)
{
	/* sun_path holds 108 bytes; the state directory may be anywhere. */
	memset(ret, 0, sizeof(*ret));
	ret->sun_family = AF_UNIX;
	snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/run/%u.sock", node->own.fd,
		slot);
}

void super_forget(struct node *node, unsigned slot)
{
	char rel[32];
	snprintf(rel, sizeof(rel), "run/%u.sock", slot);
	unlinkat(node->own.fd, rel, 0);
}

int super_listen(struct node *node, unsigned slot, struct fd_sock *ret, struct err *err)
{
	scoped_fd_sock sock = {socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
	struct sockaddr_un address;
	super_forget(node, slot);
	address_of(node, slot, &address);
	if (sock.fd < 0 || bind(sock.fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		listen(sock.fd, 8) < 0)
		return err_set(err, ERR_OS, errno, "super.socket",
			"make the control socket of slot %u", slot);
	*ret = fd_sock_take(&sock);
	return 0;
}

static int connect_to(struct node *node, unsigned slot, struct fd_chan *ret, struct err *err)
{
	scoped_fd_chan chan = {socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
	struct timeval timeout = {.tv_sec = SUPER_TIMEOUT_MS / 1000};
	struct sockaddr_un address;
	address_of(node, slot, &address);
	if (chan.fd < 0 ||
		setsockopt(chan.fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 ||
		setsockopt(chan.fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0 ||
		connect(chan.fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return err_set(
			err, ERR_OS, errno, "super.silent", "the supervisor cannot be reached");
	*ret = fd_chan_take(&chan);
	return 0;
}

static int rows_add(struct node *node, const struct super_table *table, struct super_status *ret,
	struct err *err)
{
	for (uint32_t i = 0; i < table->n_rows; i++) {
		struct super_row row = table->rows[i];
		row.name = arena_span(&node->arena, row.name);
		if (ret->n_rows == LIMIT_SUPER_SERVICES || !row.name.ptr)
			return err_set(err, ERR_PEER, 0, "super.session", "more than %d services",
				LIMIT_SUPER_SERVICES);
		ret->rows[ret->n_rows++] = row;
	}
	ret->is_ready = table->is_ready;
	ret->reason = arena_cstr(&node->arena, table->reason);
	return 0;
}

int super_ask(struct node *node, unsigned slot, struct super_status *ret, struct err *err)
{
	scoped_fd_chan chan = FD_INIT;
	scoped_wire_out struct wire_out w = WIRE_OUT_INIT;
	scoped_str struct str buf = STR_INIT;
	struct super_table table = {.is_last = false};
	struct wire_in r;
	*ret = (struct super_status){.reason = "",
		.rows = arena_array(&node->arena, struct super_row, LIMIT_SUPER_SERVICES)};
	if (!ret->rows)
		return err_set(err, ERR_LIMIT, ENOMEM, "super.session", "memory");
	super_put_empty(&w, MSG_SUPER_STATUS);
	if (connect_to(node, slot, &chan, err) < 0 || chan_send(chan, &w, NULL, 0, err) < 0)
		return -1;
	for (unsigned n = 0; !table.is_last; n++) {
		int outcome;
		/* Each answer may take its time, so there may be no more of them than are needed. */
		if (n > LIMIT_SUPER_SERVICES / LIMIT_SUPER_ROWS)
			return err_set(err, ERR_PEER, 0, "super.session",
				"the supervisor does not come to an end");
		outcome = chan_recv_wire(chan, &buf, NULL, &r, err);
		if (outcome < 0)
			return -1;
		if (outcome != CHAN_MESSAGE || r.type != MSG_SUPER_TABLE)
			return err_set(
				err, ERR_PEER, 0, "super.silent", "the supervisor does not answer");
		if (super_table_get(&r, &table, err) < 0 || rows_add(node, &table, ret, err) < 0)
			return -1;
	}
	return 0;
}
