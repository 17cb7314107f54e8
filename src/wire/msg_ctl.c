/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line tool and the node agent say to each other. */
#include "wire/msg_ctl.h"

void ctl_hello_put(struct wire_out *w, const struct ctl_hello *hello)
{
	wire_begin(w, CTL_HELLO);
	wire_put_u32(w, hello->uid);
	wire_put_u32(w, hello->gid);
	wire_put_bytes(w, hello->version);
}

int ctl_hello_get(struct wire_in *r, struct ctl_hello *ret, struct err *err)
{
	struct ctl_hello hello = {.uid = 0};

	hello.uid = wire_get_u32(r);
	hello.gid = wire_get_u32(r);
	hello.version = wire_get_text(r, LIMIT_CTL_NAME);
	if (wire_end(r, err) < 0)
		return -1;
	if (hello.uid == 0 || hello.gid == 0)
		return err_set(err, ERR_PEER, 0, "ctl.hello", "the node agent offers root's ids");
	*ret = hello;
	return 0;
}

void ctl_request_put(struct wire_out *w, const struct ctl_request *request)
{
	wire_begin(w, CTL_REQUEST);
	wire_put_u8(w, (uint8_t)request->verb);
	wire_put_u8(w, (uint8_t)request->n_roles);
	for (size_t i = 0; i < request->n_roles; i++)
		wire_put_u8(w, (uint8_t)request->roles[i]);
	wire_put_u32(w, (uint32_t)request->n_options);
	for (size_t i = 0; i < request->n_options; i++) {
		wire_put_bytes(w, span_str(request->options[i].name));
		wire_put_bytes(w, span_str(request->options[i].value));
	}
	wire_put_u32(w, (uint32_t)request->n_words);
	for (size_t i = 0; i < request->n_words; i++)
		wire_put_bytes(w, span_str(request->words[i]));
}

/* A text as a C string of the arena; without memory the reader fails. */
static const char *get_cstr(struct wire_in *r, size_t limit, struct arena *arena)
{
	const struct span text = wire_get_text(r, limit);
	const char *copy = r->failed ? NULL : arena_cstr(arena, text);

	r->failed |= !copy;
	return copy;
}

static int get_roles(struct wire_in *r, size_t n_fds, struct ctl_request *ret, struct err *err)
{
	const size_t n = wire_get_u8(r);

	if (n > LIMIT_CTL_FDS || n != n_fds)
		return err_set(err, ERR_PEER, 0, "ctl.role", "%zu descriptors came for %zu roles",
			n_fds, n);
	for (size_t i = 0; i < n; i++) {
		const uint8_t role = wire_get_u8(r);

		if (role == 0 || role >= CTL_ROLE_END_)
			return err_set(err, ERR_PEER, 0, "ctl.role",
				"descriptor of unknown role %u", role);
		ret->roles[i] = (enum ctl_role)role;
	}
	ret->n_roles = n;
	return 0;
}

static void get_options(struct wire_in *r, struct arena *arena, struct ctl_request *ret)
{
	ret->n_options = wire_get_count(r, LIMIT_CTL_OPTIONS);
	ret->options = arena_array(arena, struct ctl_option, ret->n_options);
	r->failed |= !ret->options;
	for (size_t i = 0; i < ret->n_options && !r->failed; i++) {
		ret->options[i].name = get_cstr(r, LIMIT_CTL_NAME, arena);
		ret->options[i].value = get_cstr(r, LIMIT_CTL_VALUE, arena);
	}
}

static void get_words(struct wire_in *r, struct arena *arena, struct ctl_request *ret)
{
	ret->n_words = wire_get_count(r, LIMIT_CTL_WORDS);
	ret->words = arena_array(arena, const char *, ret->n_words + 1);
	r->failed |= !ret->words;
	for (size_t i = 0; i < ret->n_words && !r->failed; i++)
		ret->words[i] = get_cstr(r, LIMIT_CTL_VALUE, arena);
}

int ctl_request_get(struct wire_in *r, size_t n_fds, struct arena *arena, struct ctl_request *ret,
	struct err *err)
{
	struct ctl_request request = {.n_options = 0};
	const uint8_t verb = wire_get_u8(r);

