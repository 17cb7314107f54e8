/* SPDX-License-Identifier: Apache-2.0 */
/* Limits that more than one folder needs, with unit and reason; a module's own stand in its header.
 */
#pragma once

enum {
	/* One message of any channel, bytes: below the default socket buffer, so a send never
	   splits. */
	LIMIT_WIRE_BYTES = 64 << 10,
	/* Descriptors of one message: the kernel's SCM_MAX_FD is 253; a plan needs few dozens. */
	LIMIT_WIRE_FDS = 64,
	/* Path that we build ourselves, bytes. */
	LIMIT_PATH_BYTES = 4095,
	/* Nodes of one machine: what fits between /etc/subuid's ranges and 2^32 (man/decisions). */
	LIMIT_NODES = 36,
	/* Slots of one node: 2^26 ids in ranges of 65536. */
	LIMIT_SLOTS = 1024,
};

/* Host ids of node n start at ID_BASE + n * ID_NODE_SPAN; each slot is ID_SLOT_SPAN long. */
#define ID_BASE      0x60000000u
#define ID_NODE_SPAN 0x04000000u
#define ID_SLOT_SPAN 0x00010000u
/* Everything inside a partition runs as this user and group, never as 0. */
#define ID_INSIDE 1000u
/* Cantle's own ids, in slot 0 of the node. */
#define ID_OFFSET_T1  1u
#define ID_OFFSET_TB  2u
#define ID_OFFSET_NET 3u
/* Slots from here on are leased by lock for `run`, not recorded. */
#define SLOT_EPHEMERAL_FIRST 960u
