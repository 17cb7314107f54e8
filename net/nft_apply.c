/* SPDX-License-Identifier: Apache-2.0 */
/* The node's nftables table: its skeleton through nft(8), its elements over nfnetlink. */
#include "net/nft_apply.h"

#include <ctype.h>
#include <endian.h>
#include <inttypes.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/mman.h>

#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"

enum { KEY_SIZE = NET_NAME_SIZE + NET_ADDR_SIZE, COMPLAINT_MAX = 300 };

/* Follows the "comment" of net/skeleton.nft: type 0, length, text with its NUL. */
static const char schema[] = "\0\020cantle schema 1";
static const char marker[] = "@node@";
static const char *const set_names[] = {[NFT_SET_ADMITTED] = "src6", [NFT_SET_LEAVING] = "left6"};

static struct nlmsghdr *put(
	struct nl *nl, uint16_t type, unsigned flags, const struct nl_note *note)
{
	struct nlmsghdr *message =
		nl_put(nl, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, note);
	struct nfgenmsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	head->nfgen_family = NFPROTO_INET;
	head->version = NFNETLINK_V0;
	return message;
}

static void put_frame(struct nl *nl, uint16_t type)
{
	static const struct nl_note note = {"net.nft", "commit a transaction", 0, NL_NO_ACK};
	struct nlmsghdr *message = nl_put(nl, type, 0, &note);
	struct nfgenmsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	head->nfgen_family = AF_UNSPEC;
	head->version = NFNETLINK_V0;
	head->res_id = htons(NFNL_SUBSYS_NFTABLES);
}

/* A message of the transaction, which it opens where it is the first. */
static struct nlmsghdr *put_change(
	struct nl *nl, uint16_t type, unsigned flags, const struct nl_note *note)
{
	if (nl->n == 0)
		put_frame(nl, NFNL_MSG_BATCH_BEGIN);
	return put(nl, type, flags, note);
}

int nft_flush(struct nl *nl, struct err *err)
{
	if (nl->n > 0)
		put_frame(nl, NFNL_MSG_BATCH_END);
	return nl_flush(nl, err);
}

static void put_set(struct nlmsghdr *message, const struct net_node *node, enum nft_set set)
{
	char table[NET_NAME_SIZE];
	net_table_name(node, table);
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, table);
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, set_names[set]);
}

static void put_key(struct nlmsghdr *message, const struct net_node *node, uint32_t slot)
{
	char name[NET_NAME_SIZE];
	uint8_t key[KEY_SIZE];
	net_link_name(node, slot, name);
	memcpy(key, name, sizeof(name));
	net_part_addr(node, slot, key + sizeof(name));
	struct nlattr *list = mnl_attr_nest_start(message, NFTA_SET_ELEM_LIST_ELEMENTS);
	struct nlattr *element = mnl_attr_nest_start(message, NFTA_LIST_ELEM);
	struct nlattr *outer = mnl_attr_nest_start(message, NFTA_SET_ELEM_KEY);
	mnl_attr_put(message, NFTA_DATA_VALUE, sizeof(key), key);
	mnl_attr_nest_end(message, outer);
	mnl_attr_nest_end(message, element);
	mnl_attr_nest_end(message, list);
}

void nft_put_element(struct nl *nl, const struct net_node *node, enum nft_set set, uint32_t slot)
{
	const struct nl_note note = {"net.element", "add the element", slot, NL_ALLOW_EXISTING};
	struct nlmsghdr *message = put_change(nl, NFT_MSG_NEWSETELEM, NLM_F_CREATE, &note);
	put_set(message, node, set);
	put_key(message, node, slot);
}

void nft_put_no_element(struct nl *nl, const struct net_node *node, enum nft_set set, uint32_t slot)
{
	const struct nl_note note = {"net.element", "delete the element", slot, 0};
	struct nlmsghdr *message = put_change(nl, NFT_MSG_DELSETELEM, 0, &note);
	put_set(message, node, set);
	put_key(message, node, slot);
}

