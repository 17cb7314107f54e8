/* SPDX-License-Identifier: Apache-2.0 */
/* Assembles a seccomp program: architecture, floor, and a verdict per system call number. */
#include "policy/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
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
#include "base/mem.h"
#include "policy/bpf_eval.h"
#include "policy/floor.h"

enum {
	X32_BIT = 0x40000000,
	SOCK_TYPE_MASK = 0xf,
	NEW_FLAGS = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
		    CLONE_NEWPID | CLONE_NEWNET,
};

struct program {
	struct sock_filter *insns; /* room for LIMIT_POLICY_INSNS */
	size_t n;
};

/* Counts on past the limit, so that the caller can say by how much. */
static size_t emit(struct program *p, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	if (p->n < LIMIT_POLICY_INSNS)
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

/* Let the true branch of an earlier test jump to the next instruction. */
static void land(struct program *p, size_t test)
{
	size_t distance = p->n - test - 1;
	BUG_IF(distance > UINT8_MAX, "a conditional jump reaches 255 instructions");
	if (test < LIMIT_POLICY_INSNS)
		p->insns[test].jt = (uint8_t)distance;
}

static void emit_socket(struct program *p)
{
	static const uint32_t families[] = {AF_UNIX, AF_NETLINK, AF_INET, AF_INET6};
	static const uint32_t types[] = {SOCK_STREAM, SOCK_DGRAM};
	static const uint32_t protocols[] = {
		0, IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6};
	emit_arg(p, 0);
	emit_require(p, families, ARRAY_LEN(families), EPERM);
	/* AF_UNIX needs no more. */
	size_t is_unix = emit(p, BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 0);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 3);
	emit_arg(p, 2);
	/* Libraries take this error for "no audit here" and go on; NETLINK_ROUTE is protocol 0. */
	size_t is_route = emit(p, BPF_JMP | BPF_JEQ | BPF_K, NETLINK_ROUTE, 0, 0);
	emit_errno(p, EPROTONOSUPPORT);
	/* SOCK_PACKET on AF_INET is AF_PACKET by its old name; SOCK_SEQPACKET can be SCTP. */
	emit_arg(p, 1);
	emit(p, BPF_ALU | BPF_AND | BPF_K, SOCK_TYPE_MASK, 0, 0);
	emit_require(p, types, ARRAY_LEN(types), EPERM);
	emit_arg(p, 2);
	emit_require(p, protocols, ARRAY_LEN(protocols), EPROTONOSUPPORT);
	land(p, is_unix);
	land(p, is_route);
}

static void emit_check(struct program *p, const struct floor_row *row)
{
	static const uint32_t personas[] = {
		PER_LINUX, PER_LINUX32, UNAME26, PER_LINUX32 | UNAME26, 0xffffffff};
	static const uint32_t pairs[] = {AF_UNIX};
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

/* Numbers from `first` on that have one verdict and no check, or a single number with one. */
struct run {
	uint32_t first;
	struct filter_number number;
};

struct tree {
	struct run runs[ARCH_LAST_NR + 1];
	size_t n;
	size_t rests[ARCH_LAST_NR + 1]; /* jumps that go behind the tree */
	size_t n_rests;
};

/* A check that always refuses is a verdict. */
static struct filter_number settled(const struct filter_number *number)
{
	if (number->check && number->check->check == FLOOR_DENY)
		return (struct filter_number){.verdict = SECCOMP_RET_ERRNO | number->check->error};
	return *number;
}

static void runs_of(const struct filter_plan *plan, struct tree *t)
{
	for (uint32_t nr = 0; nr <= plan->last_nr; nr++) {
		struct filter_number number = settled(&plan->numbers[nr]);
		const struct run *last = t->n ? &t->runs[t->n - 1] : NULL;
		if (last && !number.check && !last->number.check &&
			last->number.verdict == number.verdict)
			continue;
		t->runs[t->n++] = (struct run){.first = nr, .number = number};
	}
}

static void emit_leaf(struct program *p, struct tree *t, const struct filter_number *number)
{
	if (number->check)
		emit_check(p, number->check);
	if (number->verdict == FILTER_REST)
		t->rests[t->n_rests++] = emit(p, BPF_JMP | BPF_JA, 0, 0, 0);
	else
		emit_return(p, number->verdict);
}

/* Instructions of the subtree; the same cases as emit_tree(). */
static size_t tree_size(const struct tree *t, size_t first, size_t n)
{
	if (n == 1) {
		struct sock_filter scratch[64];
		struct program p = {.insns = scratch};
		const struct filter_number *number = &t->runs[first].number;
		if (number->check)
			emit_check(&p, number->check);
		BUG_IF(p.n > ARRAY_LEN(scratch), "a check is short");
		return p.n + 1;
	}
	size_t left = tree_size(t, first, n / 2);
	return left + (left > UINT8_MAX ? 2 : 1) + tree_size(t, first + n / 2, n - n / 2);
}

/* A conditional jump reaches 255 instructions; further right halves are behind a long one. */
static void emit_tree(struct program *p, struct tree *t, size_t first, size_t n)
{
	if (n == 1) {
		emit_leaf(p, t, &t->runs[first].number);
		return;
	}
	size_t left = tree_size(t, first, n / 2);
	uint32_t middle = t->runs[first + n / 2].first;
	if (left > UINT8_MAX) {
		emit(p, BPF_JMP | BPF_JGE | BPF_K, middle, 0, 1);
		emit(p, BPF_JMP | BPF_JA, (uint32_t)left, 0, 0);
	} else {
		emit(p, BPF_JMP | BPF_JGE | BPF_K, middle, (uint8_t)left, 0);
	}
	emit_tree(p, t, first, n / 2);
	emit_tree(p, t, first + n / 2, n - n / 2);
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

static int finish(
	struct program *p, const struct tree *t, const struct filter_plan *plan, struct err *err)
{
	size_t n = p->n + plan->n_rest;
	if (n > LIMIT_POLICY_INSNS)
		return err_set(err, ERR_LIMIT, 0, "policy.filter",
			"%zu instructions, and the kernel takes %d", n, LIMIT_POLICY_INSNS);
	for (size_t i = 0; i < t->n_rests; i++)
		p->insns[t->rests[i]].k = (uint32_t)(p->n - t->rests[i] - 1);
	if (plan->n_rest)
		memcpy(p->insns + p->n, plan->rest, plan->n_rest * sizeof(*plan->rest));
	p->n = n;
	return bpf_check(p->insns, p->n, err);
}

int filter_assemble(const struct filter_plan *plan, struct policy_program *ret, struct err *err)
{
	struct program p = {.insns = mem_array(LIMIT_POLICY_INSNS, sizeof(struct sock_filter))};
	struct tree *t = mem_array(1, sizeof(*t));
	int rc = -1;
	if (!p.insns || !t) {
		rc = err_set(err, ERR_LIMIT, 0, "policy.filter", "out of memory");
	} else {
		runs_of(plan, t);
		emit_head(&p, plan->last_nr);
		emit_tree(&p, t, 0, t->n);
		rc = finish(&p, t, plan, err);
	}
	free(t);
	if (rc < 0) {
		free(p.insns);
		return rc;
	}
	*ret = (struct policy_program){.insns = p.insns, .n = p.n};
	return 0;
}
