/* SPDX-License-Identifier: Apache-2.0 */
/* cantled: the node agent. For now it serves one command (--oneshot) on descriptor 3 and ends. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "node/bootstrap.h"
#include "node/node.h"
#include "node/recover.h"
#include "node/verb.h"

enum { CTL_FD = 3 };
enum verb_flags { VERB_STORE = 1, VERB_RECOVER = 2 };

/* Adding a verb is adding a row here and a file. */
static const struct {
	enum ctl_verb verb;
	unsigned flags;
	verb_fn run;
	int failed; /* status of a failure that has no own one */
} verbs[] = {
	{CTL_VERB_BUILD, VERB_STORE | VERB_RECOVER, verb_build, EXIT_FAILED},
	{CTL_VERB_REQUEST, VERB_STORE | VERB_RECOVER, verb_request, EXIT_FAILED},
	{CTL_VERB_RUN, 0, verb_run, EXIT_SETUP},
	{CTL_VERB_PS, VERB_STORE, verb_ps, EXIT_FAILED},
	{CTL_VERB_INSPECT, VERB_STORE, verb_inspect, EXIT_FAILED},
	{CTL_VERB_LOGS, VERB_STORE, verb_logs, EXIT_FAILED},
	{CTL_VERB_EXEC, VERB_STORE, verb_exec, EXIT_SETUP},
	{CTL_VERB_STOP, VERB_STORE | VERB_RECOVER, verb_stop, EXIT_FAILED},
	{CTL_VERB_START, VERB_STORE | VERB_RECOVER, verb_start, EXIT_FAILED},
	{CTL_VERB_DESTROY, VERB_STORE, verb_destroy, EXIT_FAILED},
	{CTL_VERB_GC, VERB_STORE | VERB_RECOVER, verb_gc, EXIT_FAILED},
	{CTL_VERB_DOCTOR, 0, verb_doctor, EXIT_FAILED},
	{CTL_VERB_VERSION, 0, verb_version, EXIT_FAILED},
	{CTL_VERB_CACHE_ADD, 0, verb_cache_add, EXIT_FAILED},
	{CTL_VERB_NODE_DOWN, 0, verb_node_down, EXIT_FAILED},
};

/* Which exit status an error means, by its step; what is not listed takes the verb's own. */
static const struct {
	const char *step;
	int status;
} statuses[] = {
	{"boot.root", EXIT_PERMISSION},
	{"ctl.cancelled", EXIT_INTERRUPTED},
	{"name.unknown", EXIT_NOT_FOUND},
	{"name.invalid", EXIT_USAGE},
	{"request.usage", EXIT_USAGE},
	{"profile.missing", EXIT_CONFIG},
	{"profile.error", EXIT_CONFIG},
	{"build.failed", EXIT_BUILD},
	{"store.slots", EXIT_RESOURCE},
	{"partition.stopped", EXIT_NOT_RUNNING},
	{"partition.unhealthy", EXIT_NOT_RUNNING},
};

static int status_of(const struct err *err, int otherwise)
{
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
		if (strcmp(statuses[i].step, err->step) == 0) {
			/* 2 from run or exec would be their command's. */
			bool is_ambiguous =
				otherwise == EXIT_SETUP && statuses[i].status == EXIT_USAGE;
			return is_ambiguous ? EXIT_SETUP : statuses[i].status;
		}
	return err->kind == ERR_BUG ? EXIT_BUG : otherwise;
}

static int serve(struct node *node, int *ret_status, struct err *err)
{
	size_t row = 0;
	if (ctl_open(node, err) < 0 || ctl_watch(node, err) < 0) {
		*ret_status = EXIT_FAILED;
		return -1;
	}
	while (row < ARRAY_LEN(verbs) && verbs[row].verb != node->ctl.request.verb)
		row++;
	BUG_IF(row == ARRAY_LEN(verbs), "every verb of the protocol has a row");
	*ret_status = verbs[row].failed;
	if ((verbs[row].flags & VERB_STORE && node_store(node, err) < 0) ||
		(verbs[row].flags & VERB_RECOVER && recover(node, err) < 0) ||
		verbs[row].run(node, ret_status, err) < 0) {
		*ret_status = status_of(err, *ret_status);
		return -1;
	}
	return 0;
}

static int oneshot(const char *state, bool needs_net)
{
	struct node node;
	struct err err = ERR_INIT;
	int status = EXIT_FAILED;
	node_init(&node);
	node.ctl.chan.fd = CTL_FD;
	if (fcntl(CTL_FD, F_SETFD, FD_CLOEXEC) < 0) {
		fprintf(stderr,
			"cantled: no control channel on descriptor 3; it is started by cantle\n");
		return EXIT_USAGE;
	}
	if (bootstrap(state, needs_net, &node, &err) < 0)
		status = status_of(&err, EXIT_SETUP);
	else if (serve(&node, &status, &err) == 0)
		err_clear(&err);
	ctl_result(&node, status, &err);
	node_done(&node);
	return status;
}

/* A peer that is gone shows by EPIPE; what the terminal and timeout(1) send to the whole group reaches
 * us through the command. We stay in its session, so that the command of `cantle run` keeps its
 * terminal. */
static void block_signals(void)
{
	static const int quiet[] = {
		SIGPIPE, SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU};
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(quiet); i++)
		sigaddset(&set, quiet[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int main(int argc, char **argv)
{
	const char *state = "/var/lib/cantle";
	bool is_oneshot = false;
	bool needs_net = false;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--oneshot") == 0) {
			is_oneshot = true;
		} else if (strcmp(argv[i], "--net") == 0) {
			needs_net = true;
		} else if (strcmp(argv[i], "--state") == 0 && i + 1 < argc) {
			state = argv[++i];
		} else {
			fprintf(stderr, "usage: cantled --oneshot [--net] [--state DIR]\n");
			return EXIT_USAGE;
		}
	}
	if (!is_oneshot) {
		fprintf(stderr, "cantled: only --oneshot is there yet; cantle starts it for every "
				"command\n");
		return EXIT_USAGE;
	}
	block_signals();
	return oneshot(state, needs_net);
}
