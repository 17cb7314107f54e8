/* SPDX-License-Identifier: Apache-2.0 */
/* A host of its own for network tests. */
#include "tests/ns/net_env.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "net/plan_seal.h"
#include "tests/unit/test.h"
#include "wire/chan.h"

static const uint8_t global_id[] = {0xca, 0x27, 0x1e, 0x00, 0x01};

static void spawn(
	const char *const argv[], int channel, int out, struct fd_pid *ret, pid_t *ret_number)
{
	static const char *const env[] = {"LC_ALL=C", NULL};
	struct proc_spec spec = PROC_SPEC_INIT;
	struct err err = ERR_INIT;
	spec.path = argv[0];
	spec.argv = argv;
	spec.envp = env;
	spec.stdio[1] = out;
	spec.stdio[2] = STDERR_FILENO;
	spec.fds = &channel;
	spec.n_fds = channel >= 0;
	spec.dies_with_parent = true;
	assert_done(proc_spawn(&spec, ret, ret_number, &err), &err);
}

static int run(const char *const argv[], int out)
{
	static const char *const places[] = {"/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/"};
	const char *words[24] = {NULL};
	scoped_str struct str path = STR_INIT;
	scoped_fd_pid pid = FD_INIT;
	struct err err = ERR_INIT;
	int status;
	for (size_t i = 0; argv[i]; i++)
		words[i] = argv[i];
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		str_cut(&path, 0);
		str_addf(&path, "%s%s", places[i], argv[0]);
		if (access(str_cstr(&path), X_OK) == 0)
			break;
	}
	words[0] = str_cstr(&path);
	spawn(words, FD_NONE, out, &pid, NULL);
	assert_done(proc_wait(pid, &status, &err), &err);
	return status;
}

int net_env_run(const char *const argv[])
{
	return run(argv, STDERR_FILENO);
}

bool net_env_output_has(const char *const argv[], const char *text)
{
	scoped_str struct str output = STR_INIT;
	scoped_fd_file file = {memfd_create("output", MFD_CLOEXEC)};
	struct err err = ERR_INIT;
	run(argv, file.fd);
	assert_int_equal(lseek(file.fd, 0, SEEK_SET), 0);
	assert_done(fd_read_all(file, 1 << 20, &output, &err), &err);
	return span_find(str_span(&output), span_str(text)) >= 0;
}

bool net_env_can_run(const char *program)
{
	scoped_str struct str path = STR_INIT;
	str_addf(&path, "%s/%s", CANTLE_BUILD, program);
	if (geteuid() == 0 && access(str_cstr(&path), X_OK) == 0)
		return true;
	printf("skipped: needs root and '%s' (meson setup -Dtest_faults=true)\n", str_cstr(&path));
	return false;
}

void net_env_host(void)
{
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	assert_int_equal(NET_RUN("ip", "link", "set", "lo", "up"), 0);
	net_env_sysctl("ipv6/conf/all/forwarding", "1");
}

void net_env_sysctl(const char *rel, const char *value)
{
	scoped_str struct str path = STR_INIT;
	struct err err = ERR_INIT;
	str_addf(&path, "/proc/sys/net/%s", rel);
	scoped_fd file = open(str_cstr(&path), O_WRONLY | O_CLOEXEC);
	assert_done(fd_write_all(file, span_str(value), &err), &err);
}

/* A process that holds a network namespace of its own until it is killed. */
static pid_t hold_namespace(struct fd_ns *ret)
{
	int ready[2];
	char byte;
	scoped_str struct str path = STR_INIT;
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) == 0 && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	str_addf(&path, "/proc/%d/ns/net", pid);
	ret->fd = open(str_cstr(&path), O_RDONLY | O_CLOEXEC);
	assert_true(fd_ns_is_open(*ret));
	return pid;
}

