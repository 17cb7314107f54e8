/* SPDX-License-Identifier: Apache-2.0 */
/* The operations of a plan: one row each, which yields struct, field check and printed form. */
#pragma once

/*
 * Field types, F(type, name):
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
#define PLAN_FIELDS_DIR_MAKE(F)    F(ROOT, at) F(REL, rel) F(OCT, mode) F(HOSTID, uid) F(HOSTID, gid)
#define PLAN_FIELDS_TREE_REMOVE(F) F(ROOT, at) F(REL, rel)
#define PLAN_FIELDS_FILE_OPEN(F)   F(ROOT, at) F(REL, rel)
#define PLAN_FIELDS_CGROUP_MAKE(F) F(CGROOT, at) F(CGREL, rel) F(FLAGS, flags)
#define PLAN_FIELDS_CGROUP_SET(F)                                                                  \
	F(CGROOT, at) F(CGREL, rel) F(NAME, file) F(STR, value) F(FLAGS, flags)
#define PLAN_FIELDS_CGROUP_REMOVE(F) F(CGROOT, at) F(CGREL, rel)
#define PLAN_FIELDS_CGROUP_READ(F)   F(CGROOT, at) F(CGREL, rel) F(NAME, file)

#define PLAN_FIELDS_PROCESS(F)   F(ENUM, kind) F(FLAGS, flags) F(U64, join)
#define PLAN_FIELDS_ID_MAP(F)    F(HOSTID, base) F(U32, count)
#define PLAN_FIELDS_NET(F)       F(ENUM, mode) F(FD, ns)
#define PLAN_FIELDS_HOSTNAME(F)  F(STR, name)
#define PLAN_FIELDS_UCOUNTS(F)   F(U32, max)
#define PLAN_FIELDS_USER(F)      F(U32, uid) F(U32, gid)
#define PLAN_FIELDS_CAPS(F)      F(U64, keep) F(U32, securebits)
#define PLAN_FIELDS_RLIMIT(F)    F(U32, resource) F(U64, soft) F(U64, hard)
#define PLAN_FIELDS_OOM_SCORE(F) F(U32, adj)
#define PLAN_FIELDS_UMASK(F)     F(OCT, mask)
#define PLAN_FIELDS_KEYRING(F)   F(FLAGS, flags)
#define PLAN_FIELDS_MDWE(F)      F(FLAGS, flags)
#define PLAN_FIELDS_LANDLOCK(F)  F(U32, min_abi) F(FLAGS, scoped)
#define PLAN_FIELDS_LL_RULE(F)   F(ABS, path) F(ENUM, access)
#define PLAN_FIELDS_SECCOMP(F)   F(BLOB, filter)
#define PLAN_FIELDS_PASS_FD(F)   F(FD, fd) F(U32, target)
#define PLAN_FIELDS_CWD(F)       F(ABS, path)
#define PLAN_FIELDS_ENV(F)       F(STR, text)
#define PLAN_FIELDS_ARG(F)       F(STR, text)
#define PLAN_FIELDS_EXEC(F)      F(ABS, path)
#define PLAN_FIELDS_EXEC_FD(F)   F(FD, fd)

#define PLAN_FIELDS_MNT_ROOT(F) F(U64, size_bytes) F(U32, n_inodes)
#define PLAN_FIELDS_MNT_BASE(F) F(ENUM, part) F(ABS, path)
#define PLAN_FIELDS_MNT_DEV(F)  F(U64, shm_bytes) F(U32, shm_inodes)
#define PLAN_FIELDS_MNT_DIR(F)  F(ABS, path) F(OCT, mode)
#define PLAN_FIELDS_MNT_FILE(F) F(ABS, path) F(OCT, mode) F(BLOB, text)
#define PLAN_FIELDS_MNT_LINK(F) F(ABS, path) F(STR, target)
#define PLAN_FIELDS_MNT_BIND(F) F(DIR, at) F(REL, rel) F(ABS, path) F(FLAGS, flags)
#define PLAN_FIELDS_MNT_TMPFS(F)                                                                   \
	F(ABS, path) F(U64, size_bytes) F(U32, n_inodes) F(OCT, mode) F(FLAGS, flags)
#define PLAN_FIELDS_MNT_PROC(F)  F(FLAGS, flags)
#define PLAN_FIELDS_PROC_MASK(F) F(REL, rel) F(ENUM, how)

#define PLAN_FIELDS_FAIL_AT(F) F(STR, step) F(U32, num)
#define PLAN_FIELDS_KILL_AT(F) F(STR, step)
#define PLAN_FIELDS_WEAKEN(F)  F(FLAGS, defences)

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
