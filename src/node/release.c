/* SPDX-License-Identifier: Apache-2.0 */
/* A software release on this node. */
#include "node/release.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/bug.h"
#include "base/hash.h"
#include "base/path.h"
#include "node/ids.h"
#include "node/lease.h"
#include "node/names.h"
#include "node/verb.h"
#include "node/work.h"

int release_of_request(
	struct node *node, size_t index, const char *tenant, struct release *ret, struct err *err)
{
	const char *url = ctl_word(node, index);
	struct hash_hex hex;
	*ret = (struct release){.root_fd = FD_NONE};
	if (!url)
		return err_set(err, ERR_INPUT, 0, "request.usage", "no profile was named");
	if (store_tenant(node->store, tenant, true, &ret->tenant, err) < 0)
		return -1;
	hex = hash_of(HASH_MD5, span_str(url));
	ret->url = url;
	ret->root = ctl_option(node, "root", NULL);
	ret->root_fd = ctl_take_fd(node, CTL_ROLE_PROFILE_ROOT, 0);
	ret->md5 = node_text(node, "%s", hex.text);
	ret->rel = node_text(node, "software/%lld/%s", (long long)ret->tenant.id, hex.text);
	ret->inside = node_text(node, "/opt/slapgrid/%s", hex.text);
	if (!ret->md5 || !ret->rel || !ret->inside)
		return err_set(err, ERR_LIMIT, ENOMEM, "build.failed", "memory");
	return 0;
}

int release_is_available(
	struct node *node, const struct release *release, int64_t *ret_generation, struct err *err)
{
	struct store_software row;
	int found = store_software(node->store, release->tenant.id, release->md5, &row, err);
	if (found < 0)
		return -1;
	if (found == STORE_ABSENT)
		return 0;
	*ret_generation = row.generation;
	return span_is(span_str(row.state), "available");
}

/* The user that owns what the tenant builds; it never runs services. */
static int build_slot(
	struct node *node, const struct release *release, unsigned *ret, struct err *err)
{
	struct store_tenant tenant;
	if (store_begin(node->store, err) < 0)
		return -1;
	if (store_tenant(node->store, release->tenant.name, true, &tenant, err) < 0 ||
		(!tenant.build_slot && (store_slot_take(node->store, &tenant.build_slot, err) < 0 ||
					       store_tenant_slot(node->store, tenant.id,
						       tenant.build_slot, err) < 0)) ||
		store_commit(node->store, err) < 0) {
		store_rollback(node->store);
		return -1;
	}
	*ret = tenant.build_slot;
	return 0;
}

/* A new generation makes the instances of the release due for processing. */
static int put_state(struct node *node, const struct release *release, const char *state,
	bool is_new_generation, struct err *err)
{
	struct store_software row = {0};
	if (store_software(node->store, release->tenant.id, release->md5, &row, err) < 0)
		return -1;
	row.tenant = release->tenant.id;
	row.md5 = release->md5;
	row.url = release->url;
	row.state = state;
	row.changed_at = (int64_t)time(NULL);
	row.generation += is_new_generation;
	return store_software_put(node->store, &row, err);
}

/* Directory, binds and environment that a build, or a look into one, gets. */
static int draft_build(struct node *node, const struct release *release, unsigned slot,
	struct draft *d, struct err *err)
{
	uint32_t owner = ids_inside(node->id.number, slot);
	if (draft_init(d, node, "build", slot, err) < 0)
		return -1;
	draft_program(d, "cantle-engine");
	host_plan_dir(&d->plan, node_text(node, "software/%lld", (long long)release->tenant.id),
		0711, 0, 0);
	host_plan_dir(&d->plan, release->rel, 0755, owner, owner);
	draft_bind_state(d, release->rel, release->inside, PLAN_MNT_RW);
	if (release->root)
		draft_bind_fd(d, release->root_fd, ".", release->root, 0);
	d->request.cgroup_name = node_text(node, "work-%u", slot);
	d->request.hostname = "build";
	d->request.cwd = release->inside;
	return 0;
}

static unsigned build_jobs(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > 64 ? 64 : (unsigned)n;
}

