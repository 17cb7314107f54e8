/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-broker: downloads and parameters for one partition; no capability, host network. */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "base/bug.h"
#include "base/proc.h"
#include "base/table.h"
#include "isolate/broker/broker.h"
#include "isolate/broker/cache.h"

enum {
	FD_ENGINE = 3,
	FD_AGENT = 4,
	FD_TENANT = 5,
	FD_OPERATOR = 6,
	SEND_TIMEOUT_S = 10, /* a peer that does not read for so long ends the session */
	CONNECT_TIMEOUT_MS = 5000,
};

enum { EXIT_OK = 0, EXIT_USAGE = 100, EXIT_SYSTEM = 111, EXIT_REFUSED = 112 };

#define MAX_BYTES (8ULL << 30)

static const struct option options[] = {
	{"phase", 0, 0, "build|instance|operator", "what the session is for"},
	{"connect-timeout-ms", 0, 0, "MS", "give up a connection after this time"},
	{"max-bytes", 0, 0, "BYTES", "longest download"},
	{"deny", 0, OPTION_REPEAT, "PREFIX", "refuse to connect to these addresses, too"},
	{"allow", 0, OPTION_REPEAT, "PREFIX", "connect to these, whatever else is refused"},
};

static const struct program program = {
	.name = "cantle-broker",
	.summary = "download on behalf of a partition",
	.globals = options,
	.n_globals = ARRAY_LEN(options),
};

static int add_prefix(const struct table_hit *hit, struct address_policy *ret, struct err *err)
{
	bool is_deny = strcmp(hit->option->name, "deny") == 0;
	size_t *n = is_deny ? &ret->n_deny : &ret->n_allow;
	struct address_prefix *list = is_deny ? ret->deny : ret->allow;
	if (!is_deny && strcmp(hit->option->name, "allow") != 0)
		return 0;
	if (*n >= LIMIT_ADDRESS_PREFIXES)
		return err_set(err, ERR_LIMIT, 0, "usage.value", "more than %d prefixes",
			LIMIT_ADDRESS_PREFIXES);
	if (address_prefix_parse(span_str(hit->value), &list[*n], err) < 0)
		return err_wrap(err, "--%s", hit->option->name);
	++*n;
	return 0;
}

static int configure(struct broker *b, int argc, char *const *argv, struct err *err)
{
	scoped_table_args struct table_args args = TABLE_ARGS_INIT;
	const char *phase;
	if (table_parse(&program, argc, argv, &args, err) < 0)
		return -1;
	phase = table_value(&args, "phase", "");
	if (!phase[0])
		return err_set(err, ERR_INPUT, 0, "usage.option", "--phase is missing");
	b->phase = PHASE_BUILD;
	if (strcmp(phase, "instance") == 0)
		b->phase = PHASE_INSTANCE;
	if (strcmp(phase, "operator") == 0)
		b->phase = PHASE_OPERATOR;
	if (table_uint(&args, "connect-timeout-ms", 1, 600000, CONNECT_TIMEOUT_MS,
		    &b->connect_timeout_ms, err) < 0 ||
		table_uint(&args, "max-bytes", 1, INT64_MAX, MAX_BYTES, &b->max_bytes, err) < 0)
		return -1;
	for (size_t i = 0; i < args.n_hits; i++)
		if (add_prefix(&args.hits[i], &b->addresses, err) < 0)
			return -1;
	return 0;
}

static int take_chan(int fd, const char *name, struct fd_chan *ret, struct err *err)
{
	struct timeval limit = {.tv_sec = SEND_TIMEOUT_S};
	int type = 0;
	socklen_t len = sizeof(type);
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0)
		return err_set(err, ERR_OS, errno, "broker.fds", "descriptor %d (%s)", fd, name);
	if (type != SOCK_SEQPACKET)
		return err_set(err, ERR_INPUT, 0, "broker.fds", "descriptor %d (%s) is no channel",
			fd, name);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0 ||
		fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return err_set(err, ERR_OS, errno, "broker.fds", "descriptor %d (%s)", fd, name);
	ret->fd = fd;
	return 0;
}

/* The agent may not read the caches and passes O_PATH descriptors; fsync(2) needs a real one. */
static int take_dir(int fd, const char *name, struct fd_dir *ret, struct err *err)
{
	struct stat st;
	int opened;
	if (fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode))
		return err_set(err, ERR_INPUT, 0, "broker.fds",
			"descriptor %d (%s) is no directory", fd, name);
	opened = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (opened < 0)
		return err_set(err, ERR_OS, errno, "broker.fds", "descriptor %d (%s)", fd, name);
	close(fd);
	ret->fd = opened;
	return 0;
}

static int take_fds(struct broker *b, struct err *err)
{
	bool is_operator = b->phase == PHASE_OPERATOR;
	if (take_chan(FD_AGENT, "agent", &b->agent, err) < 0 ||
		take_dir(FD_OPERATOR, "operator cache", &b->operator_cache, err) < 0)
		return -1;
	if (is_operator)
		return cache_sweep(b->operator_cache, err);
	if (take_chan(FD_ENGINE, "engine", &b->engine, err) < 0 ||
		take_dir(FD_TENANT, "tenant cache", &b->tenant_cache, err) < 0)
		return -1;
	return cache_sweep(b->tenant_cache, err);
}

static int complain(const struct err *err, int status)
{
	char text[700];
	err_format(err, "cantle-broker", text, sizeof(text));
	fprintf(stderr, "%s\n", text);
	return status;
}

int main(int argc, char **argv)
{
	struct broker b;
	struct err err = ERR_INIT;
	int status = EXIT_OK;
	broker_init(&b, PHASE_BUILD);
	if (configure(&b, argc, argv, &err) < 0)
		return complain(&err, EXIT_USAGE);
	/* Brokers of different tenants share a user id: none may look into another. */
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		err_set(&err, ERR_OS, errno, "broker.start", "start");
	if (err_is_set(&err) || take_fds(&b, &err) < 0)
		status = complain(&err, EXIT_SYSTEM);
	else if (broker_serve(&b, &err) < 0)
		status = complain(&err, err.kind == ERR_DENIED || err.kind == ERR_PEER
						? EXIT_REFUSED
						: EXIT_SYSTEM);
	broker_done(&b);
	return status;
}
