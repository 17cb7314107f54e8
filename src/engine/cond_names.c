/* SPDX-License-Identifier: Apache-2.0 */
/* The names that section conditions know: flags and texts of platform and interpreter. */
#include "engine/cond_names.h"

#include "base/bug.h"

void cond_texts_init(const struct cond_env *env, struct cond_texts *ret)
{
	(void)snprintf(ret->version, sizeof(ret->version), "%u.%u", env->python[0], env->python[1]);
	(void)snprintf(ret->full_version, sizeof(ret->full_version), "%u.%u.%u", env->python[0],
		env->python[1], env->python[2]);
}

static struct cond_value from_bool(bool value)
{
	return (struct cond_value){.type = COND_BOOL, .number = value};
}

static struct cond_value from_text(enum cond_type type, const char *text)
{
	return (struct cond_value){.type = type, .text = span_str(text)};
}

/* Modes of os.access(). */
static bool find_mode(struct span name, struct cond_value *ret)
{
	static const struct {
		const char *name;
		int64_t value;
	} rows[] = {{"os.F_OK", 0}, {"os.X_OK", 1}, {"os.W_OK", 2}, {"os.R_OK", 4}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (span_is(name, rows[i].name)) {
			*ret = (struct cond_value){.type = COND_INT, .number = rows[i].value};
			return true;
		}
	return false;
}

static bool find_flag(const struct cond_env *env, struct span name, struct cond_value *ret)
{
	static const struct {
		const char *name;
		bool value;
	} rows[] = {
		{"True", true},
		{"False", false},
		{"linux", true},
		{"posix", true},
		{"windows", false},
		{"cygwin", false},
		{"solaris", false},
		{"macosx", false},
		{"cpython", true},
		{"pypy", false},
		{"jython", false},
		{"ironpython", false},
		{"bits32", sizeof(void *) == 4},
		{"bits64", sizeof(void *) == 8},
		{"little_endian", __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__},
		{"big_endian", __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__},
	};
	char version[32];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (span_is(name, rows[i].name)) {
			*ret = from_bool(rows[i].value);
			return true;
		}
	if (!span_starts(name, "python") || name.len < 7 || name.ptr[6] < '0' || name.ptr[6] > '9')
		return false;
	(void)snprintf(version, sizeof(version), "python%u%u", env->python[0], env->python[1]);
	*ret = from_bool(name.len == 7 ? (uint32_t)(name.ptr[6] - '0') == env->python[0]
				       : span_is(name, version));
	return true;
}

bool cond_name(const struct cond_env *env, struct span name, const struct cond_texts *texts,
	struct cond_value *ret)
{
	const struct {
		const char *name;
		enum cond_type type;
		const char *value;
	} rows[] = {
		{"python_version", COND_VERSION, texts->version},
		{"python_full_version", COND_VERSION, texts->full_version},
		{"implementation_version", COND_VERSION, texts->full_version},
		{"os_name", COND_STR, "posix"},
		{"sys_platform", COND_STR, "linux"},
		{"platform_system", COND_STR, "Linux"},
		{"platform_machine", COND_STR, env->machine},
		{"platform_release", COND_STR, env->release},
		{"platform_python_implementation", COND_STR, "CPython"},
		{"implementation_name", COND_STR, "cpython"},
		{"extra", COND_STR, ""},
		{"sys.platform", COND_STR, "linux"},
		{"sys.byteorder", COND_STR,
			__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "little" : "big"},
		{"os.name", COND_STR, "posix"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (span_is(name, rows[i].name)) {
			*ret = from_text(rows[i].type, rows[i].value);
			return true;
		}
	return find_mode(name, ret) || find_flag(env, name, ret);
}

/* platform.machine() and the like. */
bool cond_call(const struct cond_env *env, struct span name, const struct cond_texts *texts,
	struct cond_value *ret)
{
	const struct {
		const char *name;
		const char *value;
	} rows[] = {
		{"platform.machine", env->machine},
		{"platform.processor", ""},
		{"platform.system", "Linux"},
		{"platform.release", env->release},
		{"platform.python_version", texts->full_version},
		{"platform.python_implementation", "CPython"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (span_is(name, rows[i].name)) {
			*ret = from_text(COND_STR, rows[i].value);
			return true;
		}
	return false;
}