void nft_put_no_elements(struct nl *nl, const struct net_node *node)
{
	static const struct nl_note note = {"net.element", "expel all links", 0, NL_ALLOW_GONE};
	put_set(put_change(nl, NFT_MSG_DELSETELEM, 0, &note), node, NFT_SET_ADMITTED);
}

void nft_put_no_table(struct nl *nl, const struct net_node *node)
{
	static const struct nl_note note = {"net.nft", "delete the table", 0, NL_ALLOW_GONE};
	char table[NET_NAME_SIZE];
	net_table_name(node, table);
	mnl_attr_put_strz(put_change(nl, NFT_MSG_DELTABLE, 0, &note), NFTA_TABLE_NAME, table);
}

static void table_each(const struct nlmsghdr *message, void *arg)
{
	struct nft_table *found = arg;
	size_t header = sizeof(struct nfgenmsg);
	const struct nlattr *comment = nl_attr_find(message, header, NFTA_TABLE_USERDATA);
	const struct nlattr *handle = nl_attr_find(message, header, NFTA_TABLE_HANDLE);
	found->schema = NFT_SCHEMA_OTHER;
	if (nl_attr_is(comment, sizeof(schema)) &&
		memcmp(mnl_attr_get_payload(comment), schema, sizeof(schema)) == 0)
		found->schema = NFT_SCHEMA_CURRENT;
	if (nl_attr_is(handle, sizeof(found->handle)))
		found->handle = be64toh(mnl_attr_get_u64(handle));
}

int nft_table_find(
	struct nl *nl, const struct net_node *node, struct nft_table *ret, struct err *err)
{
	static const struct nl_note note = {
		"net.nft", "look up the table", 0, NL_ALLOW_GONE | NL_NO_ACK};
	struct nft_table found = {.schema = NFT_SCHEMA_ABSENT};
	char table[NET_NAME_SIZE];
	net_table_name(node, table);
	mnl_attr_put_strz(put(nl, NFT_MSG_GETTABLE, 0, &note), NFTA_TABLE_NAME, table);
	if (nl_get(nl, table_each, &found, err) < 0)
		return -1;
	*ret = found;
	return 0;
}

static void ignore_each(const struct nlmsghdr *message, void *arg)
{
	(void)message;
	(void)arg;
}

int nft_element_find(struct nl *nl, const struct net_node *node, enum nft_set set, uint32_t slot,
	struct err *err)
{
	const struct nl_note note = {
		"net.element", "look up the element", slot, NL_ALLOW_GONE | NL_NO_ACK};
	struct nlmsghdr *message = put(nl, NFT_MSG_GETSETELEM, 0, &note);
	put_set(message, node, set);
	put_key(message, node, slot);
	return nl_get(nl, ignore_each, NULL, err);
}

/* The slot of a key that stands for a link of the node with its own address; 0 for any other. */
static uint32_t key_slot(const struct nlattr *value, const struct net_node *node)
{
	char name[NET_NAME_SIZE];
	if (!nl_attr_is(value, KEY_SIZE))
		return 0;
	const uint8_t *key = mnl_attr_get_payload(value);
	memcpy(name, key, sizeof(name));
	if (name[sizeof(name) - 1] != '\0')
		return 0;
	uint32_t slot = net_link_slot(node, name);
	return slot == net_addr_slot(node, key + sizeof(name)) ? slot : 0;
}

void nft_element_parse(const struct nlmsghdr *message, const struct net_node *node,
	nft_element_each *each, void *arg)
{
	const struct nlattr *list =
		nl_attr_find(message, sizeof(struct nfgenmsg), NFTA_SET_ELEM_LIST_ELEMENTS);
	const struct nlattr *element = NULL;
	while (list && (element = nl_attr_next(list, element))) {
		const struct nlattr *outer = nl_attr_inside(element, NFTA_SET_ELEM_KEY);
		uint32_t slot = key_slot(nl_attr_inside(outer, NFTA_DATA_VALUE), node);
		if (slot)
			each(slot, arg);
	}
}

