/* SPDX-License-Identifier: Apache-2.0 */
/* What no seccomp profile can allow: a program that runs before the profile's own. */
#include "policy/floor.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/personality.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/bug.h"
#include "policy/arch.h"

enum {
	X32_BIT = 0x40000000,
	SOCK_TYPE_MASK = 0xf,
	NEW_FLAGS = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
		    CLONE_NEWPID | CLONE_NEWNET,
};

/*
 * ENOSYS is for calls that programs try first and have a way around (clone3 hides its flags behind
 * a pointer, fchmodat2 would pass the mode check by); EPERM for what has no place in a partition.
 */
static const struct floor_row rows[] = {
	/* processes and namespaces */
	{"clone", FLOOR_CLONE, EPERM, 0},
	{"clone3", FLOOR_DENY, ENOSYS, 0},
	{"unshare", FLOOR_UNSHARE, EPERM, 0},
	{"setns", FLOOR_DENY, EPERM, 0},
	{"personality", FLOOR_PERSONALITY, EPERM, 0},
	{"ptrace", FLOOR_DENY, EPERM, 0},
	{"process_vm_readv", FLOOR_DENY, EPERM, 0},
	{"process_vm_writev", FLOOR_DENY, EPERM, 0},
	{"kcmp", FLOOR_DENY, EPERM, 0},
	{"pidfd_getfd", FLOOR_DENY, EPERM, 0},
	/* mounts and roots */
	{"mount", FLOOR_DENY, EPERM, 0},
	{"umount", FLOOR_DENY, EPERM, 0},
	{"umount2", FLOOR_DENY, EPERM, 0},
	{"pivot_root", FLOOR_DENY, EPERM, 0},
	{"chroot", FLOOR_DENY, EPERM, 0},
	{"open_tree", FLOOR_DENY, EPERM, 0},
	{"open_tree_attr", FLOOR_DENY, EPERM, 0},
	{"move_mount", FLOOR_DENY, EPERM, 0},
	{"mount_setattr", FLOOR_DENY, EPERM, 0},
	{"fsopen", FLOOR_DENY, EPERM, 0},
	{"fsconfig", FLOOR_DENY, EPERM, 0},
	{"fsmount", FLOOR_DENY, EPERM, 0},
	{"fspick", FLOOR_DENY, EPERM, 0},
	{"name_to_handle_at", FLOOR_DENY, EPERM, 0},
	{"open_by_handle_at", FLOOR_DENY, EPERM, 0},
	{"quotactl", FLOOR_DENY, EPERM, 0},
	{"quotactl_fd", FLOOR_DENY, EPERM, 0},
	/* files that outlive the partition with a privilege of their own */
	{"chmod", FLOOR_MODE, EPERM, 1},
	{"fchmod", FLOOR_MODE, EPERM, 1},
	{"fchmodat", FLOOR_MODE, EPERM, 2},
	{"fchmodat2", FLOOR_DENY, ENOSYS, 0},
	{"creat", FLOOR_MODE, EPERM, 1},
	{"mknod", FLOOR_NODE, EPERM, 1},
	{"mknodat", FLOOR_NODE, EPERM, 2},
	/* large kernel interfaces with a history */
	{"bpf", FLOOR_DENY, EPERM, 0},
	{"perf_event_open", FLOOR_DENY, EPERM, 0},
	{"userfaultfd", FLOOR_DENY, EPERM, 0},
	{"io_uring_setup", FLOOR_DENY, ENOSYS, 0},
	{"io_uring_enter", FLOOR_DENY, ENOSYS, 0},
	{"io_uring_register", FLOOR_DENY, ENOSYS, 0},
	{"keyctl", FLOOR_DENY, EPERM, 0},
	{"add_key", FLOOR_DENY, EPERM, 0},
	{"request_key", FLOOR_DENY, EPERM, 0},
	{"fanotify_init", FLOOR_DENY, EPERM, 0},
	{"modify_ldt", FLOOR_DENY, EPERM, 0},
	/* the machine itself */
	{"kexec_load", FLOOR_DENY, EPERM, 0},
	{"kexec_file_load", FLOOR_DENY, EPERM, 0},
	{"init_module", FLOOR_DENY, EPERM, 0},
	{"finit_module", FLOOR_DENY, EPERM, 0},
	{"delete_module", FLOOR_DENY, EPERM, 0},
	{"create_module", FLOOR_DENY, EPERM, 0},
	{"get_kernel_syms", FLOOR_DENY, EPERM, 0},
	{"query_module", FLOOR_DENY, EPERM, 0},
	{"reboot", FLOOR_DENY, EPERM, 0},
	{"swapon", FLOOR_DENY, EPERM, 0},
	{"swapoff", FLOOR_DENY, EPERM, 0},
	{"acct", FLOOR_DENY, EPERM, 0},
	{"syslog", FLOOR_DENY, EPERM, 0},
	{"sethostname", FLOOR_DENY, EPERM, 0},
	{"setdomainname", FLOOR_DENY, EPERM, 0},
	{"settimeofday", FLOOR_DENY, EPERM, 0},
	{"clock_settime", FLOOR_DENY, EPERM, 0},
	{"iopl", FLOOR_DENY, EPERM, 0},
	{"ioperm", FLOOR_DENY, EPERM, 0},
	{"nfsservctl", FLOOR_DENY, EPERM, 0},
	{"lookup_dcookie", FLOOR_DENY, EPERM, 0},
	{"uselib", FLOOR_DENY, EPERM, 0},
	{"_sysctl", FLOOR_DENY, EPERM, 0},
	{"vhangup", FLOOR_DENY, EPERM, 0},
	/* devices and networks */
	{"ioctl", FLOOR_IOCTL, EPERM, 1},
	{"socket", FLOOR_SOCKET, EPERM, 0},
	{"socketpair", FLOOR_PAIR, EPERM, 0},
};

