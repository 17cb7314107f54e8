/* SPDX-License-Identifier: Apache-2.0 */
/* A launch request in the making. */
#include "node/draft.h"

#include <stdlib.h>

#include "base/bug.h"
#include "base/path.h"

static int load_policy(struct draft *d, const char *name, struct err *err)
{
	scoped_fd_dir at = FD_INIT;
	if (path_open_dir(d->node->install.share, "policy", &at, err) < 0 ||
		policy_open(at, name, &d->policy, &d->program, err) < 0)
		return -1;
	d->request.policy = &d->policy;
	d->request.filter = span_make((const char *)d->program.insns, d->program.n * 8);
	return 0;
}

static int init_common(struct draft *d, struct node *node, const char *policy, struct err *err)
{
	*d = (struct draft){
		.request = LAUNCH_REQUEST_INIT, .program = POLICY_PROGRAM_INIT, .node = node};
	d->request.node = node->id.number;
	d->request.cgroups = &node->cgroups;
	d->request.binds = d->binds;
	d->request.env = d->env;
	d->request.fds = d->passed;
	if (load_policy(d, policy, err) < 0)
		return -1;
	return plan_init(&d->plan, err);
}

int draft_init(
	struct draft *d, struct node *node, const char *policy, unsigned slot, struct err *err)
{
	if (init_common(d, node, policy, err) < 0)
		return -1;
	d->request.slot = slot;
	draft_program(d, "cantle-init");
	return 0;
}

int draft_init_confined(struct draft *d, struct node *node, const char *policy, const char *program,
	const char *cgroup_name, struct err *err)
{
	struct fd_file file = FD_INIT;
	if (init_common(d, node, policy, err) < 0 ||
		path_open(node->install.programs, program, O_PATH, 0, &file, err) < 0)
		return -1;
	d->request.kind = PLAN_CONFINED;
	d->request.uid = ID_OFFSET_TB;
	d->request.cgroup_name = cgroup_name;
	d->request.exec_fd = draft_fd(d, file.fd);
	return 0;
}

void draft_done(struct draft *d)
{
	if (d->request.kind == PLAN_CONFINED && d->n_fds)
		fd_close(&d->fds[d->request.exec_fd]);
	policy_program_done(&d->program);
	plan_done(&d->plan);
}

uint32_t draft_fd(struct draft *d, int fd)
{
	for (size_t i = 0; i < d->n_fds; i++)
		if (d->fds[i] == fd)
			return (uint32_t)i;
	BUG_IF(d->n_fds == DRAFT_FDS_MAX, "a draft has room for its descriptors");
	d->fds[d->n_fds] = fd;
	return (uint32_t)d->n_fds++;
}

void draft_pass(struct draft *d, int fd)
{
	BUG_IF(d->request.n_fds == DRAFT_PASS_MAX, "a draft has room for what it passes");
	d->passed[d->request.n_fds++] = draft_fd(d, fd);
}

static void bind_add(struct draft *d, struct launch_bind bind)
{
	BUG_IF(d->request.n_binds == DRAFT_BINDS_MAX, "a draft has room for its binds");
	d->binds[d->request.n_binds++] = bind;
}

void draft_bind_fd(struct draft *d, int fd, const char *rel, const char *path, uint32_t flags)
{
	bind_add(d, (struct launch_bind){draft_fd(d, fd), rel, path, flags});
}

void draft_bind_state(struct draft *d, const char *rel, const char *path, uint32_t flags)
{
	bind_add(d, (struct launch_bind){PLAN_ROOT_BIT | PLAN_ROOT_STATE, rel, path, flags});
}

void draft_program(struct draft *d, const char *name)
{
	draft_bind_fd(d, d->node->install.programs.fd, name,
		node_text(d->node, "/opt/cantle/bin/%s", name), PLAN_MNT_IS_FILE);
}

void draft_env(struct draft *d, const char *name_value)
{
	BUG_IF(d->request.n_env == DRAFT_ENV_MAX, "a draft has room for its environment");
	d->env[d->request.n_env++] = name_value;
}

void draft_argv(struct draft *d, const char *const *argv, size_t n)
{
	d->request.argv = argv;
	d->request.n_argv = n;
	if (d->request.kind != PLAN_CONFINED)
		d->request.exec_path = argv[0];
}

/* The group of what is ephemeral is that job's alone: what a killed command left in it ends first. */
static void clear_group(struct draft *d)
{
	const char *leaf = d->request.cgroup_name ? d->request.cgroup_name
						  : node_text(d->node, "%u", d->request.slot);
	cgroup_plan_remove(&d->plan, &d->node->cgroups, d->node->id.number, leaf);
}

int draft_start(struct draft *d, uint32_t flags, struct job *job, struct err *err)
{
	d->request.flags = flags;
	if (flags & PLAN_EPHEMERAL && d->request.kind != PLAN_JOIN)
		clear_group(d);
	if (launch_plan(&d->request, &d->plan, err) < 0)
		return -1;
	return job_start(d->node, job, &d->plan, d->fds, d->n_fds, err);
}