static int run_build(
	struct node *node, const struct release *release, unsigned slot, struct err *err)
{
	scoped_draft d = {.node = node};
	struct work_result result;
	const char *jobs = node_text(node, "%u", build_jobs());
	const char *argv[] = {"/opt/cantle/bin/cantle-init", "--once", "--",
		"/opt/cantle/bin/cantle-engine", "build", "--directory", release->inside,
		"--profile", release->url, "--jobs", jobs};
	struct work_spec spec = {.subject = release->url,
		.log = node_text(
			node, "build-%lld-%s.log", (long long)release->tenant.id, release->md5),
		.retry = node_text(
			node, "cantle build --tenant %s %s", release->tenant.name, release->url),
		.shell = node_text(node, "cantle build --enter --tenant %s %s",
			release->tenant.name, release->url),
		.tenant = release->tenant.id,
		.phase = "build",
		.slot = slot};
	if (draft_build(node, release, slot, &d, err) < 0)
		return -1;
	draft_argv(&d, argv, ARRAY_LEN(argv));
	if (work_run(node, &spec, &d, &result, err) < 0)
		return -1;
	free(result.published);
	ctl_say(node, CTL_EVENT_NOTE,
		result.n_parts ? "software ready: %s (%u parts changed)"
			       : "software ready: %s (nothing to do)",
		release->url, result.n_parts);
	return result.n_parts ? 1 : 0;
}

/* The builds of one tenant share its build user, and so run one after the other. The lock is the slot's,
 * by which recover() knows a running build from a dead one's leavings. */
static int lock_builds(struct node *node, const struct release *release, unsigned slot,
	struct lease *ret, struct err *err)
{
	const char *what = node_text(node, "the builds of tenant '%s'", release->tenant.name);
	return lease_lock(node, node_text(node, "partition-%u", slot), what, ret, err);
}

int release_build(struct node *node, const struct release *release, struct err *err)
{
	scoped_lease lock = LEASE_INIT;
	int64_t generation = 0;
	unsigned slot;
	int was_available;
	int built;
	if (build_slot(node, release, &slot, err) < 0 ||
		lock_builds(node, release, slot, &lock, err) < 0)
		return -1;
	was_available = release_is_available(node, release, &generation, err);
	/* Until the engine has ended well the tree is no release, be we killed or not: a request that
	 * comes in between builds it to the end. */
	if (was_available < 0 || put_state(node, release, "building", false, err) < 0)
		return -1;
	built = run_build(node, release, slot, err);
	if (built < 0) {
		struct err second = ERR_INIT;
		/* A profile with an error changes nothing of what was built before. */
		bool is_kept = was_available && strcmp(err->step, "profile.error") == 0;
		if (put_state(node, release, is_kept ? "available" : "failed", false, &second) < 0)
			ctl_say(node, CTL_EVENT_WARNING, "%s", second.text);
		return -1;
	}
	return put_state(node, release, "available", built || !was_available, err);
}

int release_enter(
	struct node *node, const struct release *release, int *ret_status, struct err *err)
{
	static const char *const argv[] = {
		"/opt/cantle/bin/cantle-init", "--once", "--", "/bin/sh", "-i"};
	scoped_lease lock = LEASE_INIT;
	scoped_draft d = {.node = node};
	scoped_job job;
	unsigned slot;
	job_init(&job, node);
	if (build_slot(node, release, &slot, err) < 0 ||
		lock_builds(node, release, slot, &lock, err) < 0 ||
		draft_build(node, release, slot, &d, err) < 0)
		return -1;
	for (size_t i = 0; i < 3; i++)
		draft_pass(&d, ctl_take_fd(node, (enum ctl_role)(CTL_ROLE_STDIN + i), 0));
	draft_argv(&d, argv, ARRAY_LEN(argv));
	node->ctl.foreground = &job;
	if (draft_start(&d, PLAN_EPHEMERAL | PLAN_AUTO_RELEASE, &job, err) < 0 ||
		job_wait(node, &job, JOB_EXITED, false, err) < 0)
		return -1;
	*ret_status = job.status;
	return 0;
}