const struct floor_row *floor_rows(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(rows);
	return rows;
}

const struct floor_row *floor_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

/* A row with the number it has here. */
struct node {
	uint32_t nr;
	const struct floor_row *row;
};

struct program {
	struct sock_filter *insns;
	size_t n;
	size_t pass[2 * ARRAY_LEN(rows)]; /* jumps that go behind the program */
	size_t n_pass;
};

static size_t emit(struct program *p, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	BUG_IF(p->n == LIMIT_FLOOR_INSNS, "the floor fits in LIMIT_FLOOR_INSNS");
	p->insns[p->n] = (struct sock_filter){.code = code, .jt = jt, .jf = jf, .k = k};
	return p->n++;
}

static void emit_return(struct program *p, uint32_t verdict)
{
	emit(p, BPF_RET | BPF_K, verdict, 0, 0);
}

static void emit_errno(struct program *p, uint32_t num)
{
	emit_return(p, SECCOMP_RET_ERRNO | num);
}

static void emit_pass(struct program *p)
{
	BUG_IF(p->n_pass == ARRAY_LEN(p->pass), "at most two passes per row");
	p->pass[p->n_pass++] = emit(p, BPF_JMP | BPF_JA, 0, 0, 0);
}

/* The low half: what the kernel keeps of an int. Both architectures are little endian. */
static void emit_arg(struct program *p, uint32_t arg)
{
	emit(p, BPF_LD | BPF_W | BPF_ABS,
		(uint32_t)(offsetof(struct seccomp_data, args) + arg * sizeof(uint64_t)), 0, 0);
}

/* Return an error where any of the bits is set. */
static void emit_refuse_bits(struct program *p, uint32_t bits, uint32_t num)
{
	emit(p, BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
	emit_errno(p, num);
}

static void emit_refuse_value(struct program *p, uint32_t value, uint32_t num)
{
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
	emit_errno(p, num);
}

/* Skip the error behind the list where A is one of the values. */
static void emit_require(struct program *p, const uint32_t *values, size_t n, uint32_t num)
{
	for (size_t i = 0; i < n; i++)
		emit(p, BPF_JMP | BPF_JEQ | BPF_K, values[i], (uint8_t)(n - i), 0);
	emit_errno(p, num);
}

static void emit_socket(struct program *p)
{
	static const uint32_t families[] = {AF_UNIX, AF_NETLINK, AF_INET, AF_INET6};
	static const uint32_t protocols[] = {
		0, IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6};
	emit_arg(p, 0);
	emit_require(p, families, ARRAY_LEN(families), EPERM);
	/* AF_UNIX needs no more. */
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 1);
	emit_pass(p);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 4);
	emit_arg(p, 2);
	/* Libraries take this error for "no audit here" and go on; NETLINK_ROUTE is protocol 0. */
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
	emit_errno(p, EPROTONOSUPPORT);
	emit_pass(p);
	/* SOCK_PACKET on AF_INET is AF_PACKET by its old name. */
	emit_arg(p, 1);
	emit(p, BPF_ALU | BPF_AND | BPF_K, SOCK_TYPE_MASK, 0, 0);
	emit_refuse_value(p, SOCK_RAW, EPERM);
	emit_refuse_value(p, SOCK_PACKET, EPERM);
	emit_arg(p, 2);
	emit_require(p, protocols, ARRAY_LEN(protocols), EPROTONOSUPPORT);
}

