/* SPDX-License-Identifier: Apache-2.0 */
/* cantle exec: a command inside a running partition, under the same restrictions. */
#include "node/draft.h"
#include "node/instance_plan.h"
#include "node/names.h"
#include "node/running.h"
#include "node/verb.h"

static int join(struct node *node, const struct store_partition *row, const struct job *target,
	struct job *job, struct err *err)
{
	scoped_draft d = {.node = node};
	struct instance_paths paths;
	size_t n = node->ctl.request.n_words - 1;
	const char **argv = arena_array(&node->arena, const char *, n + 4);
	if (n == 0)
		return err_set(err, ERR_INPUT, 0, "request.usage", "no command was given");
	if (!argv)
		return err_set(err, ERR_LIMIT, ENOMEM, "draft.argv", "the command line");
	argv[0] = "/opt/cantle/bin/cantle-init";
	argv[1] = "--exec";
	argv[2] = "--";
	for (size_t i = 0; i < n; i++)
		argv[3 + i] = node->ctl.request.words[1 + i];
	if (instance_paths(node, row, &paths, err) < 0 ||
		draft_init(&d, node, "service", row->slot, err) < 0)
		return -1;
	instance_plan(node, row, &paths, &d);
	d.request.kind = PLAN_JOIN;
	d.request.join = target->id;
	for (size_t i = 0; i < 3; i++)
		draft_pass(&d, ctl_take_fd(node, (enum ctl_role)(CTL_ROLE_STDIN + i), 0));
	for (size_t i = 0; i < node->ctl.request.n_options && d.request.n_env < DRAFT_ENV_MAX; i++)
		if (span_is(span_str(node->ctl.request.options[i].name), "env"))
			draft_env(&d, node->ctl.request.options[i].value);
	draft_argv(&d, argv, n + 3);
	node->ctl.foreground = job;
	if (draft_start(&d, PLAN_EPHEMERAL | PLAN_AUTO_RELEASE, job, err) < 0)
		return -1;
	return job_wait(node, job, JOB_EXITED, false, err);
}

int verb_exec(struct node *node, int *ret_status, struct err *err)
{
	struct store_partition row;
	scoped_job target;
	scoped_job job;
	job_init(&target, node);
	job_init(&job, node);
	if (name_partition(node, 0, &row, err) < 0)
		return -1;
	if (!running_is(node, &row))
		return err_set(err, ERR_INPUT, 0, "partition.stopped",
			"'%s/%s' does not run; 'cantle start %s/%s' starts it", row.tenant_name,
			row.name, row.tenant_name, row.name);
	if (job_adopt(node, &target, (uint32_t)row.pid, err) < 0 ||
		join(node, &row, &target, &job, err) < 0)
		return -1;
	*ret_status = job.status;
	return 0;
}
