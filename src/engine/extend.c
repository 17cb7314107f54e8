/* SPDX-License-Identifier: Apache-2.0 */
/* The extends graph: which files, in which order, merged into one configuration. */
#include "engine/extend.h"

#include "base/path.h"
#include "engine/fetch.h"
#include "engine/limit.h"
#include "engine/merge.h"
#include "engine/parse.h"

struct loader {
	struct config *config;
	const struct cond_env *env;
	struct fetch *fetch;
	struct map visited; /* normal path -> index of its source */
	size_t n_roots;
	size_t total_bytes;
	struct {
		uint32_t file;
	} stack[LIMIT_EXTENDS_DEPTH];
	size_t depth;
};

/* What one `extends` names, where it is written. */
struct edge {
	struct span path;
	uint32_t by_file;
	struct where where; /* line 0: a root */
};

bool extend_is_url(struct span name)
{
	size_t n = 0;

	while (n < name.len && (name.ptr[n] == '+' || name.ptr[n] == '-' || name.ptr[n] == '.' ||
				       (name.ptr[n] >= '0' && name.ptr[n] <= '9') ||
				       (name.ptr[n] >= 'A' && name.ptr[n] <= 'Z') ||
				       (name.ptr[n] >= 'a' && name.ptr[n] <= 'z')))
		n++;
	return n > 0 && span_starts(span_from(name, n), "://");
}

/* scheme://authority of a URL. */
static struct span url_root(struct span url)
{
	size_t n = (size_t)span_find(url, (struct span)SPAN("://")) + 3;

	while (n < url.len && url.ptr[n] != '/')
		n++;
	return span_first(url, n);
}

/* Normalise the path of a URL by text; its scheme, authority and query stay. */
static void add_url(struct str *out, struct span url)
{
	struct span root = url_root(url);
	struct span path = span_from(url, root.len);
	size_t n = 0;

	while (n < path.len && path.ptr[n] != '?' && path.ptr[n] != '#')
		n++;
	str_add(out, root);
	if (n > 0) {
		scoped_str struct str normal = STR_INIT;

		path_normalise(&normal, span_first(path, n));
		str_add(out, str_span(&normal));
	}
	str_add(out, span_from(path, n));
}

int extend_resolve(struct config *config, struct span base, struct span name, struct span *ret_path,
	struct err *err)
{
	scoped_str struct str whole = STR_INIT;
	scoped_str struct str normal = STR_INIT;
	bool is_local = span_starts(name, "/");

	if (!is_local && !extend_is_url(name)) {
		str_add(&whole, base);
		str_addc(&whole, '/');
	}
	str_add(&whole, name);
	if (extend_is_url(str_span(&whole)))
		add_url(&normal, str_span(&whole));
	else
		path_normalise(&normal, str_span(&whole));
	if (str_check(&normal, err) < 0)
		return -1;
	*ret_path = arena_span(&config->arena, str_span(&normal));
	return ret_path->ptr ? 0 : config_oom(err);
}

/* Directory of a path or URL, without the slash. */
static struct span base_of(struct span path)
{
	size_t n = path.len;

	while (n > 0 && path.ptr[n - 1] != '/')
		n--;
	return span_first(path, n > 1 ? n - 1 : n);
}

/* ---- reading ---- */

static int edge_error(struct loader *l, const struct edge *edge, struct err *cause, struct err *err)
{
	struct diags *diags = &l->config->diags;

	(void)diag_error(diags, err, "E0201", edge->where, "cannot open profile '%.*s'",
		SPAN_ARG(edge->path));
	diag_note(diags, (struct where){0}, "%s%s%s", cause->text, cause->num ? ": " : "",
		cause->num ? strerrordesc_np(cause->num) : "");
	if (cause->num == ENOENT && !extend_is_url(edge->path))
		diag_help(diags,
			"a build sees the git tree, or the directory, of its profile; --root "
			"names another");
	if (edge->where.line == 0)
		diag_upstream(diags, "Couldn't open %.*s", SPAN_ARG(edge->path));
	return -1;
}

static int read_source(
	struct loader *l, const struct edge *edge, struct str *ret_text, struct err *err)
{
	struct fetch_request request = {.url = edge->path};
	scoped_fd_file file = FD_INIT;
	struct err cause = ERR_INIT;

	if (fetch_open(l->fetch, &request, &file, &cause) < 0 ||
		fd_read_all(file, LIMIT_FILE_BYTES, ret_text, &cause) < 0)
		return edge_error(l, edge, &cause, err);
	l->total_bytes += ret_text->len;
	if (l->total_bytes > LIMIT_TOTAL_FILE_BYTES)
		return err_set(err, ERR_LIMIT, 0, "extend.bytes",
			"profiles of more than %zu bytes in all (LIMIT_TOTAL_FILE_BYTES)",
			LIMIT_TOTAL_FILE_BYTES);
	return 0;
}

static int open_source(
	struct loader *l, const struct edge *edge, uint32_t *ret_file, struct err *err)
{
	scoped_str struct str text = STR_INIT_LIMIT(LIMIT_FILE_BYTES + 1);
	struct source source = {
		.path = edge->path,
		.base = base_of(edge->path),
		.by_file = edge->by_file,
		.by_line = edge->where.line,
		.by_col = edge->where.col,
	};
	struct err why = ERR_INIT;
	uint32_t line;

	if (read_source(l, edge, &text, err) < 0)
		return -1;
	if (text.len > 0 && source_normalise(text.ptr, &text.len, &line, &why) < 0) {
		if (sources_add(&l->config->sources, &source, ret_file, err) < 0)
			return -1;
		return diag_error(&l->config->diags, err, why.kind == ERR_LIMIT ? "E0501" : "E0103",
			(struct where){.file = *ret_file, .line = line}, "%s", why.text);
	}
	source.text = arena_span(&l->config->arena, str_span(&text));
	if (!source.text.ptr)
		return config_oom(err);
	return sources_add(&l->config->sources, &source, ret_file, err);
}

