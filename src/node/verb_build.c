/* SPDX-License-Identifier: Apache-2.0 */
/* cantle build: make a software release from a profile. */
#include "node/names.h"
#include "node/release.h"
#include "node/verb.h"

int verb_build(struct node *node, int *ret_status, struct err *err)
{
	struct release release;
	const char *tenant = NULL;
	if (name_tenant(node, &tenant, err) < 0 ||
		release_of_request(node, 0, tenant, &release, err) < 0)
		return -1;
	if (ctl_has(node, "enter"))
		return release_enter(node, &release, ret_status, err);
	if (release_build(node, &release, err) < 0)
		return -1;
	*ret_status = EXIT_OK;
	return 0;
}
