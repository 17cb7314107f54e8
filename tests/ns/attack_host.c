/* SPDX-License-Identifier: Apache-2.0 */
/* What attacks reach for on the host: a port, an abstract socket, shared memory, a key. */
#include "tests/ns/attack_host.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

static int fail(struct err *err, const char *what)
{
	return err_set(err, ERR_OS, errno, "attack.host", "%s", what);
}

static int listen_loopback(struct host_side *host, struct err *err)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	host->listener.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (host->listener.fd < 0 ||
		bind(host->listener.fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		listen(host->listener.fd, 64) < 0 ||
		getsockname(host->listener.fd, (struct sockaddr *)&address, &len) < 0)
		return fail(err, "listen on the loopback");
	host->port = ntohs(address.sin_port);
	return 0;
}

static int listen_abstract(struct host_side *host, struct err *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "%s", host->name);
	socklen_t len =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(host->name));
	host->abstract.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (host->abstract.fd < 0 ||
		bind(host->abstract.fd, (struct sockaddr *)&address, len) < 0 ||
		listen(host->abstract.fd, 64) < 0)
		return fail(err, "listen on an abstract name");
	return 0;
}

/* In a session keyring of this process's own, which its launcher inherits. */
static int add_key(struct host_side *host, struct err *err)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 ||
		syscall(SYS_add_key, "user", host->name, "x", 1, KEY_SPEC_SESSION_KEYRING) < 0)
		return fail(err, "add a key");
	return 0;
}

int host_side_open(struct host_side *ret, struct err *err)
{
	*ret = (struct host_side){
		.listener = FD_INIT, .abstract = FD_INIT, .shm_id = -1, .queue = FD_NONE};
	snprintf(ret->name, sizeof(ret->name), "isoprobe-%d", getpid());
	ret->key_number = 0x15000000 + getpid();
	if (gethostname(ret->hostname, sizeof(ret->hostname)) < 0)
		return fail(err, "host name");
	ret->shm_id = shmget(ret->key_number, 4096, IPC_CREAT | IPC_EXCL | 0666);
	if (ret->shm_id < 0)
		return fail(err, "make shared memory");
	char queue[40];
	snprintf(queue, sizeof(queue), "/%s", ret->name);
	ret->queue = mq_open(queue, O_CREAT | O_RDWR | O_CLOEXEC, 0666, NULL);
	if (ret->queue < 0 || fchmod(ret->queue, 0666) < 0)
		return fail(err, "make a message queue");
	if (listen_loopback(ret, err) < 0 || listen_abstract(ret, err) < 0 ||
		add_key(ret, err) < 0) {
		host_side_done(ret);
		return -1;
	}
	return 0;
}

void host_side_done(struct host_side *host)
{
	fd_sock_close(&host->listener);
	fd_sock_close(&host->abstract);
	if (host->shm_id >= 0)
		shmctl(host->shm_id, IPC_RMID, NULL);
	host->shm_id = -1;
	char queue[40];
	snprintf(queue, sizeof(queue), "/%s", host->name);
	if (host->queue >= 0)
		mq_unlink(queue);
	fd_close(&host->queue);
}

void host_side_expand(const struct host_side *host, const char *word, char *ret, size_t size)
{
	const char *percent = strchr(word, '%');
	int head = percent ? (int)(percent - word) : (int)strlen(word);
	if (!percent)
		snprintf(ret, size, "%s", word);
	else if (strcmp(percent, "%PORT") == 0)
		snprintf(ret, size, "%.*s%u", head, word, host->port);
	else if (strcmp(percent, "%KEY") == 0)
		snprintf(ret, size, "%.*s%d", head, word, host->key_number);
	else if (strcmp(percent, "%PID") == 0)
		snprintf(ret, size, "%.*s%d", head, word, getpid());
	else if (strcmp(percent, "%HOST") == 0)
		snprintf(ret, size, "%.*s%s", head, word, host->hostname);
	else
		snprintf(ret, size, "%.*s%s", head, word, host->name);
}