/* ---- the graph ---- */

static int visit(struct loader *l, const struct edge *edge, struct err *err);

static int cycle_error(struct loader *l, const struct edge *edge, struct err *err)
{
	struct diags *diags = &l->config->diags;
	const struct source *sources = l->config->sources.v.items;
	scoped_str struct str stack = STR_INIT;

	(void)diag_error(
		diags, err, "E0202", edge->where, "'%.*s' extends itself", SPAN_ARG(edge->path));
	for (size_t i = 0; i < l->depth; i++) {
		const struct source *source = &sources[l->stack[i].file];

		str_addf(&stack, "%s'%.*s'", i ? ", " : "", SPAN_ARG(source->path));
		if (i > 0)
			diag_note(diags,
				(struct where){.file = source->by_file,
					.line = source->by_line,
					.col = source->by_col},
				"extends '%.*s'", SPAN_ARG(source->path));
	}
	diag_upstream(
		diags, "Recursive file include [%s] %.*s", str_cstr(&stack), SPAN_ARG(edge->path));
	return -1;
}

/* Follow each word of the `extends` option. */
static int visit_words(
	struct loader *l, uint32_t file, const struct option *extends, struct err *err)
{
	struct span text = extends->value->text;
	struct span rest = text;
	struct span word;

	while (span_word(&rest, &word)) {
		struct edge edge = {.by_file = file};

		edge.where = parse_locate(&l->config->sources, extends->value->file,
			extends->value->line, (uint32_t)(word.ptr - text.ptr), (uint32_t)word.len);
		if (extend_resolve(l->config, l->config->sources.v.items[file].base, word,
			    &edge.path, err) < 0 ||
			visit(l, &edge, err) < 0)
			return -1;
	}
	return 0;
}

static int visit_extends(struct loader *l, uint32_t file, struct parsed *parsed, struct err *err)
{
	struct parsed_section *buildout = parsed_find(parsed, (struct span)SPAN("buildout"));
	struct option *option;

	if (!buildout)
		return 0;
	option = options_find_name(l->config, &buildout->options, (struct span)SPAN("extended-by"));
	if (option) {
		struct span path = l->config->sources.v.items[file].path;

		(void)diag_error(&l->config->diags, err, "E0203", option_where(l->config, option),
			"`extended-by` is no longer supported");
		diag_upstream(&l->config->diags,
			"No-longer supported \"extended-by\" option found in %.*s.",
			SPAN_ARG(path));
		return -1;
	}
	option = options_find_name(l->config, &buildout->options, (struct span)SPAN("extends"));
	if (!option)
		return 0;
	option->flags |= OPTION_REMOVED;
	return visit_words(l, file, option, err);
}

int extend_merge(struct config *config, const struct parsed *parsed, uint32_t file, bool is_alone,
	struct err *err)
{
	for (const struct parsed_section *from = parsed->first; from; from = from->next) {
		struct span name = config_name(config, from->name);
		struct section *section = config_section_find(config, name);
		bool is_new = !section;
		int status;

		if (is_new && config_section_add(config, name, &section, err) < 0)
			return -1;
		if (is_new && is_alone) {
			status = merge_copy(config, &section->raw, &from->options, err);
		} else {
			status = merge_options(config, &section->raw, &from->options, err);
		}
		if (status < 0 || config_section_place(config, section, file, from->line, err) < 0)
			return -1;
	}
	return 0;
}

static int visit_file(struct loader *l, uint32_t file, struct err *err)
{
	scoped(parsed_done) struct parsed parsed = PARSED_INIT;

	if (parse_file(l->config, l->env, file, &parsed, err) < 0)
		return -1;
	l->stack[l->depth++].file = file;
	if (visit_extends(l, file, &parsed, err) < 0)
		return -1;
	l->depth--;
	return extend_merge(l->config, &parsed, file, l->visited.n == 1 && l->n_roots == 1, err);
}

static int visit(struct loader *l, const struct edge *edge, struct err *err)
{
	uint32_t file;

	if (map_find(&l->visited, edge->path, &file)) {
		for (size_t i = 0; i < l->depth; i++)
			if (l->stack[i].file == file)
				return cycle_error(l, edge, err);
		return 0;
	}
	if (l->depth >= LIMIT_EXTENDS_DEPTH)
		return diag_error(&l->config->diags, err, "E0502", edge->where,
			"extends nested more than %d deep (LIMIT_EXTENDS_DEPTH)",
			LIMIT_EXTENDS_DEPTH);
	if (open_source(l, edge, &file, err) < 0)
		return -1;
	if (!map_put(&l->visited, edge->path, file))
		return config_oom(err);
	return visit_file(l, file, err);
}

int extend_load(struct config *config, const struct cond_env *env, struct fetch *fetch,
	const struct span *roots, size_t n_roots, struct err *err)
{
	struct loader loader = {.config = config,
		.env = env,
		.fetch = fetch,
		.visited = MAP_INIT,
		.n_roots = n_roots};
	int status = 0;

	for (size_t i = 0; i < n_roots && status == 0; i++) {
		struct edge edge = {.by_file = SOURCE_COMMAND_LINE};

		status = extend_resolve(config, (struct span)SPAN("/"), roots[i], &edge.path, err);
		if (status == 0)
			status = visit(&loader, &edge, err);
	}
	map_done(&loader.visited);
	return status;
}
