/* SPDX-License-Identifier: Apache-2.0 */
/* Netlink socket: batches with acks, single gets, bounded dumps. */
#include "net/netlink.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/bug.h"
#include "base/span.h"

/* MNL_ALIGN() is of a signed type. */
static size_t align(size_t n)
{
	return (n + MNL_ALIGNTO - 1) & ~((size_t)MNL_ALIGNTO - 1);
}

/* A reply being read: what is left of it. */
struct reader {
	const uint8_t *at;
	size_t left;
};

/* The next whole message, NULL at the end. libmnl's own check takes a huge length for a negative. */
static const struct nlmsghdr *reader_next(struct reader *r)
{
	const struct nlmsghdr *message = (const void *)r->at;
	if (r->left < sizeof(*message) || message->nlmsg_len < sizeof(*message) ||
		message->nlmsg_len > r->left)
		return NULL;
	size_t step = align(message->nlmsg_len);
	if (step > r->left)
		step = r->left;
	r->at += step;
	r->left -= step;
	return message;
}

enum { DUMP_TRIES = 4 };

void nl_init(struct nl *nl)
{
	nl->sock.fd = FD_NONE;
	nl->next_seq = 1;
	nl->n = 0;
	nl->last = NULL;
	nl->len = 0;
}

int nl_open(struct nl *nl, int family, struct err *err)
{
	static const int one = 1;
	static const struct timeval timeout = {.tv_sec = NL_WAIT_S};
	nl_init(nl);
	scoped_fd_sock sock = {socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family)};
	if (sock.fd < 0)
		return err_set(
			err, ERR_OS, errno, "net.netlink", "open a socket of family %d", family);
	/* Extended answers are a comfort, and the kernel always answers: neither may fail us. */
	(void)setsockopt(sock.fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	(void)setsockopt(sock.fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	(void)setsockopt(sock.fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	(void)setsockopt(sock.fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	nl->sock = fd_sock_take(&sock);
	return 0;
}

void nl_close(struct nl *nl)
{
	fd_sock_close(&nl->sock);
	nl_init(nl);
}

bool nl_has_room(const struct nl *nl, uint32_t n)
{
	return nl->n + n <= NL_BATCH_MAX;
}

static void batch_finish_last(struct nl *nl)
{
	if (!nl->last)
		return;
	BUG_IF(nl->last->nlmsg_len > NL_MESSAGE_MAX, "a message of ours is short");
	nl->len += align(nl->last->nlmsg_len);
	nl->last = NULL;
}

void nl_drop(struct nl *nl)
{
	nl->n = 0;
	nl->len = 0;
	nl->last = NULL;
}

struct nlmsghdr *nl_put(struct nl *nl, uint16_t type, unsigned flags, const struct nl_note *note)
{
	BUG_IF(!nl_has_room(nl, 1), "room was asked for");
	batch_finish_last(nl);
	if (nl->n == 0)
		nl->first_seq = nl->next_seq;
	nl->notes[nl->n++] = *note;
	nl->last = mnl_nlmsg_put_header(nl->batch + nl->len);
	nl->last->nlmsg_type = type;
	nl->last->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	if (!(note->allow & NL_NO_ACK))
		nl->last->nlmsg_flags |= NLM_F_ACK;
	nl->last->nlmsg_seq = nl->next_seq++;
	return nl->last;
}

bool nl_attr_is(const struct nlattr *attr, size_t n)
{
	return attr && mnl_attr_get_payload_len(attr) == n;
}

bool nl_attr_has(const struct nlattr *attr, size_t n)
{
	return attr && mnl_attr_get_payload_len(attr) >= n;
}

/* Attributes of a peer, here the kernel: every step is checked against what is left. */
static const struct nlattr *attr_scan(const void *from, size_t size, uint16_t type)
{
	const struct nlattr *attr = from;
	while (mnl_attr_ok(attr, (int)size)) {
		size_t step = align(mnl_attr_get_len(attr));
		if (mnl_attr_get_type(attr) == type)
			return attr;
		if (step >= size)
			return NULL;
		size -= step;
		attr = mnl_attr_next(attr);
	}
	return NULL;
}

const struct nlattr *nl_attr_find(const struct nlmsghdr *message, size_t header, uint16_t type)
{
	size_t size = mnl_nlmsg_get_payload_len(message);
	header = align(header);
	if (size <= header)
		return NULL;
	return attr_scan(mnl_nlmsg_get_payload_offset(message, header), size - header, type);
}

const struct nlattr *nl_attr_inside(const struct nlattr *nest, uint16_t type)
{
	if (!nest)
		return NULL;
	return attr_scan(mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest), type);
}

const struct nlattr *nl_attr_next(const struct nlattr *nest, const struct nlattr *before)
{
	size_t size = mnl_attr_get_payload_len(nest);
	const char *from = mnl_attr_get_payload(nest);
	size_t at = 0;
	if (before)
		at = (size_t)((const char *)before - from) + align(mnl_attr_get_len(before));
	if (at >= size)
		return NULL;
	const struct nlattr *attr = (const void *)(from + at);
	return mnl_attr_ok(attr, (int)(size - at)) ? attr : NULL;
}

/* The errno of an NLMSG_ERROR, 0 for an ack; EBADMSG where it is malformed. */
static int error_number(const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*error))
		return EBADMSG;
	return error->error <= 0 && error->error > -4096 ? -error->error : EBADMSG;
}

