/* SPDX-License-Identifier: Apache-2.0 */
/* Program, arguments, environment and descriptors as operations. */
#include "isolate/plan/env_plan.h"

#include <string.h>

#include "policy/policy.h"

static size_t name_len(const char *text)
{
	return strcspn(text, "=");
}

static bool is_same_name(const char *a, const char *b)
{
	size_t n = name_len(a);
	return n == name_len(b) && memcmp(a, b, n) == 0;
}

static bool is_in_request(const struct launch_request *request, const char *text, size_t from)
{
	for (size_t i = from; i < request->n_env; i++)
		if (is_same_name(request->env[i], text))
			return true;
	return false;
}

static bool is_in_policy(const struct policy *policy, const char *text)
{
	const char *at = policy->env;
	const char *end = policy->env + sizeof(policy->env);
	for (uint32_t i = 0; i < policy->n_env && at < end; i++, at += strlen(at) + 1)
		if (is_same_name(at, text))
			return true;
	return false;
}

static void add(struct plan *plan, const char *text)
{
	plan_add(plan, (struct plan_op){.kind = PLAN_ENV, .env.text = plan_str(plan, text)});
}

static void own_plan(const struct launch_request *request, struct plan *plan)
{
	scoped_str struct str home = STR_INIT;
	str_addf(&home, "HOME=%s", request->home ? request->home : "/tmp");
	const char *const own[] = {
		str_cstr(&home), "USER=slapuser", "LOGNAME=slapuser", "PATH=/usr/bin:/bin"};
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!is_in_request(request, own[i], 0) &&
			((i == 0 && request->home) || !is_in_policy(request->policy, own[i])))
			add(plan, own[i]);
	plan->is_full |= home.failed;
}

static void variables_plan(const struct launch_request *request, struct plan *plan)
{
	const struct policy *policy = request->policy;
	const char *at = policy->env;
	const char *end = policy->env + sizeof(policy->env);
	if (request->kind != PLAN_CONFINED)
		own_plan(request, plan);
	for (uint32_t i = 0; i < policy->n_env && at < end; i++, at += strlen(at) + 1)
		if (!is_in_request(request, at, 0) && !(request->home && is_same_name(at, "HOME")))
			add(plan, at);
	for (size_t i = 0; i < request->n_env; i++)
		if (!is_in_request(request, request->env[i], i + 1))
			add(plan, request->env[i]);
}

void env_plan(const struct launch_request *request, struct plan *plan)
{
	const char *cwd = request->cwd ? request->cwd : request->home;
	if (request->kind == PLAN_CONFINED)
		cwd = "/";
	for (uint32_t i = 0; i < request->n_fds; i++)
		plan_add(plan, (struct plan_op){.kind = PLAN_PASS_FD,
				       .pass_fd = {.fd = request->fds[i], .target = i}});
	variables_plan(request, plan);
	plan_add(plan,
		(struct plan_op){.kind = PLAN_CWD, .cwd.path = plan_str(plan, cwd ? cwd : "/tmp")});
	for (size_t i = 0; i < request->n_argv; i++)
		plan_add(plan, (struct plan_op){.kind = PLAN_ARG,
				       .arg.text = plan_str(plan, request->argv[i])});
	if (request->exec_fd != LAUNCH_NO_FD)
		plan_add(plan,
			(struct plan_op){.kind = PLAN_EXEC_FD, .exec_fd.fd = request->exec_fd});
	else
		plan_add(plan, (struct plan_op){.kind = PLAN_EXEC,
				       .exec.path = plan_str(plan, request->exec_path)});
}
