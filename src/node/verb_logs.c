/* SPDX-License-Identifier: Apache-2.0 */
/* cantle logs: what services, processing and builds wrote. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/path.h"
#include "node/draft.h"
#include "node/instance_plan.h"
#include "node/names.h"
#include "node/running.h"
#include "node/super_client.h"
#include "node/verb.h"

enum {
	LOGS_MAX = 64,
	LOG_TAIL_BYTES = 256 << 10,
	FOLLOW_POLL_MS = 250,
	FOLLOW_POLLS_A_LOOK = 4, /* after so many, see whether another file has the name */
};

struct log_file {
	const char *name;
	struct fd_file file;
	off_t at;
	const char *rel; /* where its supervisor begins new files, or NULL */
};

struct logs {
	struct log_file files[LOGS_MAX];
	size_t n;
	const struct log_file *last; /* whose heading was shown last */
};

/* A log that T2 wrote is opened by the launcher: beneath the home, no links, regular files only. */
static int open_service_log(
	struct node *node, const char *rel, struct fd_file *ret, struct err *err)
{
	struct plan plan;
	scoped_job job;
	int failed;
	job_init(&job, node);
	if (plan_init(&plan, err) < 0)
		return -1;
	host_plan_open(&plan, rel);
	failed = job_host(node, &job, &plan, err);
	plan_done(&plan);
	if (failed < 0)
		return -1;
	if (job.n_results == 0 || job.result_num[0] || job.result_fd[0] < 0)
		return 1;
	ret->fd = fd_take(&job.result_fd[0]);
	return 0;
}

static int add_file(struct logs *logs, const char *name, const char *rel, struct fd_file *file)
{
	if (logs->n == LOGS_MAX)
		return 1;
	logs->files[logs->n++] =
		(struct log_file){.name = name, .file = fd_file_take(file), .rel = rel};
	return 0;
}

static int add_service(struct node *node, const struct store_partition *row, struct logs *logs,
	const char *service, struct err *err)
{
	struct instance_paths paths;
	scoped_fd_file file = FD_INIT;
	const char *rel;
	int opened;
	if (instance_paths(node, row, &paths, err) < 0)
		return -1;
	rel = node_text(node, "%s/var/log/%s.log", paths.home_rel, service);
	if (!rel)
		return err_set(err, ERR_LIMIT, ENOMEM, "logs.read", "memory");
	opened = open_service_log(node, rel, &file, err);
	return opened < 0 ? -1 : opened == 0 ? add_file(logs, service, rel, &file) : 1;
}

static int add_processing(
	struct node *node, const struct store_partition *row, struct logs *logs, struct err *err)
{
	scoped_fd_file file = FD_INIT;
	const char *rel = node_text(node, "log/instance-%u.log", row->slot);
	if (path_open(node->own, rel, O_RDONLY, 0, &file, err) < 0) {
		if (err->num != ENOENT)
			return -1;
		err_clear(err);
		return 1;
	}
	return add_file(logs, "processing", NULL, &file);
}

/* The wrapper recipe names a service "nginx-<md5>"; people say nginx. */
static const char *service_of(const struct super_status *status, const char *part)
{
	size_t n = strlen(part);
	for (size_t i = 0; i < status->n_rows; i++) {
		struct span name = status->rows[i].name;
		if (name.len == n + 33 && span_starts(name, part) && name.ptr[n] == '-')
			return name.ptr;
	}
	return part;
}

/* --part P: one service, or "processing"; without it everything that is known to have a log. */
static int open_logs(
	struct node *node, const struct store_partition *row, struct logs *logs, struct err *err)
{
	const char *part = ctl_option(node, "part", NULL);
	struct super_status status = {.reason = ""};
	struct err silent = ERR_INIT;
	if (running_is(node, row) && super_ask(node, row->slot, &status, &silent) < 0)
		ctl_say(node, CTL_EVENT_WARNING, "services are not shown: %s", silent.text);
	if (part && strcmp(part, "processing") != 0) {
		int added = strchr(part, '/')
				    ? 1
				    : add_service(node, row, logs, service_of(&status, part), err);
		if (added == 1)
			return err_set(err, ERR_INPUT, 0, "name.unknown",
				"'%s/%s' has no log of '%s'", row->tenant_name, row->name, part);
		return added;
	}
	if (add_processing(node, row, logs, err) < 0)
		return -1;
	if (part)
		return 0;
	for (size_t i = 0; i < status.n_rows; i++)
		if (add_service(node, row, logs, status.rows[i].name.ptr, err) < 0)
			return -1;
	return 0;
}

static void heading(struct node *node, struct logs *logs, const struct log_file *file)
{
	if (logs->n < 2 || logs->last == file)
		return;
	logs->last = file;
	ctl_data(node, span_str(node_text(node, "==> %s <==\n", file->name)));
}

