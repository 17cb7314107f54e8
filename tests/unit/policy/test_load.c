/* SPDX-License-Identifier: Apache-2.0 */
/* Policy files: what is read, and the position of every mistake. */
#include "policy/load.h"

#include <jansson.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/bug.h"
#include "base/str.h"
#include "tests/unit/test.h"

#define HEAD                                                                                       \
	"{\"version\": 1, \"name\": \"t\", \"summary\": \"s\",\n"                                  \
	"\"namespaces\": [\"user\", \"mount\", \"pid\", \"net\", \"ipc\", \"uts\", \"cgroup\"],\n"
#define BODY                                                                                       \
	"\"proc\": \"pid\", \"net\": \"none\", \"seccomp\": \"base\", \"landlock\": {\"abi\": "    \
	"2},\n"
#define LIMITS "\"limits\": {\"memory\": \"64M\", \"pids\": 7, \"cpu\": 1.5},\n"
#define TMPFS                                                                                      \
	"\"tmpfs\": {\"/tmp\": {\"size\": \"1M\", \"inodes\": 9, \"exec\": true},\n"               \
	"\"/run\": {\"size\": 4096, \"inodes\": 1}, \"/dev/shm\": {\"size\": \"2K\", "             \
	"\"inodes\": 1}},\n"
#define RLIMITS "\"rlimits\": {\"nofile\": [16, \"1K\"], \"core\": [0, \"unlimited\"]},\n"
#define ENV     "\"env\": {\"set\": {\"A\": \"1\", \"B\": \"\"}, \"pass\": [\"TERM\"]},\n"
#define TAIL    "\"optional\": [\"landlock.net\", \"tmpfs.noswap\"]}"
#define WHOLE   HEAD BODY LIMITS TMPFS RLIMITS ENV TAIL

static void test_reads_every_key(void **state)
{
	(void)state;
	struct policy p;
	struct err err = ERR_INIT;
	size_t at = 0;
	assert_int_equal(policy_load("t.json", span_str(WHOLE), &p, &err), 0);
	assert_string_equal(p.name, "t");
	assert_string_equal(p.seccomp, "base");
	assert_int_equal(p.namespaces, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
					       CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP);
	assert_int_equal(p.proc, POLICY_PROC_PID);
	assert_int_equal(p.net, POLICY_NET_NONE);
	assert_int_equal(p.landlock_abi, 2);
	assert_int_equal(p.memory_bytes, 64 << 20);
	assert_int_equal(p.n_pids, 7);
	assert_int_equal(p.cpu_milli, 1500);
	assert_int_equal(p.tmp.size_bytes, 1 << 20);
	assert_int_equal(p.tmp.is_exec, 1);
	assert_int_equal(p.run.size_bytes, 4096);
	assert_int_equal(p.shm.size_bytes, 2048);
	assert_int_equal(p.shm.is_exec, 0);
	assert_int_equal(p.n_rlimits, 2);
	assert_int_equal(p.rlimits[0].resource, RLIMIT_NOFILE);
	assert_int_equal(p.rlimits[0].soft, 16);
	assert_int_equal(p.rlimits[0].hard, 1024);
	assert_true(p.rlimits[1].hard == UINT64_MAX);
	assert_int_equal(p.n_env, 2);
	assert_string_equal(policy_next(p.env, sizeof(p.env), &at), "A=1");
	assert_string_equal(policy_next(p.env, sizeof(p.env), &at), "B=");
	assert_null(policy_next(p.env, sizeof(p.env), &at));
	assert_string_equal(p.env_pass, "TERM");
	assert_int_equal(p.optional, POLICY_OPT_LANDLOCK_NET | POLICY_OPT_TMPFS_NOSWAP);
}

/* Replace `from` in the whole policy by `to`; the message must contain each of the texts. */
static void mistake(const char *from, const char *to, const char *where, const char *what)
{
	struct policy p;
	struct err err = ERR_INIT;
	struct span whole = span_str(WHOLE);
	scoped_str struct str text = STR_INIT;
	ptrdiff_t at = span_find(whole, span_str(from));
	assert_true(at >= 0);
	str_add(&text, span_first(whole, (size_t)at));
	str_adds(&text, to);
	str_add(&text, span_from(whole, (size_t)at + strlen(from)));
	if (policy_load("t.json", str_span(&text), &p, &err) == 0)
		fail_msg("accepted: %s", to);
	if (!strstr(err.text, where) || !strstr(err.text, what))
		fail_msg("'%s' lacks '%s' or '%s'", err.text, where, what);
	assert_int_equal(err.kind, ERR_INPUT);
}

