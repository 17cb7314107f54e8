/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's own command lines: few long options, written by the node agent rather than people. */
#include "engine/args.h"

#include "engine/extend.h"

#include "engine/extend.h"

void args_done(struct args *args)
{
	vec_done(&args->assignments);
}

int args_assignment(struct span text, struct engine_assignment *ret, struct err *err)
{
	ptrdiff_t equals = span_index(text, '=');
	struct span left;
	ptrdiff_t colon;

	if (equals <= 0)
		return err_set(err, ERR_INPUT, 0, "usage.value",
			"'%.*s' is not section:option=value", SPAN_ARG(text));
	left = span_first(text, (size_t)equals);
	colon = span_index(left, ':');
	*ret = (struct engine_assignment){
		.section = colon < 0 ? (struct span)SPAN("buildout")
				     : span_trim(span_first(left, (size_t)colon)),
		.key = span_trim(span_from(left, (size_t)(colon + 1))),
		.value = span_trim(span_from(text, (size_t)equals + 1)),
	};
	if (ret->section.len == 0 || ret->key.len == 0)
		return err_set(err, ERR_INPUT, 0, "usage.value",
			"'%.*s' is not section:option=value", SPAN_ARG(text));
	return 0;
}

static int add_assignment(struct args *args, const char *value, struct err *err)
{
	struct engine_assignment assignment;

	if (args_assignment(span_str(value), &assignment, err) < 0)
		return -1;
	if (!vec_push(&args->assignments, assignment))
		return config_oom(err);
	return 0;
}

static int take_value(struct args *args, const char *name, const char *value, struct err *err)
{
	if (!value)
		return err_set(err, ERR_INPUT, 0, "usage.value", "'%s' needs a value", name);
	if (strcmp(name, "--option") == 0)
		return add_assignment(args, value, err);
	if (strcmp(name, "--jobs") == 0) {
		if (!span_parse_u64(span_str(value), &args->jobs) || args->jobs > 1024)
			return err_set(err, ERR_INPUT, 0, "usage.value",
				"'%s' is no number of jobs", value);
		return 0;
	}
	if (strcmp(name, "--profile") == 0 && extend_is_url(span_str(value))) {
		args->profile = value;
		return 0;
	}
	if (value[0] != '/' && (strcmp(name, "--profile") != 0 || !extend_is_url(span_str(value))))
		return err_set(err, ERR_INPUT, 0, "usage.value", "'%s %s': not an absolute path",
			name, value);
	if (strcmp(name, "--directory") == 0)
		args->directory = value;
	else if (strcmp(name, "--software") == 0)
		args->software = value;
	else
		args->profile = value;
	return 0;
}

int args_parse(int argc, char **argv, struct args *ret, struct err *err)
{
	static const char *const with_value[] = {
		"--directory", "--profile", "--software", "--option", "--jobs"};

	*ret = (struct args){.assignments = VEC_INIT};
	for (int i = 0; i < argc; i++) {
		bool has_value = false;

		if (strcmp(argv[i], "--no-broker") == 0) {
			ret->no_broker = true;
			continue;
		}
		for (size_t k = 0; k < sizeof(with_value) / sizeof(with_value[0]); k++)
			has_value = has_value || strcmp(argv[i], with_value[k]) == 0;
		if (!has_value)
			return err_set(
				err, ERR_INPUT, 0, "usage.option", "unknown option '%s'", argv[i]);
		if (take_value(ret, argv[i], i + 1 < argc ? argv[i + 1] : NULL, err) < 0)
			return -1;
		i++;
	}
	if (!ret->directory)
		return err_set(err, ERR_INPUT, 0, "usage.option", "--directory is needed");
	return 0;
}
