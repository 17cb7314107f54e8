/* SPDX-License-Identifier: Apache-2.0 */
/* The output of a service: bounded, rotated files. */
#include "isolate/super/logs.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"

struct log_name {
	char text[LOG_NAME_MAX + 4];
};

int log_open_dir(struct fd_dir home, struct fd_dir *ret, struct err *err)
{
	if (path_mkdirs(home, "var/log", 0750, err) < 0)
		return -1;
	return path_open_dir(home, "var/log", ret, err);
}

void log_init(struct log_file *log, struct fd_dir dir, struct span service, uint64_t limit_bytes)
{
	*log = (struct log_file){.dir = dir, .file = FD_INIT, .limit_bytes = limit_bytes};
	snprintf(log->name, sizeof(log->name), "%.*s.log", SPAN_ARG(service));
}

void log_done(struct log_file *log)
{
	fd_file_close(&log->file);
}

/* The directory belongs to the partition: its services may put anything there, and take it away. */
static bool open_file(struct log_file *log)
{
	struct err ignored = ERR_INIT;
	struct stat st;
	if (fd_file_is_open(log->file) && (fstat(log->file.fd, &st) < 0 || st.st_nlink == 0))
		fd_file_close(&log->file);
	if (!fd_file_is_open(log->file) &&
		(path_open(log->dir, log->name,
			 O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0640,
			 &log->file, &ignored) < 0 ||
			fstat(log->file.fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		fd_file_close(&log->file);
		return false;
	}
	log->size_bytes = (uint64_t)st.st_size;
	return true;
}

static struct log_name name_of(const struct log_file *log, int n)
{
	struct log_name name;
	if (n)
		snprintf(name.text, sizeof(name.text), "%s.%d", log->name, n);
	else
		snprintf(name.text, sizeof(name.text), "%s", log->name);
	return name;
}

static void rotate(struct log_file *log)
{
	fd_file_close(&log->file);
	for (int n = LOG_KEPT; n > 0; n--) {
		struct log_name from = name_of(log, n - 1);
		struct log_name to = name_of(log, n);
		if (renameat(log->dir.fd, from.text, log->dir.fd, to.text) < 0 && errno != ENOENT) {
			/* Something else is in the way: the file starts anew rather than grow. */
			unlinkat(log->dir.fd, from.text, 0);
		}
	}
}

/* At most limit_bytes of it. */
static void write_piece(struct log_file *log, struct span piece)
{
	ssize_t n = 0;
	if (open_file(log) && log->size_bytes > 0 && log->size_bytes + piece.len > log->limit_bytes)
		rotate(log);
	if (open_file(log))
		n = write(log->file.fd, piece.ptr, piece.len);
	log->dropped_bytes += piece.len - (n > 0 ? (size_t)n : 0);
}

void log_write(struct log_file *log, struct span bytes)
{
	while (bytes.len) {
		struct span piece = span_first(bytes, log->limit_bytes);
		write_piece(log, piece);
		bytes = span_from(bytes, piece.len);
	}
}
