/* SPDX-License-Identifier: Apache-2.0 */
/* The log of one run of the engine. */
#include "node/work_log.h"

#include <string.h>

#include "base/path.h"
#include "node/work.h"

enum { TAIL_BYTES = 16 << 10, CHUNK_BYTES = 64 << 10 };

void work_log_init(struct work_log *log)
{
	*log = (struct work_log){.pipe = FD_INIT,
		.file = FD_INIT,
		.path = "",
		.tail = STR_INIT_LIMIT(4 * TAIL_BYTES)};
}

/* Keep at least TAIL_BYTES, at most the double of it and one chunk. */
static void tail_add(struct work_log *log, struct span bytes)
{
	if (bytes.len > TAIL_BYTES)
		bytes = span_from(bytes, bytes.len - TAIL_BYTES);
	if (log->tail.len + bytes.len > 2 * TAIL_BYTES) {
		size_t drop = log->tail.len - TAIL_BYTES / 2;
		memmove(log->tail.ptr, log->tail.ptr + drop, log->tail.len - drop);
		str_cut(&log->tail, log->tail.len - drop);
	}
	str_add(&log->tail, bytes);
}

static int keep(struct work_log *log, struct span bytes, struct err *err)
{
	log->size_bytes += bytes.len;
	tail_add(log, bytes);
	if (log->is_full)
		return 0;
	if (log->size_bytes > WORK_LOG_BYTES) {
		log->is_full = true;
		return fd_write_all(
			log->file.fd, span_str("\n[cantle: the log is cut here]\n"), err);
	}
	return fd_write_all(log->file.fd, bytes, err);
}

static int on_bytes(void *context, uint32_t events, struct err *err)
{
	struct work_log *log = context;
	char chunk[CHUNK_BYTES];
	ssize_t n = read(log->pipe.fd, chunk, sizeof(chunk));
	(void)events;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0) {
		loop_remove(&log->node->loop, log->pipe.fd);
		fd_file_close(&log->pipe);
		return 0;
	}
	if (keep(log, span_make(chunk, (size_t)n), err) == 0)
		return 0;
	/* A full disk must not stop the agent from ending things well; the tail is still there. */
	ctl_say(log->node, CTL_EVENT_WARNING, "the log cannot be written any further: %s",
		strerror(err->num));
	err_clear(err);
	log->is_full = true;
	return 0;
}

int work_log_open(struct work_log *log, struct node *node, const char *name,
	struct fd_file *ret_end, struct err *err)
{
	const char *rel = node_text(node, "log/%s", name);
	int ends[2];
	if (!rel ||
		path_open(node->own, rel, O_WRONLY | O_CREAT | O_TRUNC, 0600, &log->file, err) < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, ERR_OS, errno, "work.log", "make a pipe");
	log->node = node;
	log->path = node_text(node, "%s/node/%s", node->state_path, rel);
	log->pipe.fd = ends[0];
	ret_end->fd = ends[1];
	return loop_add(&node->loop, log->pipe.fd, EPOLLIN, on_bytes, log, err);
}

void work_log_tail(const struct work_log *log, struct node *node)
{
	struct span tail = span_trim_right(str_span(&log->tail));
	size_t start = tail.len;
	for (int lines = 0; start > 0; start--)
		if (tail.ptr[start - 1] == '\n' && ++lines == WORK_TAIL_LINES)
			break;
	struct span rest = span_from(tail, start);
	struct span line;
	while (span_cut(&rest, '\n', &line))
		ctl_event(node, CTL_EVENT_LOG_LINE, "", line, 0);
}

void work_log_close(struct work_log *log, struct node *node)
{
	loop_remove(&node->loop, log->pipe.fd);
	fd_file_close(&log->pipe);
	fd_file_close(&log->file);
	str_done(&log->tail);
}
