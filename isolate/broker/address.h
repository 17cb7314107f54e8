/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses the broker refuses to talk to on behalf of a partition. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/span.h"

/*
 * A hostile profile may name any URL, and any name may resolve to any address: what counts is the
 * address that is about to be connected to.
 *
 * Shape:  an IPv4 address is its v4-mapped IPv6 form, so one table holds both families; an IPv4
 *         address inside NAT64 (64:ff9b::/96) or 6to4 (2002::/16) is judged as itself, too.
 * Order:  the operator's `allow` first, then `deny`, then the built-in table, then the kernel's
 *         word on whether an address is this machine's own.
 * Limits: LIMIT_ADDRESS_PREFIXES of each list.
 * Errors: address.parse
 * Source: RFC 6890, RFC 4291, RFC 6052, RFC 3056; metadata addresses of the clouds.
 */
enum { LIMIT_ADDRESS_PREFIXES = 64 };

struct address {
	uint8_t bytes[16];
};

struct address_prefix {
	struct address base;
	unsigned bits; /* of 128 */
};

struct address_policy {
	struct address_prefix allow[LIMIT_ADDRESS_PREFIXES];
	size_t n_allow;
	struct address_prefix deny[LIMIT_ADDRESS_PREFIXES];
	size_t n_deny;
};

/* "2001:db8::/32", "10.0.0.0/8", or a single address. */
must_check int address_prefix_parse(struct span text, struct address_prefix *ret, struct err *err);

/* False for anything that is not IPv4 or IPv6. */
bool address_of(const struct sockaddr *sa, struct address *ret);

bool address_prefix_has(const struct address_prefix *prefix, const struct address *a);

/* Why the address is refused, or NULL. The operator's allow list is not looked at. Pure. */
const char *address_refusal(const struct address_policy *policy, const struct address *a);

bool address_is_allowed(const struct address_policy *policy, const struct address *a);

/* True where the kernel would deliver packets for sa to this machine itself. Sends nothing. */
bool address_is_local(const struct sockaddr *sa, socklen_t len);
