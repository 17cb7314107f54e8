/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-net: makes the networks of one node's partitions from sealed plans; channel on fd 3. */
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/sys.h"
#include "net/launch/rights.h"
#include "net/launch/serve.h"
#include "net/nft_apply.h"

enum { CHANNEL_FD = 3, EXIT_USAGE = 100, EXIT_FAILED = 111 };

static int check_channel(struct err *err)
{
	int type = 0;
	socklen_t len = sizeof(type);
	if (getsockopt(CHANNEL_FD, SOL_SOCKET, SO_TYPE, &type, &len) < 0 || type != SOCK_SEQPACKET)
		return err_set(err, ERR_INPUT, 0, "net.request",
			"descriptor %d is no channel; cantled starts this program", CHANNEL_FD);
	if (fcntl(CHANNEL_FD, F_SETFD, FD_CLOEXEC) < 0)
		return err_set(err, ERR_OS, errno, "net.request", "set close-on-exec");
	if (sys_close_range(CHANNEL_FD + 1, ~0U, 0) < 0)
		return err_set(err, ERR_OS, errno, "net.request", "close what was inherited");
	return 0;
}

/* The skeleton lies beside this program: in the build tree, or as installed. */
static int load_skeleton(struct str *ret, struct err *err)
{
	static const char *const places[] = {
		"net/skeleton.nft", "../../share/cantle/net/skeleton.nft"};
	char exe[LIMIT_PATH_BYTES + 1];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (n <= 0 || n == (ssize_t)sizeof(exe) - 1)
		return err_set(err, ERR_OS, errno, "net.nft", "find this program");
	exe[path_dir(span_make(exe, (size_t)n)).len] = '\0';
	scoped_fd_dir dir = {open(exe, O_PATH | O_DIRECTORY | O_CLOEXEC)};
	if (dir.fd < 0)
		return err_set(err, ERR_OS, errno, "net.nft", "open '%s'", exe);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		scoped_fd_file file = {openat(dir.fd, places[i], O_RDONLY | O_CLOEXEC)};
		if (file.fd >= 0)
			return fd_read_all(file, NFT_SKELETON_MAX, ret, err);
	}
	return err_set(err, ERR_OS, ENOENT, "net.nft", "no skeleton.nft beside '%s'", exe);
}

static int run(struct serve *s, struct str *skeleton, struct err *err)
{
	if (check_channel(err) < 0 || load_skeleton(skeleton, err) < 0 ||
		ns_home_open(&s->home, err) < 0 || rights_limit(err) < 0)
		return -1;
	s->skeleton = str_span(skeleton);
	return serve(s, err);
}

static void serve_free(struct serve *s)
{
	nl_close(&s->route);
	nl_close(&s->ask);
	nl_close(&s->filter);
	nl_close(&s->inspect);
	nl_close(&s->inner);
	ns_home_done(&s->home);
	free(s);
}

static struct serve *serve_new(void)
{
	struct serve *s = mem_array(1, sizeof(*s));
	if (!s)
		return NULL;
	s->chan.fd = CHANNEL_FD;
	s->home = (struct ns_home)NS_HOME_INIT;
	nl_init(&s->route);
	nl_init(&s->ask);
	nl_init(&s->filter);
	nl_init(&s->inspect);
	nl_init(&s->inner);
	return s;
}

/* What the terminal sends to the whole group is the agent's to answer: it still needs us to undo. */
static void block_signals(void)
{
	static const int blocked[] = {
		SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE};
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(blocked) / sizeof(blocked[0]); i++)
		sigaddset(&set, blocked[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int main(void)
{
	struct err err = ERR_INIT;
	char text[sizeof(err)];
	scoped_str struct str skeleton = STR_INIT_LIMIT(2 * NFT_SKELETON_MAX + 1);
	struct serve *s = serve_new();
	if (!s) {
		fprintf(stderr, "cantle-net: out of memory\n");
		return EXIT_FAILED;
	}
	block_signals();
	int result = run(s, &skeleton, &err);
	serve_free(s);
	if (result == 0)
		return 0;
	err_format(&err, "cantle-net", text, sizeof(text));
	fprintf(stderr, "%s\n", text);
	return err.kind == ERR_INPUT ? EXIT_USAGE : EXIT_FAILED;
}
