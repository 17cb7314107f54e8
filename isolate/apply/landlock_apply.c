/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock: the mounts' promises said a second time, by path and by scope. */
#include "isolate/apply/landlock_apply.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/sys.h"

#define FS_LIST LANDLOCK_ACCESS_FS_READ_DIR
#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_EXEC (FS_READ | LANDLOCK_ACCESS_FS_EXECUTE)
#define FS_PUT  (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)
/* Everything that changes a tree, but for device nodes, which nobody inside makes. */
#define FS_TREE                                                                                    \
	(LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |                          \
		LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |                        \
		LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |                      \
		LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER)
#define FS_FILE_ONLY                                                                               \
	(FS_PUT | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE |                      \
		LANDLOCK_ACCESS_FS_IOCTL_DEV)

static const uint64_t accesses[] = {
	[PLAN_LL_READ] = FS_READ,
	[PLAN_LL_EXEC] = FS_EXEC,
	[PLAN_LL_WRITE] = FS_READ | FS_PUT | FS_TREE,
	[PLAN_LL_WRITE_EXEC] = FS_EXEC | FS_PUT | FS_TREE,
	[PLAN_LL_DEV] = FS_READ | FS_PUT | LANDLOCK_ACCESS_FS_IOCTL_DEV,
	[PLAN_LL_PROC] = FS_READ | FS_PUT,
	[PLAN_LL_LIST] = FS_LIST,
};

/* All rights that an ABI knows: bits 0-12 in ABI 1, then one bit each. */
static uint64_t known_rights(uint32_t abi)
{
	uint64_t known = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
	if (abi >= 2)
		known |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		known |= LANDLOCK_ACCESS_FS_TRUNCATE;
	if (abi >= 5)
		known |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
	return known;
}

uint32_t landlock_abi(void)
{
	int abi = sys_landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	return abi < 0 ? 0 : (uint32_t)abi;
}

static int add_rule(const struct launch *launch, int ruleset, const struct plan_op *op,
	uint64_t known, struct err *err)
{
	const char *path = launch_text(launch, op->ll_rule.path);
	scoped_fd fd = open(path, O_PATH | O_CLOEXEC);
	struct landlock_path_beneath_attr rule = {
		.allowed_access = accesses[op->ll_rule.access] & known, .parent_fd = fd};
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, ERR_OS, errno, "landlock", "open '%s'", path);
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= FS_FILE_ONLY;
	if (sys_landlock_add_rule(ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule) < 0)
		return err_set(err, ERR_OS, errno, "landlock", "allow '%s'", path);
	return 0;
}

int landlock_child(struct launch *launch, struct err *err)
{
	const struct plan_op *op = plan_find(&launch->view, PLAN_LANDLOCK);
	uint32_t abi = launch->host->landlock_abi;
	uint64_t known = known_rights(abi);
	struct sys_landlock_ruleset_attr attr = {.handled_access_fs = known};
	scoped_fd ruleset = FD_NONE;
	if (abi < op->landlock.min_abi)
		return err_set(err, ERR_DENIED, ENOSYS, "landlock",
			"the policy needs Landlock ABI %u, this kernel has %u",
			op->landlock.min_abi, abi);
	if (abi == 0)
		return 0; /* min_abi 0: the policy says "optional" */
	if (abi >= 6 && op->landlock.scoped & PLAN_SCOPE_ABSTRACT_UNIX)
		attr.scoped |= LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET;
	if (abi >= 6 && op->landlock.scoped & PLAN_SCOPE_SIGNAL)
		attr.scoped |= LANDLOCK_SCOPE_SIGNAL;
	/* Fields that an older kernel does not know are all zero, which it accepts (landlock(7)). */
	ruleset = sys_landlock_create_ruleset(&attr, sizeof(attr), 0);
	if (ruleset < 0)
		return err_set(err, ERR_OS, errno, "landlock", "make a ruleset of ABI %u", abi);
	for (uint32_t i = 0; i < launch->view.n_ops; i++)
		if (launch->view.ops[i].kind == PLAN_LL_RULE &&
			add_rule(launch, ruleset, &launch->view.ops[i], known, err) < 0)
			return -1;
	if (sys_landlock_restrict_self(ruleset) < 0)
		return err_set(err, ERR_OS, errno, "landlock", "restrict the process");
	return 0;
}
