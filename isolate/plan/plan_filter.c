/* SPDX-License-Identifier: Apache-2.0 */
/* Does a plan's seccomp program refuse what every one must? It is run here on calls that matter. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "base/bug.h"
#include "isolate/plan/plan.h"

#if defined(__x86_64__)
#define NATIVE_ARCH  AUDIT_ARCH_X86_64
#define FOREIGN_ARCH AUDIT_ARCH_I386
#define FOREIGN_BIT  0x40000000 /* x32 shares the arch of x86-64 and marks its numbers */
#elif defined(__aarch64__)
#define NATIVE_ARCH  AUDIT_ARCH_AARCH64
#define FOREIGN_ARCH AUDIT_ARCH_ARM
#define FOREIGN_BIT  0x10000000 /* no call has such a number */
#else
#error "the system call filter of this architecture is not known"
#endif

enum { FAMILY_PACKET = 17, FAMILY_VSOCK = 40, SCRATCH_WORDS = 16 };

/* One call with one argument that makes it dangerous; the others are 0. */
struct denied {
	const char *name;
	int nr;
	uint32_t arg;
	uint64_t value;
};

#define CALL(name, arg, value)                                                                     \
	{                                                                                          \
#name, SYS_##name, (arg), (value)                                                  \
	}

static const struct denied denied[] = {
	CALL(clone, 0, CLONE_NEWUSER),
	CALL(clone, 0, CLONE_NEWNS),
	CALL(clone, 0, CLONE_NEWNET),
	CALL(clone3, 0, 0),
	CALL(unshare, 0, CLONE_NEWUSER),
	CALL(unshare, 0, CLONE_NEWNS),
	CALL(setns, 1, 0),
	CALL(mount, 3, 0),
	CALL(umount2, 0, 0),
	CALL(pivot_root, 0, 0),
	CALL(chroot, 0, 0),
	CALL(open_tree, 0, 0),
	CALL(move_mount, 0, 0),
	CALL(mount_setattr, 0, 0),
	CALL(fsopen, 0, 0),
	CALL(fsmount, 0, 0),
	CALL(fspick, 0, 0),
	CALL(open_by_handle_at, 0, 0),
	CALL(ptrace, 0, 0),
	CALL(process_vm_writev, 0, 0),
	CALL(bpf, 0, 0),
	CALL(perf_event_open, 0, 0),
	CALL(userfaultfd, 0, 0),
	CALL(io_uring_setup, 0, 0),
	CALL(keyctl, 0, 0),
	CALL(add_key, 0, 0),
	CALL(request_key, 0, 0),
	CALL(init_module, 0, 0),
	CALL(finit_module, 0, 0),
	CALL(kexec_load, 0, 0),
	CALL(reboot, 0, 0),
	CALL(swapon, 0, 0),
	CALL(socket, 0, FAMILY_VSOCK),
	CALL(socket, 0, FAMILY_PACKET),
	CALL(ioctl, 1, TIOCSTI),
	/* The kernel looks at the low half alone (CVE-2019-10063). */
	CALL(ioctl, 1, TIOCSTI | (uint64_t)1 << 32),
};

struct machine {
	uint32_t a;
	uint32_t x;
	uint32_t mem[SCRATCH_WORDS];
	const uint32_t *call; /* struct seccomp_data as words */
};

static uint32_t alu(uint16_t code, uint32_t a, uint32_t operand)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return a + operand;
	case BPF_SUB:
		return a - operand;
	case BPF_MUL:
		return a * operand;
	case BPF_DIV:
		return operand ? a / operand : 0;
	case BPF_AND:
		return a & operand;
	case BPF_OR:
		return a | operand;
	case BPF_XOR:
		return a ^ operand;
	case BPF_LSH:
		return operand < 32 ? a << operand : 0;
	case BPF_RSH:
		return operand < 32 ? a >> operand : 0;
	default:
		return 0u - a; /* BPF_NEG */
	}
}

static bool is_taken(uint16_t code, uint32_t a, uint32_t operand)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == operand;
	case BPF_JGT:
		return a > operand;
	case BPF_JGE:
		return a >= operand;
	default:
		return a & operand; /* BPF_JSET */
	}
}

