/* SPDX-License-Identifier: Apache-2.0 */
/* What no seccomp profile can allow. */
#include "policy/floor.h"

#include <errno.h>
#include <string.h>

#include "base/bug.h"

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
