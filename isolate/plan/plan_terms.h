/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a plan: limits, ranges, and the values of its enumerations and flags. */
#pragma once

#include <stdint.h>

#define LIMIT_PLAN_BYTES   (1u << 20)   /* filter, argv, environment, /etc */
#define LIMIT_PLAN_OPS     8192u        /* argv and environment are one operation per string */
#define LIMIT_PLAN_FDS     32u          /* stdio, channels, bind sources */
#define LIMIT_PLAN_STRING  (128u << 10) /* the kernel's MAX_ARG_STRLEN */
#define LIMIT_PLAN_BPF     4096u        /* BPF_MAXINSNS */
#define LIMIT_PLAN_RESULTS 16u          /* FILE_OPEN and CGROUP_READ in one plan */
#define LIMIT_PLAN_ROOTS   16u          /* the state directory and the cgroup hierarchies */

#define PLAN_ROOT_BIT    0x80000000u /* in a DIR: a registered root, not a descriptor of the plan */
#define PLAN_ROOT_STATE  0u          /* registered roots: the state directory first, */
#define PLAN_ROOT_CGROUP 1u          /* then the cgroup hierarchies */
/* NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE set, KEEP_CAPS off, all of them locked */
#define PLAN_SECUREBITS 0xefu

enum { PLAN_PARTITION = 1, PLAN_JOIN, PLAN_CONFINED };                /* PROCESS.kind */
enum { PLAN_EPHEMERAL = 1, PLAN_AUTO_RELEASE = 2, PLAN_SESSION = 4 }; /* PROCESS.flags */
enum { PLAN_NET_NONE = 1, PLAN_NET_FD };                              /* NET.mode */
enum { PLAN_CG_OPTIONAL = 1, PLAN_CG_ENTER = 2, PLAN_CG_REMOVE = 4 }; /* REMOVE: at the exit */
enum { PLAN_MNT_RW = 1, PLAN_MNT_NOEXEC = 2, PLAN_MNT_IS_FILE = 4, PLAN_MNT_RECURSIVE = 8 };
/* MNT_BASE.part: what the template shows of the host, read-only; absent is fine but for USR */
enum { PLAN_BASE_USR = 1, PLAN_BASE_ALTERNATIVES, PLAN_BASE_LD_CACHE, PLAN_BASE_CERTS };
enum { PLAN_PROC_SUBSET = 1 }; /* MNT_PROC.flags */
/* PROC_MASK.how; where the entry does not exist, there is nothing to do */
enum { PLAN_MASK_READONLY = 1, PLAN_MASK_FILE, PLAN_MASK_DIR };
/* LL_RULE.access */
enum {
	PLAN_LL_READ = 1,
	PLAN_LL_EXEC,
	PLAN_LL_WRITE,
	PLAN_LL_WRITE_EXEC,
	PLAN_LL_DEV,
	PLAN_LL_PROC,
	PLAN_LL_LIST
};
enum { PLAN_IF_AVAILABLE = 1 }; /* MDWE, KEYRING, UCOUNTS: degraded where absent */
enum { PLAN_SCOPE_ABSTRACT_UNIX = 1, PLAN_SCOPE_SIGNAL = 2 }; /* LANDLOCK.scoped, from ABI 6 */

/* WEAKEN.defences, test launcher only: leave the defence out, to prove that its test can fail. */
enum plan_defence {
	WEAKEN_LANDLOCK = 1,
	WEAKEN_SECCOMP = 2,
	WEAKEN_CAPS = 4,
	WEAKEN_NNP = 8,
	WEAKEN_UCOUNTS = 16,
	WEAKEN_READONLY = 32,
	WEAKEN_RLIMITS = 64,
	WEAKEN_CGROUP = 128,
	WEAKEN_PROC_MASK = 256,
	WEAKEN_HIDEPID = 512,
	WEAKEN_FDS = 1024,
	WEAKEN_NET = 2048,
	WEAKEN_PID = 4096,
	WEAKEN_NODEV = 8192,
	WEAKEN_IPC = 16384,
	WEAKEN_UTS = 32768,
	WEAKEN_SECUREBITS = 65536,
	WEAKEN_KEYRING = 131072,
	WEAKEN_DEV = 262144,
	WEAKEN_CGROUPNS = 524288,
	WEAKEN_TMPFS = 1048576,
	WEAKEN_USER = 2097152, /* and UCOUNTS: the counts would be the host's */
};

/* C type of each field type of plan_ops.h. */
struct plan_ref {
	uint32_t off;
	uint32_t len;
};

#define PLAN_T_FD     uint32_t
#define PLAN_T_DIR    uint32_t
#define PLAN_T_ROOT   uint32_t
#define PLAN_T_CGROOT uint32_t
#define PLAN_T_U32    uint32_t
#define PLAN_T_OCT    uint32_t
#define PLAN_T_ENUM   uint32_t
#define PLAN_T_FLAGS  uint32_t
#define PLAN_T_HOSTID uint32_t
#define PLAN_T_U64    uint64_t
#define PLAN_T_STR    struct plan_ref
#define PLAN_T_NAME   struct plan_ref
#define PLAN_T_REL    struct plan_ref
#define PLAN_T_CGREL  struct plan_ref
#define PLAN_T_ABS    struct plan_ref
#define PLAN_T_BLOB   struct plan_ref
