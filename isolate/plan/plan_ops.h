/* SPDX-License-Identifier: Apache-2.0 */
/* The operations of a plan: one row each, which yields struct, field check and printed form. */
#pragma once

/*
 * Field types, F(S, type, name), where S is whatever the user of the row hands through:
 *   FD      index into the plan's descriptors          ROOT   index of a registered root (state)
 *   DIR     FD, or PLAN_ROOT_BIT | root index          CGROOT index of a registered cgroup root
 *   STR     text without NUL                           NAME   one path component
 *   REL     clean relative path, or "."                ABS    clean absolute path inside
 *   CGREL   REL whose first part is "cantle-<node>"    BLOB   bytes
 *   U32 U64 numbers   OCT mode bits   ENUM FLAGS see plan.h   HOSTID an id of the node's range, or
 * 0
 *
 * When: HOST operations run in the launcher before any process, in the order of the plan; the
 * others describe the one process. ONE: at most once. MNT operations run in the order of the plan,
 * on an empty read-only root.
 */
#define PLAN_FIELDS_DIR_MAKE(F, S)                                                                 \
	F(S, ROOT, at) F(S, REL, rel) F(S, OCT, mode) F(S, HOSTID, uid) F(S, HOSTID, gid)
#define PLAN_FIELDS_TREE_REMOVE(F, S) F(S, ROOT, at) F(S, REL, rel)
#define PLAN_FIELDS_FILE_OPEN(F, S)   F(S, ROOT, at) F(S, REL, rel)
#define PLAN_FIELDS_CGROUP_MAKE(F, S) F(S, CGROOT, at) F(S, CGREL, rel) F(S, FLAGS, flags)
#define PLAN_FIELDS_CGROUP_SET(F, S)                                                               \
	F(S, CGROOT, at) F(S, CGREL, rel) F(S, NAME, file) F(S, STR, value) F(S, FLAGS, flags)
#define PLAN_FIELDS_CGROUP_REMOVE(F, S) F(S, CGROOT, at) F(S, CGREL, rel)
#define PLAN_FIELDS_CGROUP_READ(F, S)   F(S, CGROOT, at) F(S, CGREL, rel) F(S, NAME, file)

#define PLAN_FIELDS_PROCESS(F, S)   F(S, ENUM, kind) F(S, FLAGS, flags) F(S, U64, join)
#define PLAN_FIELDS_ID_MAP(F, S)    F(S, HOSTID, base) F(S, U32, count)
#define PLAN_FIELDS_NET(F, S)       F(S, ENUM, mode) F(S, FD, ns)
#define PLAN_FIELDS_HOSTNAME(F, S)  F(S, STR, name)
#define PLAN_FIELDS_UCOUNTS(F, S)   F(S, U32, max) F(S, FLAGS, flags)
#define PLAN_FIELDS_USER(F, S)      F(S, U32, uid) F(S, U32, gid) F(S, U32, group)
#define PLAN_FIELDS_CAPS(F, S)      F(S, U64, keep) F(S, U32, securebits)
#define PLAN_FIELDS_RLIMIT(F, S)    F(S, U32, resource) F(S, U64, soft) F(S, U64, hard)
#define PLAN_FIELDS_OOM_SCORE(F, S) F(S, U32, adj)
#define PLAN_FIELDS_UMASK(F, S)     F(S, OCT, mask)
#define PLAN_FIELDS_KEYRING(F, S)   F(S, FLAGS, flags)
#define PLAN_FIELDS_MDWE(F, S)      F(S, FLAGS, flags)
#define PLAN_FIELDS_LANDLOCK(F, S)  F(S, U32, min_abi) F(S, FLAGS, scoped)
#define PLAN_FIELDS_LL_RULE(F, S)   F(S, ABS, path) F(S, ENUM, access)
#define PLAN_FIELDS_SECCOMP(F, S)   F(S, BLOB, filter)
#define PLAN_FIELDS_PASS_FD(F, S)   F(S, FD, fd) F(S, U32, target)
#define PLAN_FIELDS_CWD(F, S)       F(S, ABS, path)
#define PLAN_FIELDS_ENV(F, S)       F(S, STR, text)
#define PLAN_FIELDS_ARG(F, S)       F(S, STR, text)
#define PLAN_FIELDS_EXEC(F, S)      F(S, ABS, path)
#define PLAN_FIELDS_EXEC_FD(F, S)   F(S, FD, fd)

