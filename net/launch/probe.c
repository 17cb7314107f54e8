/* SPDX-License-Identifier: Apache-2.0 */
/* Try everything a partition needs in a namespace of its own, which then disappears. */
#include "base/bug.h"
#include "net/flow_apply.h"
#include "net/launch/serve.h"
#include "net/link_apply.h"
#include "net/nft_apply.h"

enum { PROBE_SLOT = 1 };

static int try_ipv6(struct serve *s, struct fd_ns ns, struct err *err)
{
	(void)ns;
	if (!ns_sysctl_is(&s->home, "net/ipv6/conf/lo/disable_ipv6", '0'))
		return err_set(err, ERR_OS, EAFNOSUPPORT, "net.ipv6", "IPv6 is absent or disabled");
	return 0;
}

static int try_veth(struct serve *s, struct fd_ns ns, struct err *err)
{
	if (nl_open(&s->inner, NETLINK_ROUTE, err) < 0)
		return -1;
	link_put_veth(&s->inner, &s->node, PROBE_SLOT, ns);
	int result = nl_flush(&s->inner, err);
	nl_close(&s->inner);
	return result;
}

static int try_nft(struct serve *s, struct fd_ns ns, struct err *err)
{
	(void)ns;
	return nft_table_load(s->skeleton, &s->node, 0, err);
}

static int try_element(struct serve *s, struct fd_ns ns, struct err *err)
{
	(void)ns;
	if (nl_open(&s->inner, NETLINK_NETFILTER, err) < 0)
		return -1;
	nft_put_element(&s->inner, &s->node, NFT_SET_ADMITTED, PROBE_SLOT);
	int result = nft_flush(&s->inner, err);
	if (result == 0)
		result = nft_element_find(&s->inner, &s->node, NFT_SET_ADMITTED, PROBE_SLOT, err);
	if (result == NL_ABSENT)
		result = err_set(err, ERR_OS, ENOENT, "net.element", "an element does not stay");
	nl_close(&s->inner);
	return result;
}

static int try_conntrack(struct serve *s, struct fd_ns ns, struct err *err)
{
	static const struct flow_slots none;
	(void)ns;
	return flow_forget(&s->filter, &s->inspect, &s->node, &none, err);
}

static const struct {
	enum msg_net_feature feature;
	bool is_inside;
	int (*fn)(struct serve *s, struct fd_ns ns, struct err *err);
} tries[] = {
	{NET_FEATURE_IPV6, false, try_ipv6},
	{NET_FEATURE_VETH, true, try_veth},
	{NET_FEATURE_NFT, true, try_nft},
	{NET_FEATURE_ELEMENT, true, try_element},
	{NET_FEATURE_CONNTRACK, false, try_conntrack},
};

static int try_one(struct serve *s, size_t i, struct fd_ns ns, struct err *err)
{
	if (!tries[i].is_inside)
		return tries[i].fn(s, ns, err);
	if (ns_enter(ns, err) < 0)
		return -1;
	int result = tries[i].fn(s, ns, err);
	ns_leave(&s->home);
	return result;
}

void serve_probe(struct serve *s, struct msg_net_features *ret)
{
	scoped_fd_ns ns = FD_INIT;
	ret->mask = 0;
	err_clear(&ret->why);
	if (ns_make(&s->home, &ns, &ret->why) < 0)
		return;
	ret->mask |= NET_FEATURE_NETNS;
	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		struct err why = ERR_INIT;
		if (try_one(s, i, ns, &why) == 0)
			ret->mask |= (uint32_t)tries[i].feature;
		else if (!err_is_set(&ret->why))
			ret->why = why;
	}
}