static uint32_t load(const struct machine *m, const struct sock_filter *insn)
{
	if (BPF_MODE(insn->code) == BPF_ABS)
		return insn->k % 4 == 0 && insn->k < sizeof(struct seccomp_data)
			       ? m->call[insn->k / 4]
			       : 0;
	if (BPF_MODE(insn->code) == BPF_MEM)
		return m->mem[insn->k % SCRATCH_WORDS];
	if (BPF_MODE(insn->code) == BPF_LEN)
		return sizeof(struct seccomp_data);
	return insn->k;
}

/* What the kernel would do; it checks the program itself, so oddities here count as "allow". */
static uint32_t run(const struct sock_filter *insns, uint32_t n, const struct seccomp_data *call)
{
	uint32_t words[sizeof(*call) / 4];
	struct machine m = {.call = words};
	memcpy(words, call, sizeof(words));
	for (uint32_t pc = 0; pc < n; pc++) {
		const struct sock_filter *insn = &insns[pc];
		uint32_t operand = BPF_SRC(insn->code) == BPF_X ? m.x : insn->k;
		switch (BPF_CLASS(insn->code)) {
		case BPF_LD:
			m.a = load(&m, insn);
			break;
		case BPF_LDX:
			m.x = load(&m, insn);
			break;
		case BPF_ST:
			m.mem[insn->k % SCRATCH_WORDS] = m.a;
			break;
		case BPF_STX:
			m.mem[insn->k % SCRATCH_WORDS] = m.x;
			break;
		case BPF_ALU:
			m.a = alu(insn->code, m.a, operand);
			break;
		case BPF_JMP:
			if (BPF_OP(insn->code) == BPF_JA)
				pc = insn->k < n ? pc + insn->k : n;
			else
				pc += is_taken(insn->code, m.a, operand) ? insn->jt : insn->jf;
			break;
		case BPF_RET:
			return BPF_RVAL(insn->code) == BPF_A ? m.a : insn->k;
		default: /* BPF_MISC */
			if (BPF_MISCOP(insn->code) == BPF_TAX)
				m.x = m.a;
			else
				m.a = m.x;
			break;
		}
	}
	return SECCOMP_RET_ALLOW;
}

/* An answer with which the call does not happen. */
static bool is_refusal(uint32_t answer)
{
	uint32_t action = answer & SECCOMP_RET_ACTION_FULL;
	return action == SECCOMP_RET_KILL_PROCESS || action == SECCOMP_RET_KILL_THREAD ||
	       (action == SECCOMP_RET_ERRNO && (answer & SECCOMP_RET_DATA) != 0);
}

int plan_filter_check(const struct plan_view *view, struct err *err)
{
	const struct plan_op *op = plan_find(view, PLAN_SECCOMP);
	const struct sock_filter *insns;
	uint32_t n;
	struct seccomp_data call = {.arch = FOREIGN_ARCH, .nr = 4}; /* i386: write */
	if (!op)
		return 0;
	insns = (const struct sock_filter *)(const void *)plan_cstr(view, op->seccomp.filter);
	n = op->seccomp.filter.len / (uint32_t)sizeof(*insns);
	if (!is_refusal(run(insns, n, &call)))
		return err_set(err, ERR_DENIED, 0, "plan.floor",
			"the seccomp program lets another architecture's calls through");
	for (size_t i = 0; i < ARRAY_LEN(denied); i++) {
		call = (struct seccomp_data){.arch = NATIVE_ARCH, .nr = denied[i].nr};
		call.args[denied[i].arg] = denied[i].value;
		if (!is_refusal(run(insns, n, &call)))
			return err_set(err, ERR_DENIED, 0, "plan.floor",
				"the seccomp program allows %s with %#llx", denied[i].name,
				(unsigned long long)denied[i].value);
		call.nr |= FOREIGN_BIT;
		if (!is_refusal(run(insns, n, &call)))
			return err_set(err, ERR_DENIED, 0, "plan.floor",
				"the seccomp program allows %s by its other number",
				denied[i].name);
	}
	return 0;
}
