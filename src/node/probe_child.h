/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts that need a process of their own, in namespaces of their own. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Shape:  clone3(2) with the flags, the attempt in the child, its errno back as exit status.
 * Rules:  the child makes system calls only: no memory is taken, nothing is printed.
 * Units:  0 done; an errno; PROBE_CHILD_LOST where the child could not say.
 */
enum { PROBE_CHILD_LOST = 255 };

enum probe_attempt {
	PROBE_NOTHING,      /* the namespaces alone */
	PROBE_PROC_HIDEPID, /* procfs with hidepid=invisible */
	PROBE_PROC_SUBSET,  /* procfs with subset=pid */
	PROBE_TMPFS_LIMITS, /* tmpfs with size and nr_inodes */
	PROBE_MOUNT_TREE,   /* open_tree, mount_setattr read-only, recursive */
	PROBE_NEST_REFUSED, /* user.max_user_namespaces=0 inside stops unshare */
	PROBE_VETH,         /* a pair of links */
	PROBE_NFTABLES,     /* the generation of the rule set */
};

int probe_child(uint64_t clone_flags, enum probe_attempt attempt);
