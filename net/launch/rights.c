/* SPDX-License-Identifier: Apache-2.0 */
/* What cantle-net keeps of root's rights. */
#include "net/launch/rights.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "base/bug.h"
#include "base/mem.h"
#include "base/sys.h"

static const cap_value_t kept[] = {CAP_NET_ADMIN, CAP_SYS_ADMIN};
static const cap_value_t for_settling[] = {CAP_SETUID, CAP_SETGID};
static const cap_value_t inherited[] = {CAP_NET_ADMIN};

static void caps_freep(cap_t *caps)
{
	if (*caps)
		cap_free(*caps);
}

/* Permitted and effective become the kept ones (and `more`), inheritable the inherited ones. */
static int set_caps(const cap_value_t *more, int n_more, struct err *err)
{
	scoped(caps_freep) cap_t caps = cap_init();
	bool is_built =
		caps && cap_set_flag(caps, CAP_PERMITTED, ARRAY_LEN(kept), kept, CAP_SET) == 0 &&
		cap_set_flag(caps, CAP_EFFECTIVE, ARRAY_LEN(kept), kept, CAP_SET) == 0 &&
		cap_set_flag(caps, CAP_INHERITABLE, ARRAY_LEN(inherited), inherited, CAP_SET) == 0;
	if (is_built && n_more)
		is_built = cap_set_flag(caps, CAP_PERMITTED, n_more, more, CAP_SET) == 0 &&
			   cap_set_flag(caps, CAP_EFFECTIVE, n_more, more, CAP_SET) == 0;
	if (!is_built)
		return err_set(err, ERR_LIMIT, errno, "net.rights", "build a capability set");
	if (cap_set_proc(caps) < 0)
		return err_set(err, ERR_OS, errno, "net.rights",
			"keep CAP_NET_ADMIN and CAP_SYS_ADMIN alone");
	return 0;
}

static bool is_kept(cap_value_t cap)
{
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (kept[i] == cap)
			return true;
	return false;
}

int rights_limit(struct err *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(err, ERR_OS, errno, "net.rights", "set no_new_privs");
	for (cap_value_t cap = 0; CAP_IS_SUPPORTED(cap); cap++)
		if (!is_kept(cap) && cap_drop_bound(cap) < 0)
			return err_set(err, ERR_OS, errno, "net.rights",
				"drop capability %d from the bounding set", cap);
	return set_caps(for_settling, ARRAY_LEN(for_settling), err);
}

int rights_settle(const struct net_node *node, struct err *err)
{
	uint32_t id = net_helper_uid(node);
	if (setgroups(0, NULL) < 0)
		return err_set(err, ERR_OS, errno, "net.rights", "drop the groups");
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return err_set(err, ERR_OS, errno, "net.rights", "keep capabilities");
	if (sys_setresgid(id) < 0 || sys_setresuid(id) < 0)
		return err_set(err, ERR_OS, errno, "net.rights", "become id %u", id);
	if (set_caps(NULL, 0, err) < 0)
		return -1;
	if (cap_set_ambient(CAP_NET_ADMIN, CAP_SET) < 0)
		return err_set(err, ERR_OS, errno, "net.rights", "pass CAP_NET_ADMIN to nft");
	return 0;
}
