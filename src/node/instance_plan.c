/* SPDX-License-Identifier: Apache-2.0 */
/* What the partition of an instance sees. */
#include "node/instance_plan.h"

#include "node/ids.h"
#include "node/network.h"

int instance_paths(struct node *node, const struct store_partition *row, struct instance_paths *ret,
	struct err *err)
{
	ret->software_rel = node_text(node, "software/%lld/%s", (long long)row->tenant, row->md5);
	ret->software_inside = node_text(node, "/opt/slapgrid/%s", row->md5);
	ret->partition_rel = node_text(node, "partition/%u", row->slot);
	ret->home_rel = node_text(node, "partition/%u/home", row->slot);
	ret->home_inside = node_text(node, "/srv/slapgrid/slappart%u", row->slot);
	if (!ret->software_rel || !ret->software_inside || !ret->partition_rel || !ret->home_rel ||
		!ret->home_inside)
		return err_set(err, ERR_LIMIT, ENOMEM, "draft.argv", "memory");
	return 0;
}

void instance_plan(struct node *node, const struct store_partition *row,
	const struct instance_paths *paths, struct draft *d)
{
	uint32_t owner = ids_inside(node->id.number, row->slot);
	host_plan_dir(&d->plan, paths->partition_rel, 0711, 0, 0);
	host_plan_dir(&d->plan, paths->home_rel, 0750, owner, owner);
	draft_bind_state(d, paths->software_rel, paths->software_inside, 0);
	draft_bind_state(d, paths->home_rel, paths->home_inside, PLAN_MNT_RW);
	d->request.hostname = row->name;
	d->request.home = paths->home_inside;
	d->request.cwd = paths->home_inside;
	d->request.ipv6 = network_address(node, row->slot);
}