struct fd_ns net_env_outside(const struct net_env *env)
{
	struct fd_ns outside = FD_INIT;
	scoped_fd_ns home = {open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)};
	scoped_str struct str number = STR_INIT;
	char prefix[INET6_ADDRSTRLEN];
	inet_ntop(AF_INET6, env->node.prefix, prefix, sizeof(prefix));
	pid_t holder = hold_namespace(&outside);
	str_addf(&number, "%d", holder);
	NET_RUN("ip", "link", "add", "up0", "type", "veth", "peer", "name", "up1", "netns",
		str_cstr(&number));
	NET_RUN("ip", "addr", "add", "fd66::1/64", "dev", "up0", "nodad");
	NET_RUN("ip", "link", "set", "up0", "up");
	assert_int_equal(setns(outside.fd, CLONE_NEWNET), 0);
	NET_RUN("ip", "link", "set", "lo", "up");
	NET_RUN("ip", "addr", "add", "fd66::2/64", "dev", "up1", "nodad");
	NET_RUN("ip", "link", "set", "up1", "up");
	str_cut(&number, 0);
	str_addf(&number, "%s/64", prefix);
	NET_RUN("ip", "-6", "route", "add", str_cstr(&number), "via", "fd66::1");
	assert_int_equal(setns(home.fd, CLONE_NEWNET), 0);
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
	return outside;
}

void net_env_start(struct net_env *env, const char *program, uint32_t number)
{
	struct err err = ERR_INIT;
	struct msg_net_hello hello = {.node = number};
	scoped_str struct str path = STR_INIT;
	scoped_fd_chan theirs = FD_INIT;
	str_addf(&path, "%s/%s", CANTLE_BUILD, program);
	const char *const argv[] = {str_cstr(&path), NULL};
	*env = (struct net_env){.chan = FD_INIT, .pid = FD_INIT};
	net_node_make(global_id, number, &env->node);
	memcpy(hello.prefix, env->node.prefix, sizeof(hello.prefix));
	assert_done(chan_pair(&env->chan, &theirs, &err), &err);
	spawn(argv, theirs.fd, STDERR_FILENO, &env->pid, &env->number);
	fd_chan_close(&theirs);
	assert_done(msg_net_hello(env->chan, &hello, &err), &err);
}

int net_env_stop(struct net_env *env)
{
	struct err err = ERR_INIT;
	int status;
	fd_chan_close(&env->chan);
	assert_done(proc_wait(env->pid, &status, &err), &err);
	fd_pid_close(&env->pid);
	return status;
}

int net_env_apply(
	struct net_env *env, const struct net_plan *plan, struct fd_ns *ret_ns, struct err *err)
{
	scoped_fd_memfd memfd = FD_INIT;
	if (net_plan_seal(plan, &memfd, err) < 0)
		return -1;
	return msg_net_apply(env->chan, memfd, ret_ns, err);
}

void net_env_node_up(struct net_env *env)
{
	struct err err = ERR_INIT;
	struct net_plan plan;
	struct fd_ns none = FD_INIT;
	net_plan_node_up(&env->node, &plan);
	assert_done(net_env_apply(env, &plan, &none, &err), &err);
	assert_false(fd_ns_is_open(none));
}

struct fd_ns net_env_part_up(struct net_env *env, uint32_t slot)
{
	struct err err = ERR_INIT;
	struct net_plan plan;
	struct fd_ns ns = FD_INIT;
	net_plan_part_up(&env->node, slot, &plan);
	assert_done(net_env_apply(env, &plan, &ns, &err), &err);
	assert_true(fd_ns_is_open(ns));
	return ns;
}

void net_env_part_down(struct net_env *env, uint32_t slot)
{
	struct err err = ERR_INIT;
	struct net_plan plan;
	struct fd_ns none = FD_INIT;
	net_plan_part_down(&env->node, &slot, 1, &plan);
	assert_done(net_env_apply(env, &plan, &none, &err), &err);
}

uint8_t net_env_marks(struct net_env *env, uint32_t slot)
{
	struct err err = ERR_INIT;
	struct msg_net_links links;
	assert_done(msg_net_list(env->chan, &links, &err), &err);
	return links.marks[slot];
}

struct sockaddr_in6 net_env_part(const struct net_env *env, uint32_t slot, uint16_t port)
{
	struct sockaddr_in6 addr = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	net_part_addr(&env->node, slot, addr.sin6_addr.s6_addr);
	return addr;
}

struct sockaddr_in6 net_env_node(const struct net_env *env, uint16_t port)
{
	struct sockaddr_in6 addr = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	net_node_addr(&env->node, addr.sin6_addr.s6_addr);
	return addr;
}