/* The kernel's own sentence about a refusal, or nothing. */
static struct span error_text(const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
	size_t header = sizeof(*error);
	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return SPAN_EMPTY;
	/* Without the CAPPED flag our whole request stands between the error and its attributes. */
	if (!(message->nlmsg_flags & NLM_F_CAPPED) && error->msg.nlmsg_len > sizeof(error->msg))
		header += error->msg.nlmsg_len - sizeof(error->msg);
	const struct nlattr *attr = nl_attr_find(message, header, NLMSGERR_ATTR_MSG);
	if (!nl_attr_has(attr, 1))
		return SPAN_EMPTY;
	const char *text = mnl_attr_get_payload(attr);
	return span_make(text, strnlen(text, mnl_attr_get_payload_len(attr)));
}

static bool note_allows(const struct nl_note *note, int error)
{
	bool is_gone =
		error == ENOENT || error == ENODEV || error == ESRCH || error == EADDRNOTAVAIL;
	return error == 0 || (error == EEXIST && note->allow & NL_ALLOW_EXISTING) ||
	       (is_gone && note->allow & NL_ALLOW_GONE);
}

static int note_fail(
	const struct nl_note *note, const struct nlmsghdr *message, int error, struct err *err)
{
	struct span text = error_text(message);
	const char *colon = text.len ? ": " : "";
	if (note->slot)
		return err_set(err, ERR_OS, error, note->step, "%s of slot %u%s%.*s", note->what,
			note->slot, colon, SPAN_ARG(text));
	return err_set(
		err, ERR_OS, error, note->step, "%s%s%.*s", note->what, colon, SPAN_ARG(text));
}

/* One datagram of the kernel's; anybody else's is dropped. */
static int reply_recv(struct nl *nl, size_t *ret_size, struct err *err)
{
	for (;;) {
		struct sockaddr_nl from = {0};
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(nl->sock.fd, nl->reply, sizeof(nl->reply), MSG_TRUNC,
			(struct sockaddr *)&from, &from_len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_OS, errno, "net.netlink", "receive");
		if (from.nl_pid != 0)
			continue;
		if ((size_t)n > sizeof(nl->reply))
			return err_set(err, ERR_LIMIT, EMSGSIZE, "net.netlink",
				"an answer of %zd bytes", n);
		*ret_size = (size_t)n;
		return 0;
	}
}

static int batch_send(struct nl *nl, struct err *err)
{
	static const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	batch_finish_last(nl);
	ssize_t n = sendto(nl->sock.fd, nl->batch, nl->len, 0, (const struct sockaddr *)&kernel,
		sizeof(kernel));
	if (n < 0)
		return err_set(err, ERR_OS, errno, nl->notes[0].step, "send a batch");
	return 0;
}

void nl_read_acks(struct nl *nl, size_t size, uint32_t *pending, struct err *err)
{
	struct reader reader = {nl->reply, size};
	const struct nlmsghdr *message;
	while ((message = reader_next(&reader))) {
		uint32_t i = message->nlmsg_seq - nl->first_seq;
		if (message->nlmsg_type != NLMSG_ERROR || i >= nl->n)
			continue; /* left over from a batch that failed to read its end */
		const struct nl_note *note = &nl->notes[i];
		int error = error_number(message);
		if (note->allow & NL_NO_ACK)
			*pending = error ? 0 : *pending;
		else if (*pending)
			--*pending;
		if (!note_allows(note, error) && !err_is_set(err))
			note_fail(note, message, error, err);
	}
}

