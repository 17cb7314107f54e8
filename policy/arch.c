/* SPDX-License-Identifier: Apache-2.0 */
/* The native architecture, and numbers of system calls that libseccomp 2.5.4 has no name for. */
#include "policy/arch.h"

#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "policy/reader.h"

static const struct reader_word words[] = {
	{"SCMP_ARCH_NATIVE", ARCH_NATIVE},
	{"SCMP_ARCH_X86_64", ARCH_IS_X86_64},
	{"SCMP_ARCH_AARCH64", ARCH_IS_AARCH64},
	{"SCMP_ARCH_X86", ARCH_OTHER},
	{"SCMP_ARCH_X32", ARCH_OTHER},
	{"SCMP_ARCH_ARM", ARCH_OTHER},
	{"SCMP_ARCH_MIPS", ARCH_OTHER},
	{"SCMP_ARCH_MIPS64", ARCH_OTHER},
	{"SCMP_ARCH_MIPS64N32", ARCH_OTHER},
	{"SCMP_ARCH_MIPSEL", ARCH_OTHER},
	{"SCMP_ARCH_MIPSEL64", ARCH_OTHER},
	{"SCMP_ARCH_MIPSEL64N32", ARCH_OTHER},
	{"SCMP_ARCH_PPC", ARCH_OTHER},
	{"SCMP_ARCH_PPC64", ARCH_OTHER},
	{"SCMP_ARCH_PPC64LE", ARCH_OTHER},
	{"SCMP_ARCH_S390", ARCH_OTHER},
	{"SCMP_ARCH_S390X", ARCH_OTHER},
	{"SCMP_ARCH_PARISC", ARCH_OTHER},
	{"SCMP_ARCH_PARISC64", ARCH_OTHER},
	{"SCMP_ARCH_RISCV64", ARCH_OTHER},
	{"SCMP_ARCH_LOONGARCH64", ARCH_OTHER},
	{"SCMP_ARCH_M68K", ARCH_OTHER},
	{"SCMP_ARCH_SH", ARCH_OTHER},
	{"SCMP_ARCH_SHEB", ARCH_OTHER},
	{"amd64", ARCH_IS_X86_64},
	{"arm64", ARCH_IS_AARCH64},
	{"x86", ARCH_OTHER},
	{"386", ARCH_OTHER},
	{"x32", ARCH_OTHER},
	{"arm", ARCH_OTHER},
	{"mips", ARCH_OTHER},
	{"mips64", ARCH_OTHER},
	{"mips64n32", ARCH_OTHER},
	{"mipsel", ARCH_OTHER},
	{"mipsel64", ARCH_OTHER},
	{"mipsel64n32", ARCH_OTHER},
	{"ppc", ARCH_OTHER},
	{"ppc64", ARCH_OTHER},
	{"ppc64le", ARCH_OTHER},
	{"riscv64", ARCH_OTHER},
	{"s390", ARCH_OTHER},
	{"s390x", ARCH_OTHER},
	{"loong64", ARCH_OTHER},
	{"loongarch64", ARCH_OTHER},
};

const struct reader_word *arch_words(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(words);
	return words;
}

struct newer {
	const char *name;
	int x86_64;
	int aarch64;
};

static const struct newer newer[] = {
	{"cachestat", 451, 451},
	{"fchmodat2", 452, 452},
	{"file_getattr", 468, 468},
	{"file_setattr", 469, 469},
	{"futex_requeue", 456, 456},
	{"futex_wait", 455, 455},
	{"futex_wake", 454, 454},
	{"getxattrat", 464, 464},
	{"listmount", 458, 458},
	{"listns", 470, 470},
	{"listxattrat", 465, 465},
	{"lsm_get_self_attr", 459, 459},
	{"lsm_list_modules", 461, 461},
	{"lsm_set_self_attr", 460, 460},
	{"map_shadow_stack", 453, 453},
	{"mseal", 462, 462},
	{"open_tree_attr", 467, 467},
	{"removexattrat", 466, 466},
	{"riscv_flush_icache", ARCH_ABSENT, ARCH_ABSENT},
	{"riscv_hwprobe", ARCH_ABSENT, ARCH_ABSENT},
	{"set_mempolicy_home_node", 450, 450},
	{"setxattrat", 463, 463},
	{"statmount", 457, 457},
	{"uprobe", 336, ARCH_ABSENT},
	{"uretprobe", 335, ARCH_ABSENT},
};

static int order(const void *key, const void *row)
{
	return strcmp(key, ((const struct newer *)row)->name);
}

int arch_syscall(const char *name)
{
	const struct newer *row = bsearch(name, newer, ARRAY_LEN(newer), sizeof(newer[0]), order);
	if (row)
		return ARCH_IS_X86_64 ? row->x86_64 : row->aarch64;
	int nr = seccomp_syscall_resolve_name(name);
	if (nr == __NR_SCMP_ERROR)
		return ARCH_UNKNOWN;
	/* libseccomp numbers what another architecture has below zero. */
	return nr < 0 ? ARCH_ABSENT : nr;
}
