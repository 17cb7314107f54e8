/* SPDX-License-Identifier: Apache-2.0 */
/* recipe.h: a buildout inside a part of another one. */
#include "base/mem.h"
#include "engine/diag.h"
#include "engine/limit.h"
#include "engine/part.h"

/*
 * In this process and with this broker, as slapos does it: the inner run has its own configuration,
 * state file and journal; its diagnostics go out as they are, and the outer part fails with one
 * sentence.
 */
static void report(struct engine *inner)
{
	const struct engine_host *host = &inner->request->host;
	const struct diags *diags = &inner->config.diags;

	for (size_t i = 0; host->diag && i < diags->v.n; i++) {
		scoped_str struct str text = STR_INIT;

		diag_render(&diags->v.items[i], &inner->config.sources, &text);
		host->diag(host->context, str_span(&text));
	}
}

static int run(struct engine *inner, const struct engine_request *request, struct err *err)
{
	if (engine_init(inner, request, err) < 0)
		return -1;
	if (engine_load(inner, err) < 0 || engine_configure(inner, err) < 0 ||
		engine_construct(inner, err) < 0)
		return -1;
	return engine_install(inner, err);
}

int part_nested(struct part *part, const char *profile, const struct part_override *rows, size_t n,
	struct err *err)
{
	struct engine_request request = *part->engine->request;
	const struct span path = span_str(profile);
	scoped_free struct engine_assignment *assignments = mem_array(n, sizeof(*assignments));
	scoped_free struct engine *inner = mem_array(1, sizeof(*inner));
	int status;

	if (!assignments || !inner)
		return config_oom(err);
	if (++request.depth > LIMIT_NESTED_DEPTH)
		return err_set(err, ERR_LIMIT, 0, "part.nested",
			"buildouts nested more than %d deep (LIMIT_NESTED_DEPTH)",
			LIMIT_NESTED_DEPTH);
	for (size_t i = 0; i < n; i++)
		assignments[i] = (struct engine_assignment){
			.section = rows[i].section, .key = rows[i].key, .value = rows[i].value};
	request.profiles = &path;
	request.n_profiles = 1;
	request.assignments = assignments;
	request.n_assignments = n;
	request.n_names = 0;
	status = run(inner, &request, err);
	if (status < 0) {
		report(inner);
		err_wrap(err, "nested buildout of '%s'", profile);
	}
	engine_done(inner);
	return status;
}
