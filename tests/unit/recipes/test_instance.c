/* SPDX-License-Identifier: Apache-2.0 */
/* Recipes of instances: slapconfiguration, publish, generate.password, free_port. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipes/pyvalue.h"
#include "tests/unit/recipes/fake_engine.h"

#include "tests/unit/test.h"

#define PAIR(k, v) ((struct part_pair){.key = SPAN(k), .value = SPAN(v)})

static void slapconfiguration_sets_options(void **state)
{
	struct fake_engine *e = *state;
	const struct part_pair instance[] = {PAIR("title", "blog"), PAIR("ipv6", "fd00::2 fd00::1"),
		PAIR("partition", "slappart3"), PAIR("tap_name", "t0")};
	const struct part_pair parameters[] = {
		PAIR("port", "80"), PAIR("a:b", "x"), PAIR("say", "it's ${x}; $")};
	e->params = (struct part_params){instance, 4, parameters, 3};
	fake_set(e, "p", "recipe", "slapos.cookbook:slapconfiguration");
	fake_set(e, "p", "configuration.port", "8080");
	fake_set(e, "p", "configuration.colour", "grey");
	fake_run(e);
	assert_string_equal(fake_get(e, "instance-title"), "blog");
	assert_string_equal(fake_get(e, "root-instance-title"), "UNKNOWN");
	assert_string_equal(fake_get(e, "slap-computer-partition-id"), "slappart3");
	assert_string_equal(fake_get(e, "tap-name"), "t0");
	assert_string_equal(fake_get(e, "ipv6"), "!py!{'fd00::1', 'fd00::2'}");
	assert_string_equal(fake_get(e, "ipv6-random"), "fd00::1");
	assert_string_equal(fake_get(e, "ipv4"), "!py!set()");
	assert_null(fake_get(e, "ipv4-random"));
	assert_string_equal(fake_get(e, "configuration.port"), "80");
	assert_string_equal(fake_get(e, "configuration.colour"), "grey");
	assert_string_equal(fake_get(e, "configuration.say"), "it's ${x}; $");
	assert_null(fake_get(e, "configuration.a:b"));
	assert_string_equal(fake_get(e, "configuration"),
		"!py!{'a:b': 'x', 'port': '80', 'say': \"it's \\x24{x}\\x3b \\x24\"}");
}

static void slapconfiguration_unwraps_json(void **state)
{
	struct fake_engine *e = *state;
	const struct part_pair packed[] = {
		PAIR("_", "{\"n\": 1, \"f\": 1.0, \"t\": \"x\", \"l\": [true, null, \"y\"]}")};
	const struct part_pair plain[] = {PAIR("a", "b")};
	const struct part_pair broken[] = {PAIR("_", "{")};
	const struct part_pair list[] = {PAIR("_", "[1]")};
	e->params = (struct part_params){NULL, 0, packed, 1};
	fake_set(e, "p", "recipe", "slapos.cookbook:slapconfiguration.serialised");
	fake_run(e);
	assert_string_equal(fake_get(e, "configuration"),
		"!py!{'f': 1.0, 'l': [True, None, 'y'], 'n': 1, 't': 'x'}");
	assert_string_equal(fake_get(e, "configuration.n"), "!py!1");
	assert_string_equal(fake_get(e, "configuration.t"), "x");
	e->params = (struct part_params){NULL, 0, plain, 1};
	fake_run(e);
	assert_string_equal(fake_get(e, "configuration.a"), "b");
	e->params = (struct part_params){NULL, 0, list, 1};
	fake_run(e);
	assert_string_equal(fake_get(e, "configuration"), "!py![1]");
	e->params = (struct part_params){NULL, 0, broken, 1};
	assert_fails(fake_init(e), &e->err, "pyvalue.json");
}

static void publish_sends_the_public_options(void **state)
{
	struct fake_engine *e = *state;
	fake_set(e, "p", "recipe", "slapos.cookbook:publish");
	fake_set(e, "p", "url", "http://x/");
	fake_set(e, "p", "-extends", "q");
	fake_set(e, "q", "recipe", "slapos.cookbook:publish");
	fake_set(e, "q", "url", "shadowed");
	fake_set(e, "q", "user", "u");
	fake_set(e, "q", "secret", "s");
	fake_set(e, "q", "-publish", "url user");
	fake_set(e, "q", "-extends", "p");
	fake_run(e);
	assert_int_equal(e->n_published, 2);
	assert_span(e->published[0].key, "url");
	assert_span(e->published[0].value, "http://x/");
	assert_span(e->published[1].key, "user");
	e->n_published = 0;
	assert_done(fake_update(e), &e->err);
	assert_int_equal(e->n_published, 2);
	fake_set(e, "p", "recipe", "slapos.cookbook:publish.serialised");
	fake_run(e);
	assert_int_equal(e->n_published, 1);
	assert_span(e->published[0].key, "_");
	assert_span(e->published[0].value, "{\"url\": \"http://x/\", \"user\": \"u\"}");
	fake_set(e, "p", "-extends", "");
	fake_run(e);
	e->n_published = 0;
	assert_done(fake_update(e), &e->err);
	assert_int_equal(e->n_published, 0);
}

static void password_stays(void **state)
{
	struct fake_engine *e = *state;
	struct stat st;
	char *first;
	fake_set(e, "p", "recipe", "slapos.cookbook:generate.password");
	fake_set(e, "p", "storage-path", "pw");
	fake_run(e);
	first = strdup(fake_get(e, "passwd"));
	assert_int_equal(strlen(first), 16);
	assert_int_equal(e->n_installed, 0);
	assert_int_equal(stat(fake_path(e, "pw"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	/* a new run reads it */
	fake_set(e, "p", "passwd", "");
	fake_run(e);
	assert_string_equal(fake_get(e, "passwd"), first);
	/* the old plain form */
	fake_write(e, "pw", "plain\n", 0600);
	fake_set(e, "p", "passwd", "");
	fake_run(e);
	assert_string_equal(fake_get(e, "passwd"), "plain");
	/* an explicit one replaces what is stored */
	fake_set(e, "p", "passwd", "mine");
	fake_run(e);
	assert_string_equal(fake_read(e, "pw"), "{\"\": \"mine\"}");
	fake_set(e, "p", "create-once", "false");
	fake_run(e);
	assert_string_equal(e->installed[0], fake_path(e, "pw"));
	fake_set(e, "p", "bytes", "0");
	fake_set(e, "p", "passwd", "");
	assert_fails(fake_init(e), &e->err, "bytes");
	free(first);
}

