/* SPDX-License-Identifier: Apache-2.0 */
/* Netlink socket: batches with acks and the kernel's own words, single gets, bounded dumps. */
#pragma once

#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fd.h"

/*
 * Shape:     put messages, flush them in one sendto(2), read one ack for each. Each message has a
 *            note: which step it is, what it is about, and which refusals are no failure.
 * Limits:    NL_BATCH_MAX messages of NL_MESSAGE_MAX bytes in flight; callers ask for room first.
 * Ownership: the socket belongs to the network namespace in which it was opened, for ever.
 * Errors:    the note's step, with extack text; net.netlink for the socket itself.
 * Source:    netlink(7), rtnetlink(7), Documentation/userspace-api/netlink/intro.rst (extack,
 *            NLM_F_DUMP_INTR).
 */
enum {
	NL_BATCH_MAX = 64,
	NL_MESSAGE_MAX = 1024, /* the longest of ours, a veth pair, has 300 */
	NL_REPLY_MAX = 32 << 10,
	NL_WAIT_S = 10,
};

enum nl_allow {
	NL_ALLOW_EXISTING = 1, /* EEXIST is success */
	NL_ALLOW_GONE = 2,     /* ENOENT, ENODEV, ESRCH, EADDRNOTAVAIL are success */
	NL_NO_ACK = 4,         /* answered only on failure, which then ends the batch */
};

struct nl_note {
	const char *step;
	const char *what;
	uint32_t slot; /* 0: none */
	unsigned allow;
};

struct nl {
	struct fd_sock sock;
	uint32_t next_seq;
	uint32_t first_seq; /* of the batch */
	uint32_t n;
	struct nlmsghdr *last; /* still growing; NULL in an empty batch */
	size_t len;            /* of what stands before last */
	struct nl_note notes[NL_BATCH_MAX];
	_Alignas(8) uint8_t batch[NL_BATCH_MAX * NL_MESSAGE_MAX];
	_Alignas(8) uint8_t reply[NL_REPLY_MAX];
};

/* A socket of the family (NETLINK_ROUTE, ...) in this process's current network namespace. */
must_check int nl_open(struct nl *nl, int family, struct err *err);
/* Mark as closed before first use; a closed one may be closed again. */
void nl_init(struct nl *nl);
void nl_close(struct nl *nl);

/* Whether n more messages fit; if not, flush first. */
bool nl_has_room(const struct nl *nl, uint32_t n);
/* Begin a message; the one before is finished by it. REQUEST and, by the note, ACK are added. */
struct nlmsghdr *nl_put(struct nl *nl, uint16_t type, unsigned flags, const struct nl_note *note);
/* Send the batch and read every ack; the first failure that no note allows is reported. */
must_check int nl_flush(struct nl *nl, struct err *err);

/* Forget what was put and not sent. */
void nl_drop(struct nl *nl);

/* What a get or a dump calls for each message; it copies what it wants to keep. */
typedef void nl_each(const struct nlmsghdr *message, void *arg);

enum nl_outcome { NL_FOUND = 0, NL_ABSENT = 1 };

/* Send the single message of the batch and read the one object it asks for. */
must_check int nl_get(struct nl *nl, nl_each *each, void *arg, struct err *err);
/* Send the single message of the batch as a dump. NL_ABSENT: the kernel knows no such container. */
must_check int nl_dump(struct nl *nl, nl_each *each, void *arg, struct err *err);

/* Join a multicast group, before what will be announced is caused. */
must_check int nl_join(struct nl *nl, int group, struct err *err);
/* Read announcements until one is the wanted; fails after NL_WAIT_S without any. */
typedef bool nl_until(const struct nlmsghdr *message, const void *arg);
must_check int nl_wait(struct nl *nl, nl_until *until, const void *arg, struct err *err);

/* For the parsers of a reply: the attribute's payload has exactly (at least) n bytes. */
bool nl_attr_is(const struct nlattr *attr, size_t n);
bool nl_attr_has(const struct nlattr *attr, size_t n);
/* The first attribute of the type; NULL where there is none. Headers of a message are skipped. */
const struct nlattr *nl_attr_find(const struct nlmsghdr *message, size_t header, uint16_t type);
const struct nlattr *nl_attr_inside(const struct nlattr *nest, uint16_t type);
/* The attribute behind `before` in the nest, the first where it is NULL; NULL at the end. */
const struct nlattr *nl_attr_next(const struct nlattr *nest, const struct nlattr *before);

/* One reply to a batch, as nl_flush() reads it; apart for the fuzzer. Lowers *pending. */
void nl_read_acks(struct nl *nl, size_t size, uint32_t *pending, struct err *err);