struct list {
	const struct net_node *node;
	nft_element_each *each;
	void *arg;
};

static void list_each(const struct nlmsghdr *message, void *arg)
{
	const struct list *list = arg;
	nft_element_parse(message, list->node, list->each, list->arg);
}

int nft_element_list(struct nl *nl, const struct net_node *node, enum nft_set set,
	nft_element_each *each, void *arg, struct err *err)
{
	static const struct nl_note note = {
		"net.element", "list the links", 0, NL_ALLOW_GONE | NL_NO_ACK};
	struct list list = {node, each, arg};
	put_set(put(nl, NFT_MSG_GETSETELEM, 0, &note), node, set);
	return nl_dump(nl, list_each, &list, err);
}

/* The skeleton with the node's number for each marker: nothing of it is understood here. */
static int skeleton_fill(
	struct span skeleton, const struct net_node *node, struct str *text, struct err *err)
{
	ptrdiff_t at;
	while ((at = span_find(skeleton, span_str(marker))) >= 0) {
		str_add(text, span_first(skeleton, (size_t)at));
		str_addf(text, "%u", node->number);
		skeleton = span_from(skeleton, (size_t)at + sizeof(marker) - 1);
	}
	str_add(text, skeleton);
	return str_check(text, err);
}

/* The first line that nft said, made printable. */
static int nft_complain(struct fd_file output, int status, struct err *err)
{
	char text[COMPLAINT_MAX + 1];
	ssize_t n = pread(output.fd, text, COMPLAINT_MAX, 0);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	for (char *c = text; *c; c++)
		*c = (char)(isprint((unsigned char)*c) ? *c : '?');
	return err_set(
		err, ERR_CHILD, 0, "net.nft", "'%s' ended with %d: %s", NFT_PATH, status, text);
}

static int nft_run(struct span text, struct err *err)
{
	static const char *const argv[] = {"nft", "-f", "-", NULL};
	struct proc_spec spec = PROC_SPEC_INIT;
	scoped_fd_pid pid = FD_INIT;
	scoped_fd_file input = {memfd_create("nft-input", MFD_CLOEXEC)};
	scoped_fd_file output = {memfd_create("nft-output", MFD_CLOEXEC)};
	int status;
	if (input.fd < 0 || output.fd < 0)
		return err_set(err, ERR_OS, errno, "net.nft", "make a memfd");
	if (fd_write_all(input.fd, text, err) < 0)
		return -1;
	if (lseek(input.fd, 0, SEEK_SET) != 0)
		return err_set(err, ERR_OS, errno, "net.nft", "rewind a memfd");
	spec.path = NFT_PATH;
	spec.argv = argv;
	spec.stdio[0] = input.fd;
	spec.stdio[1] = output.fd;
	spec.stdio[2] = output.fd;
	spec.dies_with_parent = true;
	struct err spawn = ERR_INIT;
	if (proc_spawn(&spec, &pid, NULL, &spawn) < 0)
		return err_set(err, ERR_OS, spawn.num, "net.nft", "%s", spawn.text);
	if (proc_wait(pid, &status, err) < 0)
		return -1;
	return status == 0 ? 0 : nft_complain(output, status, err);
}

int nft_table_load(struct span skeleton, const struct net_node *node, uint64_t old, struct err *err)
{
	scoped_str struct str text = STR_INIT_LIMIT(2 * NFT_SKELETON_MAX);
	if (old)
		str_addf(&text, "delete table inet handle %" PRIu64 "\n", old);
	if (skeleton_fill(skeleton, node, &text, err) < 0)
		return -1;
	return nft_run(str_span(&text), err);
}