#define PLAN_FIELDS_MNT_ROOT(F, S) F(S, U64, size_bytes) F(S, U32, n_inodes)
#define PLAN_FIELDS_MNT_BASE(F, S) F(S, ENUM, part) F(S, ABS, path)
#define PLAN_FIELDS_MNT_DEV(F, S)  F(S, U64, shm_bytes) F(S, U32, shm_inodes)
#define PLAN_FIELDS_MNT_DIR(F, S)  F(S, ABS, path) F(S, OCT, mode)
#define PLAN_FIELDS_MNT_FILE(F, S) F(S, ABS, path) F(S, OCT, mode) F(S, BLOB, text)
#define PLAN_FIELDS_MNT_LINK(F, S) F(S, ABS, path) F(S, STR, target)
#define PLAN_FIELDS_MNT_BIND(F, S) F(S, DIR, at) F(S, REL, rel) F(S, ABS, path) F(S, FLAGS, flags)
#define PLAN_FIELDS_MNT_TMPFS(F, S)                                                                \
	F(S, ABS, path) F(S, U64, size_bytes) F(S, U32, n_inodes) F(S, OCT, mode) F(S, FLAGS, flags)
#define PLAN_FIELDS_MNT_PROC(F, S)  F(S, FLAGS, flags) F(S, HOSTID, gid)
#define PLAN_FIELDS_PROC_MASK(F, S) F(S, REL, rel) F(S, ENUM, how)

#define PLAN_FIELDS_FAIL_AT(F, S) F(S, STR, step) F(S, U32, num)
#define PLAN_FIELDS_KILL_AT(F, S) F(S, STR, step)
#define PLAN_FIELDS_WEAKEN(F, S)  F(S, FLAGS, defences)

/* X(ENUMERATOR, field of the union, when, printed name) */
#define PLAN_OPS(X)                                                                                \
	X(DIR_MAKE, dir_make, PLAN_HOST, "dir.make")                                               \
	X(TREE_REMOVE, tree_remove, PLAN_HOST, "tree.remove")                                      \
	X(FILE_OPEN, file_open, PLAN_HOST, "file.open")                                            \
	X(CGROUP_MAKE, cgroup_make, PLAN_HOST, "cgroup.make")                                      \
	X(CGROUP_SET, cgroup_set, PLAN_HOST, "cgroup.set")                                         \
	X(CGROUP_REMOVE, cgroup_remove, PLAN_HOST, "cgroup.remove")                                \
	X(CGROUP_READ, cgroup_read, PLAN_HOST, "cgroup.read")                                      \
	X(PROCESS, process, PLAN_ONE, "process")                                                   \
	X(ID_MAP, id_map, PLAN_ONE, "user.map")                                                    \
	X(NET, net, PLAN_ONE, "net")                                                               \
	X(HOSTNAME, hostname, PLAN_ONE, "uts.hostname")                                            \
	X(UCOUNTS, ucounts, PLAN_ONE, "user.ucounts")                                              \
	X(USER, user, PLAN_ONE, "user.ids")                                                        \
	X(CAPS, caps, PLAN_ONE, "caps")                                                            \
	X(RLIMIT, rlimit, PLAN_MANY, "rlimit")                                                     \
	X(OOM_SCORE, oom_score, PLAN_ONE, "oom.score")                                             \
	X(UMASK, umask, PLAN_ONE, "umask")                                                         \
	X(KEYRING, keyring, PLAN_ONE, "keyring")                                                   \
	X(MDWE, mdwe, PLAN_ONE, "mdwe")                                                            \
	X(LANDLOCK, landlock, PLAN_ONE, "landlock")                                                \
	X(LL_RULE, ll_rule, PLAN_MANY, "landlock.rule")                                            \
	X(SECCOMP, seccomp, PLAN_ONE, "seccomp")                                                   \
	X(PASS_FD, pass_fd, PLAN_MANY, "fd.pass")                                                  \
	X(CWD, cwd, PLAN_ONE, "cwd")                                                               \
	X(ENV, env, PLAN_MANY, "env")                                                              \
	X(ARG, arg, PLAN_MANY, "arg")                                                              \
	X(EXEC, exec, PLAN_ONE, "exec")                                                            \
	X(EXEC_FD, exec_fd, PLAN_ONE, "exec.fd")                                                   \
	X(MNT_ROOT, mnt_root, PLAN_ONE, "mount.root")                                              \
	X(MNT_BASE, mnt_base, PLAN_MANY, "mount.base")                                             \
	X(MNT_DEV, mnt_dev, PLAN_ONE, "mount.dev")                                                 \
	X(MNT_DIR, mnt_dir, PLAN_MANY, "mount.dir")                                                \
	X(MNT_FILE, mnt_file, PLAN_MANY, "mount.file")                                             \
	X(MNT_LINK, mnt_link, PLAN_MANY, "mount.link")                                             \
	X(MNT_BIND, mnt_bind, PLAN_MANY, "mount.bind")                                             \
	X(MNT_TMPFS, mnt_tmpfs, PLAN_MANY, "mount.tmpfs")                                          \
	X(MNT_PROC, mnt_proc, PLAN_ONE, "mount.proc")                                              \
	X(PROC_MASK, proc_mask, PLAN_MANY, "mount.mask")                                           \
	X(FAIL_AT, fail_at, PLAN_FAULT, "fault.fail")                                              \
	X(KILL_AT, kill_at, PLAN_FAULT, "fault.kill")                                              \
	X(WEAKEN, weaken, PLAN_FAULT, "fault.weaken")
