/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses the broker refuses to talk to on behalf of a partition. */
#include "isolate/broker/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/bug.h"
#include "base/fd.h"

enum { MAPPED_BITS = 96 };

static const uint8_t mapped_head[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct refusal {
	const char *prefix;
	const char *why;
};

/* Parsed on use: a connection is made seldom, and the table reads like the RFCs. */
static const struct refusal refusals[] = {
	{"0.0.0.0/8", "is unspecified"},
	{"127.0.0.0/8", "is a loopback address"},
	{"169.254.0.0/16", "is link-local"},
	{"224.0.0.0/4", "is multicast"},
	{"240.0.0.0/4", "is reserved"},
	{"100.100.100.200", "is a cloud's metadata service"},
	{"168.63.129.16", "is a cloud's metadata service"},
	{"192.0.0.192", "is a cloud's metadata service"},
	{"::1", "is a loopback address"},
	{"::/96", "is unspecified"},
	{"fe80::/10", "is link-local"},
	{"fec0::/10", "is site-local"},
	{"ff00::/8", "is multicast"},
	{"fd00:ec2::/32", "is a cloud's metadata service"},
	{"fd20:ce::254", "is a cloud's metadata service"},
};

int address_prefix_parse(struct span text, struct address_prefix *ret, struct err *err)
{
	char buf[INET6_ADDRSTRLEN + 1] = "";
	struct address_prefix p;
	struct span rest = text;
	struct span host;
	uint64_t bits = 128;
	unsigned offset = 0;
	if (!span_cut(&rest, '/', &host) || host.len >= sizeof(buf))
		return err_set(err, ERR_INPUT, 0, "address.parse", "'%.*s' is not a prefix",
			SPAN_ARG(span_first(text, 80)));
	memcpy(buf, host.ptr, host.len);
	if (inet_pton(AF_INET, buf, p.base.bytes + 12) == 1) {
		memcpy(p.base.bytes, mapped_head, sizeof(mapped_head));
		offset = MAPPED_BITS;
		bits = 32;
	} else if (inet_pton(AF_INET6, buf, p.base.bytes) != 1) {
		return err_set(err, ERR_INPUT, 0, "address.parse", "'%s' is not an address", buf);
	}
	if (host.len < text.len &&
		(!span_parse_u64(rest, &bits) || bits > 128 || bits + offset > 128))
		return err_set(err, ERR_INPUT, 0, "address.parse", "'%.*s' is not a prefix",
			SPAN_ARG(span_first(text, 80)));
	p.bits = (unsigned)bits + offset;
	*ret = p;
	return 0;
}

bool address_of(const struct sockaddr *sa, struct address *ret)
{
	if (sa->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, sa, sizeof(v4));
		memcpy(ret->bytes, mapped_head, sizeof(mapped_head));
		memcpy(ret->bytes + 12, &v4.sin_addr, 4);
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, sa, sizeof(v6));
		memcpy(ret->bytes, &v6.sin6_addr, 16);
		return true;
	}
	return false;
}

bool address_prefix_has(const struct address_prefix *prefix, const struct address *a)
{
	unsigned whole = prefix->bits / 8;
	unsigned left = prefix->bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> left);
	if (memcmp(prefix->base.bytes, a->bytes, whole) != 0)
		return false;
	return left == 0 || ((prefix->base.bytes[whole] ^ a->bytes[whole]) & mask) == 0;
}

static bool any_has(const struct address_prefix *list, size_t n, const struct address *a)
{
	for (size_t i = 0; i < n; i++)
		if (address_prefix_has(&list[i], a))
			return true;
	return false;
}

static const char *builtin_refusal(const struct address *a)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct address_prefix p;
		struct err e = ERR_INIT;
		int rc = address_prefix_parse(span_str(refusals[i].prefix), &p, &e);
		BUG_IF(rc < 0, "the built-in prefixes are well-formed");
		if (address_prefix_has(&p, a))
			return refusals[i].why;
	}
	return NULL;
}

/* The IPv4 address that a translator would send the packet to. */
static bool embedded_v4(const struct address *a, struct address *ret)
{
	static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};
	memcpy(ret->bytes, mapped_head, sizeof(mapped_head));
	if (memcmp(a->bytes, nat64, sizeof(nat64)) == 0) {
		memcpy(ret->bytes + 12, a->bytes + 12, 4);
		return true;
	}
	if (a->bytes[0] == 0x20 && a->bytes[1] == 0x02) {
		memcpy(ret->bytes + 12, a->bytes + 2, 4);
		return true;
	}
	return false;
}

static const char *refusal_of(const struct address_policy *policy, const struct address *a)
{
	if (any_has(policy->deny, policy->n_deny, a))
		return "belongs to partitions of this machine";
	return builtin_refusal(a);
}

const char *address_refusal(const struct address_policy *policy, const struct address *a)
{
	struct address inner;
	const char *why = refusal_of(policy, a);
	if (!why && embedded_v4(a, &inner))
		why = refusal_of(policy, &inner);
	return why;
}

bool address_is_allowed(const struct address_policy *policy, const struct address *a)
{
	return any_has(policy->allow, policy->n_allow, a);
}

bool address_is_local(const struct sockaddr *sa, socklen_t len)
{
	struct sockaddr_storage own = {0};
	socklen_t own_len = sizeof(own);
	struct address there;
	struct address here;
	scoped_fd sock = socket(sa->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* Connecting a datagram socket only asks the routing table; for an address of its own the
	   kernel answers with the same address as the source. */
	if (sock < 0 || connect(sock, sa, len) < 0)
		return false; /* unreachable: the real connection will say so */
	if (getsockname(sock, (struct sockaddr *)&own, &own_len) < 0)
		return true;
	if (!address_of(sa, &there) || !address_of((struct sockaddr *)&own, &here))
		return true;
	return memcmp(&there, &here, sizeof(here)) == 0;
}