int nl_flush(struct nl *nl, struct err *err)
{
	uint32_t pending = 0;
	size_t size;
	int result;
	if (nl->n == 0)
		return 0;
	for (uint32_t i = 0; i < nl->n; i++)
		pending += !(nl->notes[i].allow & NL_NO_ACK);
	result = batch_send(nl, err);
	while (result == 0 && pending > 0) {
		result = reply_recv(nl, &size, err);
		if (result == 0)
			nl_read_acks(nl, size, &pending, err);
	}
	nl_drop(nl);
	return err_is_set(err) ? -1 : result;
}

/* What reading the answer to a get or dump has come to. */
struct answer {
	bool is_done;
	bool is_interrupted;
	int error; /* errno that the kernel refused with */
};

static void answer_read(struct nl *nl, size_t size, nl_each *each, void *arg, struct answer *answer,
	struct err *err)
{
	struct reader reader = {nl->reply, size};
	const struct nlmsghdr *message;
	while (!answer->is_done && (message = reader_next(&reader))) {
		if (message->nlmsg_seq != nl->first_seq)
			continue;
		if (message->nlmsg_flags & NLM_F_DUMP_INTR)
			answer->is_interrupted = true;
		if (message->nlmsg_type == NLMSG_ERROR) {
			answer->error = error_number(message);
			answer->is_done = true;
			if (answer->error && !note_allows(&nl->notes[0], answer->error))
				note_fail(&nl->notes[0], message, answer->error, err);
		} else if (message->nlmsg_type == NLMSG_DONE) {
			answer->is_done = true;
		} else {
			each(message, arg);
			answer->is_done = !(message->nlmsg_flags & NLM_F_MULTI);
		}
	}
}

static int answer_wait(
	struct nl *nl, nl_each *each, void *arg, struct answer *answer, struct err *err)
{
	size_t size;
	if (batch_send(nl, err) < 0)
		return -1;
	while (!answer->is_done) {
		if (reply_recv(nl, &size, err) < 0)
			return -1;
		answer_read(nl, size, each, arg, answer, err);
	}
	if (err_is_set(err))
		return -1;
	return answer->error ? NL_ABSENT : NL_FOUND;
}

int nl_get(struct nl *nl, nl_each *each, void *arg, struct err *err)
{
	struct answer answer = {.is_done = false};
	BUG_IF(nl->n != 1, "a get is one message");
	int result = answer_wait(nl, each, arg, &answer, err);
	nl_drop(nl);
	return result;
}

int nl_dump(struct nl *nl, nl_each *each, void *arg, struct err *err)
{
	BUG_IF(nl->n != 1, "a dump is one message");
	struct nlmsghdr *request = nl->last;
	request->nlmsg_flags |= NLM_F_DUMP;
	for (int i = 0; i < DUMP_TRIES; i++) {
		struct answer answer = {.is_done = false};
		/* A changed table makes the kernel say so: what it listed is taken again. */
		nl->len = 0;
		nl->last = request;
		request->nlmsg_seq = nl->first_seq = nl->next_seq++;
		int result = answer_wait(nl, each, arg, &answer, err);
		if (result != NL_FOUND || !answer.is_interrupted) {
			nl_drop(nl);
			return result;
		}
	}
	nl_drop(nl);
	return err_set(err, ERR_OS, EAGAIN, nl->notes[0].step, "%s: the table keeps changing",
		nl->notes[0].what);
}

int nl_join(struct nl *nl, int group, struct err *err)
{
	if (setsockopt(nl->sock.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return err_set(err, ERR_OS, errno, "net.netlink", "join group %d", group);
	return 0;
}

int nl_wait(struct nl *nl, nl_until *until, const void *arg, struct err *err)
{
	for (;;) {
		size_t size;
		if (reply_recv(nl, &size, err) < 0)
			return -1;
		struct reader reader = {nl->reply, size};
		const struct nlmsghdr *message;
		while ((message = reader_next(&reader)))
			if (until(message, arg))
				return 0;
	}
}