static void emit_check(struct program *p, const struct floor_row *row)
{
	static const uint32_t personas[] = {
		PER_LINUX, PER_LINUX32, UNAME26, PER_LINUX32 | UNAME26, 0xffffffff};
	static const uint32_t pairs[] = {AF_UNIX};
	if (row->check == FLOOR_DENY) {
		emit_errno(p, row->error);
		return;
	}
	if (row->check == FLOOR_SOCKET) {
		emit_socket(p);
		return;
	}
	emit_arg(p, row->arg);
	if (row->check == FLOOR_CLONE) {
		emit_refuse_bits(p, NEW_FLAGS, row->error);
	} else if (row->check == FLOOR_UNSHARE) {
		emit_refuse_bits(p, NEW_FLAGS | CLONE_NEWTIME, row->error);
	} else if (row->check == FLOOR_PAIR) {
		emit_require(p, pairs, ARRAY_LEN(pairs), row->error);
	} else if (row->check == FLOOR_IOCTL) {
		emit_refuse_value(p, TIOCSTI, row->error);
		emit_refuse_value(p, TIOCLINUX, row->error);
		emit_refuse_value(p, TIOCSETD, row->error);
	} else if (row->check == FLOOR_PERSONALITY) {
		emit_require(p, personas, ARRAY_LEN(personas), row->error);
	} else {
		emit_refuse_bits(p, S_ISUID | S_ISGID, row->error);
		if (row->check == FLOOR_NODE) {
			emit(p, BPF_ALU | BPF_AND | BPF_K, S_IFMT, 0, 0);
			emit_refuse_value(p, S_IFCHR, row->error);
			emit_refuse_value(p, S_IFBLK, row->error);
		}
	}
}

static void emit_leaf(struct program *p, const struct node *node)
{
	size_t test = emit(p, BPF_JMP | BPF_JEQ | BPF_K, node->nr, 0, 0);
	emit_check(p, node->row);
	size_t body = p->n - test - 1;
	BUG_IF(body > 255, "a conditional jump reaches 255 instructions");
	p->insns[test].jf = (uint8_t)body;
	emit_pass(p);
}

/* A tree of comparisons: eight of them for a hundred rows, instead of fifty. */
static void emit_tree(struct program *p, const struct node *nodes, size_t n)
{
	if (n == 1) {
		emit_leaf(p, nodes);
		return;
	}
	size_t left = n / 2;
	emit(p, BPF_JMP | BPF_JGE | BPF_K, nodes[left].nr, 0, 1);
	size_t jump = emit(p, BPF_JMP | BPF_JA, 0, 0, 0);
	emit_tree(p, nodes, left);
	p->insns[jump].k = (uint32_t)(p->n - jump - 1);
	emit_tree(p, nodes + left, n - left);
}

static void emit_head(struct program *p, uint32_t last_nr)
{
	emit(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, ARCH_AUDIT, 1, 0);
	emit_return(p, SECCOMP_RET_KILL_PROCESS);
	emit(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	emit(p, BPF_JMP | BPF_JGT | BPF_K, last_nr, 0, 4);
	/* -1 is what a skipped call looks like, not an x32 number. */
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, 0xffffffff, 2, 0);
	emit(p, BPF_JMP | BPF_JGE | BPF_K, ARCH_AUDIT == AUDIT_ARCH_X86_64 ? X32_BIT : 0xfffffffe,
		0, 1);
	emit_return(p, SECCOMP_RET_KILL_PROCESS);
	emit_errno(p, ENOSYS);
}

static int by_nr(const void *a, const void *b)
{
	const struct node *x = a;
	const struct node *y = b;
	return (x->nr > y->nr) - (x->nr < y->nr);
}

int floor_plan(uint32_t last_nr, struct sock_filter *ret_insns, size_t *ret_n, struct err *err)
{
	struct node nodes[ARRAY_LEN(rows)];
	struct program p = {.insns = ret_insns};
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int nr = arch_syscall(rows[i].name);
		if (nr == ARCH_UNKNOWN)
			return err_set(err, ERR_BUG, 0, "policy.floor",
				"the floor names '%s', which is no system call", rows[i].name);
		if (nr >= 0)
			nodes[n++] = (struct node){.nr = (uint32_t)nr, .row = &rows[i]};
	}
	qsort(nodes, n, sizeof(nodes[0]), by_nr);
	emit_head(&p, last_nr);
	emit_tree(&p, nodes, n);
	for (size_t i = 0; i < p.n_pass; i++)
		p.insns[p.pass[i]].k = (uint32_t)(p.n - p.pass[i] - 1);
	*ret_n = p.n;
	return 0;
}
