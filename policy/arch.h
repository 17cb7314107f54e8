/* SPDX-License-Identifier: Apache-2.0 */
/* The native architecture, and numbers of system calls that libseccomp 2.5.4 has no name for. */
#pragma once

#include <linux/audit.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Shape:  name -> number on this architecture, ARCH_ABSENT where it has none.
 * Source: include/uapi/asm-generic/unistd.h and arch/x86/entry/syscalls/syscall_64.tbl up to 6.19.
 */
enum {
	ARCH_OTHER = 0,     /* value of an architecture word that is not this machine */
	ARCH_NATIVE = 1,    /* value of one that is */
	ARCH_LAST_NR = 470, /* highest number known: listns, Linux 6.19 */
	ARCH_ABSENT = -1,   /* a real system call, but not of this architecture */
	ARCH_UNKNOWN = -2,  /* nobody knows the name */
};

/* What the kernel calls the architecture of this build; the floor is written for these two. */
#if defined(__x86_64__)
#define ARCH_IS_X86_64  1
#define ARCH_IS_AARCH64 0
#define ARCH_AUDIT      AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH_IS_X86_64  0
#define ARCH_IS_AARCH64 1
#define ARCH_AUDIT      AUDIT_ARCH_AARCH64
#else
#error "the seccomp floor is written for x86_64 and aarch64"
#endif

struct reader_word;

/* OCI (SCMP_ARCH_X86_64) and Docker (amd64) names; the value says whether it is ours. */
const struct reader_word *arch_words(size_t *ret_n);

/* Number of a system call by libseccomp or by our table. */
int arch_syscall(const char *name);