	if (verb == 0 || verb >= CTL_VERB_END_)
		return err_set(err, ERR_PEER, 0, "ctl.verb", "request with unknown verb %u", verb);
	request.verb = (enum ctl_verb)verb;
	if (get_roles(r, n_fds, &request, err) < 0)
		return -1;
	get_options(r, arena, &request);
	get_words(r, arena, &request);
	if (wire_end(r, err) < 0)
		return -1;
	*ret = request;
	return 0;
}

/* A text of ours without what would make the receiver refuse it: too much, or a NUL. */
static struct span clean(struct span text, size_t limit)
{
	const struct span first = span_first(text, limit);
	const ptrdiff_t nul = span_index(first, '\0');

	return nul >= 0 ? span_first(first, (size_t)nul) : first;
}

void ctl_event_put(struct wire_out *w, const struct ctl_event *event)
{
	wire_begin(w, CTL_EVENT);
	wire_put_u8(w, (uint8_t)event->kind);
	wire_put_bytes(w, clean(event->subject, LIMIT_CTL_SUBJECT));
	wire_put_u32(w, event->elapsed_ms);
	wire_put_bytes(w, clean(event->text, LIMIT_CTL_TEXT));
}

int ctl_event_get(struct wire_in *r, struct ctl_event *ret, struct err *err)
{
	struct ctl_event event = {.elapsed_ms = 0};
	const uint8_t kind = wire_get_u8(r);

	event.subject = wire_get_text(r, LIMIT_CTL_SUBJECT);
	event.elapsed_ms = wire_get_u32(r);
	event.text = wire_get_text(r, LIMIT_CTL_TEXT);
	if (wire_end(r, err) < 0)
		return -1;
	if (kind == 0 || kind >= CTL_EVENT_END_)
		return err_set(err, ERR_PEER, 0, "ctl.kind", "event of unknown kind %u", kind);
	event.kind = (enum ctl_event_kind)kind;
	*ret = event;
	return 0;
}

void ctl_data_put(struct wire_out *w, struct span bytes)
{
	wire_begin(w, CTL_DATA);
	wire_put_bytes(w, bytes);
}

int ctl_data_get(struct wire_in *r, struct span *ret, struct err *err)
{
	const struct span bytes = wire_get_bytes(r, LIMIT_CTL_DATA);

	if (wire_end(r, err) < 0)
		return -1;
	*ret = bytes;
	return 0;
}

void ctl_signal_put(struct wire_out *w, int signo)
{
	wire_begin(w, CTL_SIGNAL);
	wire_put_u32(w, (uint32_t)signo);
}

int ctl_signal_get(struct wire_in *r, int *ret, struct err *err)
{
	const uint32_t signo = wire_get_u32(r);

	if (wire_end(r, err) < 0)
		return -1;
	if (signo == 0 || signo > 64)
		return err_set(err, ERR_PEER, 0, "ctl.kind", "%u is not a signal", signo);
	*ret = (int)signo;
	return 0;
}

void ctl_result_put(struct wire_out *w, const struct ctl_result *result)
{
	wire_begin(w, CTL_RESULT);
	wire_put_u8(w, result->status);
	wire_put_u8(w, result->has_err);
	if (result->has_err)
		wire_put_err(w, &result->err);
}

int ctl_result_get(struct wire_in *r, struct ctl_result *ret, struct err *err)
{
	struct ctl_result result = {.err = ERR_INIT};
	uint8_t has_err = 0;

	result.status = wire_get_u8(r);
	has_err = wire_get_u8(r);
	result.has_err = has_err == 1;
	if (result.has_err)
		wire_get_err(r, &result.err);
	r->failed |= has_err > 1;
	if (wire_end(r, err) < 0)
		return -1;
	*ret = result;
	return 0;
}

const char *ctl_request_value(
	const struct ctl_request *request, const char *name, const char *otherwise)
{
	for (size_t i = request->n_options; i > 0; i--) {
		if (strcmp(request->options[i - 1].name, name) == 0)
			return request->options[i - 1].value;
	}
	return otherwise;
}

bool ctl_request_has(const struct ctl_request *request, const char *name)
{
	return ctl_request_value(request, name, NULL) != NULL;
}

size_t ctl_request_role(const struct ctl_request *request, enum ctl_role role, size_t n)
{
	for (size_t i = 0; i < request->n_roles; i++) {
		if (request->roles[i] == role && n-- == 0)
			return i;
	}
	return SIZE_MAX;
}
