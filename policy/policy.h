/* SPDX-License-Identifier: Apache-2.0 */
/* What a partition may do: the plain record that loading a policy yields and planning reads. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

/*
 * Shape:     one record of fixed size without pointers, plus the seccomp program beside it
 *            (struct policy_program). The compiled file `<name>.policy` is a head with a SHA-256 of
 *            the rest, the record, and the program; it fits one architecture and one version.
 * Units:     bytes, counts, thousandths of a CPU; 0 in a limit means "no limit asked for".
 * Ownership: the record owns nothing; the program owns its instructions.
 * Errors:    policy.open, and those of path.h and bpf_eval.h
 * Source:    cantle-policy(5).
 */
enum {
	LIMIT_POLICY_NAME = 32,      /* name of a policy, with its NUL: it is a file name too */
	LIMIT_POLICY_SUMMARY = 160,  /* one sentence for `doctor` and `inspect` */
	LIMIT_POLICY_RLIMITS = 16,   /* RLIM_NLIMITS is 16 */
	LIMIT_POLICY_ENV = 2048,     /* bytes of all NAME=VALUE strings with their NULs */
	LIMIT_POLICY_ENV_PASS = 512, /* bytes of all passed names with their NULs */
	LIMIT_POLICY_INSNS = 4096,   /* BPF_MAXINSNS of the kernel */
};

enum policy_proc {
	POLICY_PROC_FULL, /* whole procfs with hidepid=invisible, dangerous entries masked */
	POLICY_PROC_PID,  /* subset=pid */
};

enum policy_net {
	POLICY_NET_NONE, /* own network namespace with nothing but its loopback */
	POLICY_NET_VETH, /* own network namespace with a routed veth */
	POLICY_NET_HOST, /* the host's network: the broker alone */
};

/* Defences that a policy may name in "optional": where absent, the partition runs `degraded`. */
enum policy_optional {
	POLICY_OPT_CGROUP_MEMORY = 1 << 0,
	POLICY_OPT_CGROUP_PIDS = 1 << 1,
	POLICY_OPT_CGROUP_CPU = 1 << 2,
	POLICY_OPT_CGROUP_OOM_GROUP = 1 << 3, /* cgroup v2 only */
	POLICY_OPT_LANDLOCK = 1 << 4,         /* Landlock at all */
	POLICY_OPT_LANDLOCK_NET = 1 << 5,     /* ABI 4, Linux 6.7 */
	POLICY_OPT_LANDLOCK_IOCTL = 1 << 6,   /* ABI 5, Linux 6.10 */
	POLICY_OPT_LANDLOCK_SCOPE = 1 << 7,   /* ABI 6, Linux 6.12 */
	POLICY_OPT_TMPFS_NOSWAP = 1 << 8,     /* Linux 6.4 */
	POLICY_OPT_NS_COUNTS = 1 << 9,        /* user.max_*_namespaces = 0 inside */
	POLICY_OPT_MDWE = 1 << 10,            /* PR_SET_MDWE, Linux 6.3 */
};

struct policy_rlimit {
	uint32_t resource; /* RLIMIT_* */
	uint32_t reserved;
	uint64_t soft; /* UINT64_MAX: unlimited */
	uint64_t hard;
};

struct policy_tmpfs {
	uint64_t size_bytes;
	uint64_t n_inodes;
	uint32_t is_exec; /* 0: mounted noexec */
	uint32_t reserved;
};

struct policy {
	char name[LIMIT_POLICY_NAME];
	char seccomp[LIMIT_POLICY_NAME]; /* name of the seccomp profile the program came from */
	char hostname[LIMIT_POLICY_NAME * 2]; /* empty: the partition's own name */
	char summary[LIMIT_POLICY_SUMMARY];
	uint32_t namespaces;   /* CLONE_NEW* */
	uint32_t proc;         /* enum policy_proc */
	uint32_t net;          /* enum policy_net */
	uint32_t optional;     /* mask of enum policy_optional */
	uint32_t landlock_abi; /* lowest ABI that is enough; 0: Landlock is not asked for */
	uint32_t is_mdwe;      /* memory is never writable and then executable */
	uint32_t reserved;
	uint32_t n_rlimits;
	uint64_t memory_bytes;
	uint64_t n_pids;
	uint64_t cpu_milli; /* 1000 = one CPU */
	struct policy_tmpfs tmp;
	struct policy_tmpfs run;
	struct policy_tmpfs shm;
	struct policy_rlimit rlimits[LIMIT_POLICY_RLIMITS];
	uint32_t n_env;
	uint32_t n_env_pass;
	char env[LIMIT_POLICY_ENV];           /* "NAME=VALUE\0" times n_env */
	char env_pass[LIMIT_POLICY_ENV_PASS]; /* "NAME\0" times n_env_pass: kept from the caller */
};

/* A seccomp program; struct sock_filter of <linux/filter.h> is eight bytes. */
struct sock_filter;
struct policy_program {
	struct sock_filter *insns; /* owned */
	size_t n;
};

#define POLICY_PROGRAM_INIT                                                                        \
	(struct policy_program)                                                                    \
	{                                                                                          \
		.insns = NULL                                                                      \
	}
#define scoped_policy_program __attribute__((cleanup(policy_program_done)))
void policy_program_done(struct policy_program *program);

/* Walk a block of NUL-terminated strings; start with *at = 0. NULL at the end. */
const char *policy_next(const char *block, size_t size, size_t *at);

/* Name of one bit of enum policy_optional as policies and `inspect` spell it; NULL for no bit. */
const char *policy_optional_name(uint32_t bit);

/* Is this word of an operator a file to compile ("./mine.json") rather than a name of ours? */
bool policy_is_file(const char *word);

/* Write the compiled form. */
must_check int policy_store(const struct policy *policy, const struct policy_program *program,
	struct str *ret, struct err *err);

/* Read the compiled form back; everything in it is verified. */
must_check int policy_parse(struct span bytes, struct policy *ret_policy,
	struct policy_program *ret_program, struct err *err);

/* Read `<name>.policy` beneath a directory. */
must_check int policy_open(struct fd_dir at, const char *name, struct policy *ret_policy,
	struct policy_program *ret_program, struct err *err);