static void free_port_is_kept(void **state)
{
	struct fake_engine *e = *state;
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const char *taken;
	assert_int_equal(bind(sock, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(sock, (struct sockaddr *)&at, &size), 0);
	taken = part_printf((struct part *)e, "%u", ntohs(at.sin_port));
	fake_set(e, "p", "recipe", "slapos.cookbook:free_port");
	fake_set(e, "p", "ip", "127.0.0.1");
	fake_set(e, "p", "minimum", taken);
	fake_set(e, "p", "maximum", "65535");
	fake_run(e);
	assert_string_not_equal(fake_get(e, "port"), taken);
	assert_string_not_equal(fake_get(e, "port"), "0");
	fake_set(e, "p", "maximum", taken);
	fake_run(e);
	assert_string_equal(fake_get(e, "port"), taken);
	fake_set(e, "p", "maximum", "");
	fake_set(e, "p", "ip", "nonsense");
	fake_run(e);
	assert_string_equal(fake_get(e, "port"), "0");
	fake_set(e, "buildout", "installed", ".installed.cfg");
	fake_write(e, ".installed.cfg", "[o]\nport = 1\n\n[p]\nip = x\nport = 4321\n", 0600);
	fake_run(e);
	assert_string_equal(fake_get(e, "port"), "4321");
	close(sock);
}

static void switch_runs_the_profile_of_the_type(void **state)
{
	struct fake_engine *e = *state;
	struct span value;
	fake_set(e, "p", "recipe", "slapos.cookbook:switch-softwaretype");
	fake_set(e, "p", "default", "a:rendered");
	fake_set(e, "p", "other", "b:rendered");
	fake_set(e, "a", "rendered", "/profile/a.cfg");
	fake_set(e, "b", "rendered", "/profile/b.cfg");
	assert_fails(fake_init(e), &e->err, "section");
	fake_set(e, "slap-configuration", "recipe", "slapos.cookbook:slapconfiguration");
	fake_set(e, "slap-configuration", "slap-software-type", "RootSoftwareInstance");
	fake_set(e, "slap-configuration", "configuration.x", "a $${b:c} \"$\"");
	fake_set(e, "slap-connection", "computer-id", "node${x}");
	fake_run(e);
	assert_string_equal(e->nested, "/profile/a.cfg");
	assert_done(
		part_section_get((struct part *)e, "nested", "buildout:installed", &value, &e->err),
		&e->err);
	assert_span(value, ".installed-p.cfg");
	assert_done(part_section_get((struct part *)e, "nested", "slap-connection:computer-id",
			    &value, &e->err),
		&e->err);
	assert_span(value, "node$${x}");
	fake_set(e, "slap-configuration", "slap-software-type", "other");
	fake_run(e);
	assert_string_equal(e->nested, "/profile/b.cfg");
	/* the inner end sets what the outer had */
	assert_done(part_section_get((struct part *)e, "nested",
			    "slap-configuration:-switch-softwaretype.noop", &value, &e->err),
		&e->err);
	assert_int_equal(span_index(value, '$'), -1);
	fake_set(e, "p", "recipe", "slapos.cookbook:switch-softwaretype.noop");
	fake_set(e, "p", "-switch-softwaretype.noop", value.ptr);
	fake_run(e);
	assert_string_equal(fake_get(e, "configuration.x"), "a $${b:c} \"$\"");
	assert_string_equal(fake_get(e, "slap-software-type"), "other");
	fake_set(e, "p", "recipe", "slapos.cookbook:switch-softwaretype");
	fake_set(e, "slap-configuration", "slap-software-type", "recipe");
	assert_fails(fake_init(e), &e->err, "section");
	fake_set(e, "slap-configuration", "slap-software-type", "other");
	fake_set(e, "p", "other", "/profile/b.cfg");
	assert_fails(fake_init(e), &e->err, "other");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(slapconfiguration_sets_options),
		TEST(slapconfiguration_unwraps_json),
		TEST(publish_sends_the_public_options),
		TEST(password_stays),
		TEST(free_port_is_kept),
		TEST(switch_runs_the_profile_of_the_type),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