static void test_mistakes(void **state)
{
	(void)state;
	static const struct {
		const char *from;
		const char *to;
		const char *where;
		const char *what;
	} rows[] = {
		{"\"proc\"", "\"prco\"", "t.json:3:1", "did you mean 'proc'"},
		{"\"abi\": 2", "\"abi\": 2, \"abl\": 3", "t.json:3:73", "did you mean 'abi'"},
		{"\"abi\": 2", "", "t.json:3:", "'abi' is missing"},
		{"\"version\": 1", "\"version\": 2", "t.json:1:2", "from 1 to 1"},
		{"\"proc\": \"pid\"", "\"proc\": \"pidd\"", "t.json:3:1", "did you mean 'pid'"},
		{"\"user\"", "\"usr\"", "t.json:2:16", "did you mean 'user'"},
		{"\"user\", ", "", "t.json:1:1", "has the namespaces"},
		{"\"pids\": 7", "\"pids\": 0", "t.json:4:", "from 1"},
		{"\"pids\": 7", "\"pids\": \"7\"", "t.json:4:", "must be an integer"},
		{"\"64M\"", "\"64X\"", "t.json:4:", "must be a size"},
		{"\"64M\"", "-1", "t.json:4:", "must be a size"},
		{"\"64M\"", "\"9223372036854775807G\"", "t.json:4:", "must be a size"},
		{"1.5", "0", "t.json:4:", "0.01"},
		{"\"/tmp\"", "\"/tpm\"", "t.json:5:", "did you mean '/tmp'"},
		{"\"size\": \"1M\"", "\"size\": 0", "t.json:5:", "has a size"},
		{"[16,", "[2048,", "t.json:7:", "above the hard"},
		{"[16,", "[16, 17,", "t.json:7:", "[soft, hard]"},
		{"\"nofile\"", "\"nofiles\"", "t.json:7:", "did you mean 'nofile'"},
		{"\"A\":", "\"A=\":", "t.json:8:", "made of"},
		{"\"A\": \"1\"", "\"A\": 1", "t.json:8:", "is a string"},
		{"\"A\": \"1\"", "\"A\": \"\\u0000\"", "t.json:", ""},
		{"\"TERM\"", "\"1TERM\"", "t.json:8:", "made of"},
		{"\"landlock.net\"", "\"landlock.nte\"",
			"t.json:9:", "did you mean 'landlock.net'"},
		{"\"name\": \"t\"", "\"name\": \"../t\"", "t.json:1:", "made of"},
		{"\"name\": \"t\"", "\"name\": \"\"", "t.json:1:", "empty"},
		{"\"base\"", "\"-x\"", "t.json:3:", "begins with"},
		{"\"net\": \"none\"", "\"net\": \"host\"", "t.json:1:1", "without namespaces"},
		{"\"name\": \"t\"", "\"name\": \"t\", \"name\": \"u\"", "t.json:1:", "duplicate"},
		{"\"proc\"", "proc", "t.json:3:", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		mistake(rows[i].from, rows[i].to, rows[i].where, rows[i].what);
}

static void test_name_limit(void **state)
{
	(void)state;
	mistake("\"name\": \"t\"", "\"name\": \"abcdefghijklmnopqrstuvwxyzabcdef\"",
		"t.json:1:", "shorter than 32");
}

static void test_env_limit(void **state)
{
	(void)state;
	struct policy p;
	struct err err = ERR_INIT;
	scoped_str struct str text = STR_INIT;
	str_adds(&text, HEAD BODY LIMITS TMPFS RLIMITS "\"env\": {\"set\": {\"A\": \"");
	/* "A=" + value + NUL, and one byte for the NUL that ends the block. */
	for (size_t i = 0; i < LIMIT_POLICY_ENV - 4; i++)
		str_addc(&text, 'x');
	str_adds(&text, "\"}},\n" TAIL);
	assert_int_equal(policy_load("t.json", str_span(&text), &p, &err), 0);
	str_cut(&text, 0);
	str_adds(&text, HEAD BODY LIMITS TMPFS RLIMITS "\"env\": {\"set\": {\"A\": \"");
	for (size_t i = 0; i < LIMIT_POLICY_ENV - 3; i++)
		str_addc(&text, 'x');
	str_adds(&text, "\"}},\n" TAIL);
	assert_int_equal(policy_load("t.json", str_span(&text), &p, &err), -1);
	assert_non_null(strstr(err.text, "above 2048 bytes"));
}

static void test_not_an_object(void **state)
{
	(void)state;
	struct policy p;
	static const char *const texts[] = {"", "[]", "{", "1", "null", "\xff", "{}x"};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct err err = ERR_INIT;
		assert_int_equal(policy_load("t.json", span_str(texts[i]), &p, &err), -1);
		assert_string_equal(err.step, "policy.syntax");
	}
}

/* Every property of the schema is a key that the loader knows, and the other way round. */
static void test_schema_has_the_same_keys(void **state)
{
	(void)state;
	const char *key;
	json_t *row;
	size_t n = 0;
	json_error_t at;
	json_t *root = json_load_file(POLICY_SOURCE "/schema/policy.schema.json", 0, &at);
	assert_non_null(root);
	json_object_foreach(json_object_get(root, "properties"), key, row)
	{
		struct policy p;
		struct err err = ERR_INIT;
		scoped_str struct str text = STR_INIT;
		str_addf(&text, "{\"%s\": null}", key);
		assert_int_equal(policy_load("t.json", str_span(&text), &p, &err), -1);
		assert_null(strstr(err.text, "unknown key"));
		n++;
	}
	assert_int_equal(n, 16);
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_every_key),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_name_limit),
		cmocka_unit_test(test_env_limit),
		cmocka_unit_test(test_not_an_object),
		cmocka_unit_test(test_schema_has_the_same_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
