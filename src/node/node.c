/* SPDX-License-Identifier: Apache-2.0 */
/* Context of the node agent. */
#include "node/node.h"

#include <stdarg.h>
#include <stdio.h>

void node_init(struct node *node)
{
	*node = (struct node){
		.install = INSTALL_INIT,
		.id = REGISTRY_NODE_INIT,
		.state = FD_INIT,
		.own = FD_INIT,
		.launch = FD_INIT,
		.launch_pid = FD_INIT,
		.net = FD_INIT,
		.net_pid = FD_INIT,
		.loop = {.epoll = FD_NONE},
		.arena = ARENA_INIT(NODE_ARENA_BYTES),
		.ctl = {.chan = FD_INIT, .buf = STR_INIT},
	};
	for (size_t i = 0; i < NODE_ROOTS_MAX; i++)
		node->cgroup_roots[i].fd = FD_NONE;
	for (size_t i = 0; i < NODE_LEASES_MAX; i++)
		node->leases[i] = FD_NONE;
}

static void wait_for(struct fd_pid *pid)
{
	int status;
	if (fd_pid_is_open(*pid))
		ERR_IGNORED(proc_wait(*pid, &status, ignored)); /* it has nothing left to tell */
	fd_pid_close(pid);
}

void node_done(struct node *node)
{
	store_close(&node->store);
	loop_close(&node->loop);
	fd_chan_close(&node->net);
	fd_chan_close(&node->launch);
	wait_for(&node->net_pid);
	wait_for(&node->launch_pid);
	fd_chan_close(&node->ctl.chan);
	chan_fds_done(&node->ctl.fds);
	str_done(&node->ctl.buf);
	for (size_t i = 0; i < NODE_ROOTS_MAX; i++)
		fd_dir_close(&node->cgroup_roots[i]);
	fd_dir_close(&node->id.registry);
	fd_file_close(&node->id.entry);
	fd_dir_close(&node->own);
	fd_dir_close(&node->state);
	install_done(&node->install);
	arena_done(&node->arena);
}

int node_store(struct node *node, struct err *err)
{
	return node->store ? 0 : store_open(node->own, &node->arena, &node->store, err);
}

int node_peer_failed(const char *program, const char *step, struct err *err)
{
	if (err_is_set(err) && err->num != EPIPE && err->num != ECONNRESET)
		return -1;
	err_clear(err);
	return err_set(err, ERR_PEER, 0, step,
		"%s ended unexpectedly; the command can be given again", program);
}

const char *node_text(struct node *node, const char *fmt, ...)
{
	scoped_str struct str text = STR_INIT;
	va_list ap;
	va_start(ap, fmt);
	str_addv(&text, fmt, ap);
	va_end(ap);
	return text.failed ? NULL : arena_cstr(&node->arena, str_span(&text));
}