/* What is new in one file since the last look. Who writes faster than we read does not hold us. */
static int show_new(struct node *node, struct logs *logs, struct log_file *file, struct err *err)
{
	char buf[32 << 10];
	struct stat st;
	if (fstat(file->file.fd, &st) < 0)
		return err_set(err, ERR_OS, errno, "logs.read", "read the log of '%s'", file->name);
	if (st.st_size < file->at)
		file->at = 0; /* it was emptied */
	while (file->at < st.st_size) {
		size_t left = (size_t)(st.st_size - file->at);
		ssize_t n = pread(
			file->file.fd, buf, left < sizeof(buf) ? left : sizeof(buf), file->at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_OS, errno, "logs.read", "read the log of '%s'",
				file->name);
		if (n == 0)
			return 0;
		heading(node, logs, file);
		ctl_data(node, span_make(buf, (size_t)n));
		file->at += n;
	}
	return 0;
}

/* Start so that about the last n lines are shown. */
static int seek_tail(struct log_file *file, uint64_t n_lines, struct err *err)
{
	scoped_free char *buf = malloc(LOG_TAIL_BYTES);
	struct stat st;
	off_t start;
	ssize_t n;
	if (!buf || fstat(file->file.fd, &st) < 0)
		return err_set(err, ERR_OS, errno, "logs.read", "read the log of '%s'", file->name);
	start = st.st_size > LOG_TAIL_BYTES ? st.st_size - LOG_TAIL_BYTES : 0;
	n = pread(file->file.fd, buf, LOG_TAIL_BYTES, start);
	if (n < 0)
		return err_set(err, ERR_OS, errno, "logs.read", "read the log of '%s'", file->name);
	ssize_t at = n;
	for (uint64_t lines = 0; at > 0; at--)
		if (buf[at - 1] == '\n' && at != n && ++lines == n_lines)
			break;
	file->at = start + at;
	return 0;
}

/* The supervisor renames a log that is full: go on with the new one, from its begin. */
static int look_again(struct node *node, struct logs *logs, struct log_file *file, struct err *err)
{
	scoped_fd_file now = FD_INIT;
	struct stat old_stat;
	struct stat now_stat;
	int opened = file->rel ? open_service_log(node, file->rel, &now, err) : 1;
	if (opened != 0)
		return opened < 0 ? -1 : 0;
	if (fstat(file->file.fd, &old_stat) < 0 || fstat(now.fd, &now_stat) < 0)
		return err_set(err, ERR_OS, errno, "logs.read", "read the log of '%s'", file->name);
	if (old_stat.st_dev == now_stat.st_dev && old_stat.st_ino == now_stat.st_ino)
		return 0;
	if (show_new(node, logs, file, err) < 0)
		return -1;
	fd_file_close(&file->file);
	file->file = fd_file_take(&now);
	file->at = 0;
	return 0;
}

static int follow(struct node *node, struct logs *logs, struct err *err)
{
	/* inotify(7) would need read permission on the path; the descriptors are all we have. */
	for (unsigned n = 1; !node->ctl.is_cancelled; n++) {
		for (size_t i = 0; i < logs->n && n % FOLLOW_POLLS_A_LOOK == 0; i++)
			if (look_again(node, logs, &logs->files[i], err) < 0)
				return -1;
		for (size_t i = 0; i < logs->n; i++)
			if (show_new(node, logs, &logs->files[i], err) < 0)
				return -1;
		if (loop_once(&node->loop, FOLLOW_POLL_MS, err) < 0)
			return -1;
	}
	return 0;
}

int verb_logs(struct node *node, int *ret_status, struct err *err)
{
	struct store_partition row;
	struct logs logs = {.n = 0};
	uint64_t n_lines = 100;
	int failed;
	if (name_partition(node, 0, &row, err) < 0)
		return -1;
	if (!span_parse_u64(span_str(ctl_option(node, "lines", "100")), &n_lines))
		return err_set(err, ERR_INPUT, 0, "request.usage", "--lines wants a number");
	failed = open_logs(node, &row, &logs, err);
	for (size_t i = 0; i < logs.n && failed >= 0; i++)
		if ((n_lines && seek_tail(&logs.files[i], n_lines, err) < 0) ||
			show_new(node, &logs, &logs.files[i], err) < 0)
			failed = -1;
	if (failed >= 0 && ctl_has(node, "follow"))
		failed = follow(node, &logs, err);
	for (size_t i = 0; i < logs.n; i++)
		fd_file_close(&logs.files[i].file);
	*ret_status = failed < 0 ? EXIT_FAILED : EXIT_OK;
	return failed < 0 ? -1 : 0;
}
