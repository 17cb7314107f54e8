/* SPDX-License-Identifier: Apache-2.0 */
/* cantle run: an ad-hoc partition around any command. */
#include "base/vec.h"
#include "node/draft.h"
#include "node/lease.h"
#include "node/names.h"
#include "node/network.h"
#include "node/own_policy.h"
#include "node/verb.h"

/* pid 1 and the user's words behind it. */
static int make_argv(struct node *node, const char ***ret, size_t *ret_n, struct err *err)
{
	size_t n = node->ctl.request.n_words;
	const char **argv = arena_array(&node->arena, const char *, n + 4);
	if (n == 0)
		return err_set(err, ERR_INPUT, 0, "request.usage", "no command was given");
	if (!argv)
		return err_set(err, ERR_LIMIT, ENOMEM, "draft.argv", "the command line");
	argv[0] = "/opt/cantle/bin/cantle-init";
	argv[1] = "--once";
	argv[2] = "--";
	for (size_t i = 0; i < n; i++)
		argv[3 + i] = node->ctl.request.words[i];
	*ret = argv;
	*ret_n = n + 3;
	return 0;
}

static void add_environment(struct node *node, struct draft *d)
{
	for (size_t i = 0; i < node->ctl.request.n_options && d->request.n_env < DRAFT_ENV_MAX; i++)
		if (span_is(span_str(node->ctl.request.options[i].name), "env"))
			draft_env(d, node->ctl.request.options[i].value);
}

int verb_run(struct node *node, int *ret_status, struct err *err)
{
	scoped_lease lock = LEASE_INIT;
	scoped_fd_ns netns = FD_INIT;
	scoped_draft d = {.node = node};
	scoped_job job;
	int stdio[3];
	const char **argv = NULL;
	size_t n_argv = 0;
	unsigned slot = 0;
	const char *tenant;
	const char *policy = ctl_option(node, "policy", "run");
	job_init(&job, node);
	/* A file of the operator's replaces ours. */
	if (name_tenant(node, &tenant, err) < 0 || make_argv(node, &argv, &n_argv, err) < 0 ||
		lease_slot(node, &slot, &lock, err) < 0 ||
		draft_init(&d, node, policy_is_file(policy) ? "run" : policy, slot, err) < 0 ||
		own_policy_apply(node, &d, err) < 0)
		return -1;
	if (span_is(span_str(ctl_option(node, "net", "none")), "veth")) {
		if (network_up(node, slot, &netns, err) < 0)
			return -1;
		d.request.net_fd = draft_fd(&d, netns.fd);
		d.request.ipv6 = network_address(node, slot);
	}
	for (size_t i = 0; i < 3; i++) {
		stdio[i] = ctl_take_fd(node, (enum ctl_role)(CTL_ROLE_STDIN + i), 0);
		draft_pass(&d, stdio[i]);
	}
	add_environment(node, &d);
	draft_argv(&d, argv, n_argv);
	node->ctl.foreground = &job;
	if (draft_start(&d, PLAN_EPHEMERAL | PLAN_AUTO_RELEASE, &job, err) < 0 ||
		job_wait(node, &job, JOB_EXITED, false, err) < 0)
		return -1;
	for (size_t i = 0; i < 3; i++)
		fd_close(&stdio[i]);
	if (fd_ns_is_open(netns) && network_down(node, slot, err) < 0)
		return -1;
	if (job.is_oom)
		ctl_say(node, CTL_EVENT_WARNING,
			"the command reached its memory limit and was killed");
	*ret_status = job.status;
	return 0;
}