int net_env_socket(struct fd_ns ns, int type, int protocol, const struct sockaddr_in6 *bound)
{
	static const int one = 1;
	scoped_fd_ns home = {open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)};
	assert_true(fd_ns_is_open(home));
	if (fd_ns_is_open(ns))
		assert_int_equal(setns(ns.fd, CLONE_NEWNET), 0);
	int sock = socket(AF_INET6, type | SOCK_CLOEXEC, protocol);
	int result = sock < 0 ? -1 : 0;
	if (sock >= 0 && bound) {
		setsockopt(sock, IPPROTO_IPV6, IPV6_FREEBIND, &one, sizeof(one));
		setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		result = bind(sock, (const struct sockaddr *)bound, sizeof(*bound));
	}
	assert_int_equal(setns(home.fd, CLONE_NEWNET), 0);
	assert_int_equal(result, 0);
	return sock;
}

void net_env_send(int sock, const void *bytes, size_t size, const struct sockaddr_in6 *to)
{
	/* A packet that the firewall drops on its way out may be reported at once: that is no news. */
	(void)!sendto(sock, bytes, size, 0, (const struct sockaddr *)to, sizeof(*to));
}

static ssize_t recv_within(
	int sock, int wait_ms, void *buf, size_t size, struct sockaddr_in6 *ret_from)
{
	struct pollfd wait = {.fd = sock, .events = POLLIN};
	struct sockaddr_in6 from;
	socklen_t len = sizeof(from);
	if (poll(&wait, 1, wait_ms) <= 0)
		return -1;
	ssize_t n = recvfrom(sock, buf, size, 0, (struct sockaddr *)&from, &len);
	if (n >= 0 && ret_from)
		*ret_from = from;
	return n;
}

ssize_t net_env_recv(int sock, void *buf, size_t size, struct sockaddr_in6 *ret_from)
{
	return recv_within(sock, NET_ENV_CONNECT_MS, buf, size, ret_from);
}

ssize_t net_env_recv_soon(int sock, void *buf, size_t size, struct sockaddr_in6 *ret_from)
{
	return recv_within(sock, NET_ENV_WAIT_MS, buf, size, ret_from);
}

bool net_env_arrives(int sock)
{
	char buf[1500];
	return net_env_recv(sock, buf, sizeof(buf), NULL) >= 0;
}

bool net_env_is_silent(int sock)
{
	char buf[1500];
	return net_env_recv_soon(sock, buf, sizeof(buf), NULL) < 0;
}

static bool tcp_exchange(int client, int server)
{
	char buf[4] = "";
	struct pollfd wait = {.fd = server, .events = POLLIN};
	if (poll(&wait, 1, 2000) <= 0)
		return false;
	scoped_fd peer = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	return peer >= 0 && send(client, "ping", 4, MSG_NOSIGNAL) == 4 &&
	       recv(peer, buf, 4, MSG_WAITALL) == 4 && send(peer, "pong", 4, MSG_NOSIGNAL) == 4 &&
	       recv(client, buf, 4, MSG_WAITALL) == 4 && memcmp(buf, "pong", 4) == 0;
}

bool net_env_tcp_works(struct net_env *env, struct fd_ns ns, uint32_t slot, uint16_t port)
{
	struct sockaddr_in6 at = net_env_part(env, slot, port);
	struct fd_ns here = FD_INIT;
	scoped_fd server = net_env_socket(ns, SOCK_STREAM, 0, &at);
	scoped_fd client = net_env_socket(here, SOCK_STREAM | SOCK_NONBLOCK, 0, NULL);
	struct pollfd wait = {.fd = client, .events = POLLOUT};
	int error = 0;
	socklen_t len = sizeof(error);
	assert_int_equal(listen(server, 1), 0);
	if (connect(client, (const struct sockaddr *)&at, sizeof(at)) < 0 && errno != EINPROGRESS)
		return false;
	if (poll(&wait, 1, NET_ENV_CONNECT_MS) <= 0 ||
		getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error)
		return false;
	fcntl(client, F_SETFL, 0);
	return tcp_exchange(client, server);
}
