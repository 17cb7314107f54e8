/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities, securebits and no_new_privs: given up for good. */
#include "isolate/apply/caps_apply.h"

#include <errno.h>
#include <sys/prctl.h>

int caps_bound_child(struct launch *launch, struct err *err)
{
	(void)launch; /* every stage has one signature */
	/* One call; libcap's own asks for each capability first. */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return err_set(err, ERR_OS, errno, "caps.bound", "clear the ambient set");
	for (cap_value_t cap = 0; cap < cap_max_bits(); cap++)
		if (cap_drop_bound(cap) < 0)
			return err_set(err, ERR_OS, errno, "caps.bound", "drop capability %d", cap);
	return 0;
}

int caps_securebits_child(struct launch *launch, struct err *err)
{
	const struct plan_op *op = plan_find(&launch->view, PLAN_CAPS);
	if (cap_set_secbits(op->caps.securebits) < 0)
		return err_set(err, ERR_OS, errno, "caps.securebits", "lock the securebits");
	return 0;
}

int caps_empty_child(struct launch *launch, struct err *err)
{
	if (cap_set_proc(launch->host->no_caps) < 0)
		return err_set(err, ERR_OS, errno, "caps.empty", "give up every capability");
	return 0;
}

int caps_nnp_child(struct launch *launch, struct err *err)
{
	(void)launch; /* every stage has one signature */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(err, ERR_OS, errno, "caps.nnp", "set no_new_privs");
	return 0;
}
