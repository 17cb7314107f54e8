/* SPDX-License-Identifier: Apache-2.0 */
/* slapos.cookbook:free_port: a TCP port that nobody listens on, kept from run to run. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "base/str.h"
#include "engine/recipe.h"
#include "recipes/option.h"
#include "recipes/table.h"

/* A port of an earlier run is found in .installed.cfg: asking for a new one each time would
   reinstall everything that uses it. */
enum { LIMIT_INSTALLED_BYTES = 16 << 20, PORT_MIN = 1024, PORT_END = 49151 };

static int get_port(
	struct part *part, const char *key, unsigned fallback, unsigned *ret, struct err *err)
{
	struct span text;
	uint64_t n;
	if (part_get_or(part, key, "", &text, err) < 0)
		return -1;
	text = span_trim(text);
	*ret = fallback;
	if (text.len == 0)
		return 0;
	if (!span_parse_u64(text, &n) || n > 65535)
		return part_error_at(part, key, err, "option '%s' is not a port number: '%.*s'",
			key, SPAN_ARG(text));
	*ret = (unsigned)n;
	return 0;
}

/* "port = N" of this part's section. */
static bool find_in(struct span text, const char *name, struct span *ret)
{
	bool is_ours = false;
	struct span line;
	while (span_cut(&text, '\n', &line)) {
		if (span_starts(line, "[")) {
			struct span section = span_from(line, 1);
			ptrdiff_t close = span_index(section, ']');
			is_ours = close >= 0 && span_is(span_first(section, (size_t)close), name);
		} else if (is_ours && span_starts(line, "port = ")) {
			*ret = span_trim(span_from(line, 7));
			return true;
		}
	}
	return false;
}

static int find_previous(struct part *part, const char **ret, struct err *err)
{
	scoped_str struct str text = STR_INIT;
	scoped_fd_file file = FD_INIT;
	struct err ignored = ERR_INIT;
	struct span path;
	struct span port;
	uint64_t n;
	*ret = NULL;
	if (part_section_find(part, "buildout", "installed", &path, err) < 0)
		return -1;
	if (path.len == 0)
		return 0;
	file.fd = open(part_path(part, path), O_RDONLY | O_CLOEXEC);
	/* No earlier run that can be read is the same as no earlier run. */
	if (!fd_file_is_open(file) ||
		fd_read_all(file, LIMIT_INSTALLED_BYTES, &text, &ignored) < 0 ||
		!find_in(str_span(&text), part_name(part), &port))
		return 0;
	if (!span_parse_u64(port, &n) || n == 0 || n > 65535)
		return 0;
	*ret = part_printf(part, "%.*s", SPAN_ARG(port));
	return *ret ? 0 : option_no_memory(err);
}

struct address {
	struct sockaddr_storage store;
	socklen_t size;
	in_port_t *port;
};

static bool parse_address(const char *ip, struct address *ret)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&ret->store;
	struct sockaddr_in *v4 = (struct sockaddr_in *)&ret->store;
	*ret = (struct address){.size = 0};
	if (inet_pton(AF_INET6, ip, &v6->sin6_addr) == 1) {
		ret->store.ss_family = AF_INET6;
		ret->size = sizeof(*v6);
		ret->port = &v6->sin6_port;
		return true;
	}
	if (inet_pton(AF_INET, ip, &v4->sin_addr) != 1)
		return false;
	ret->store.ss_family = AF_INET;
	ret->size = sizeof(*v4);
	ret->port = &v4->sin_port;
	return true;
}

static bool is_free(struct address *address, unsigned port)
{
	scoped_fd_sock sock = fd_sock_wrap(
		socket(address->store.ss_family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP));
	*address->port = htons((uint16_t)port);
	return fd_sock_is_open(sock) &&
	       bind(sock.fd, (const struct sockaddr *)&address->store, address->size) == 0;
}

static const char *find_free(struct part *part, const char *ip, unsigned from, unsigned end)
{
	struct address address;
	if (!parse_address(ip, &address))
		return "0";
	for (unsigned port = from; port < end; port++)
		if (is_free(&address, port))
			return part_printf(part, "%u", port);
	return "0";
}

int free_port_init(struct part *part, struct err *err)
{
	unsigned from;
	unsigned end;
	struct span ip;
	const char *port;
	if (get_port(part, "minimum", PORT_MIN, &from, err) < 0 ||
		get_port(part, "maximum", PORT_END, &end, err) < 0 ||
		part_get_or(part, "ip", "", &ip, err) < 0 || find_previous(part, &port, err) < 0)
		return -1;
	ip = part_span(part, span_trim(ip));
	if (!ip.ptr)
		return option_no_memory(err);
	if (!port)
		port = from == end ? part_printf(part, "%u", from)
				   : find_free(part, ip.ptr, from, end);
	if (!port)
		return option_no_memory(err);
	return part_set(part, "port", span_str(port), err);
}
