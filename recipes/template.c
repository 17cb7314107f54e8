/* SPDX-License-Identifier: Apache-2.0 */
/* slapos.recipe.template and collective.recipe.template. */
#include "base/path.h"
#include "base/str.h"
#include "engine/recipe.h"
#include "recipes/option.h"
#include "recipes/output.h"
#include "recipes/source.h"
#include "recipes/table.h"

/*
 * The text is fetched and resolved in init, so that what it refers to is initialised and installed
 * before; install writes it. An update writes again only where the text may have changed: not with
 * a checksum.
 */
enum { LIMIT_TEMPLATE_BYTES = 16 << 20 };

struct template
{
	struct span text; /* resolved */
	const char *output;
	int mode;
	bool is_checked;
};

static struct template *new_template(struct part *part)
{
	struct template *t = part_alloc(part, sizeof(*t));
	*(struct template **)part_state(part) = t;
	return t;
}

static const struct template *get_template(struct part *part)
{
	return *(struct template **)part_state(part);
}

static int read_file(
	struct part *part, const char *key, struct fd_file file, struct span *ret, struct err *err)
{
	scoped_str struct str text = STR_INIT_LIMIT(LIMIT_TEMPLATE_BYTES + 32768);
	struct err cause = ERR_INIT;
	if (fd_read_all(file, LIMIT_TEMPLATE_BYTES, &text, &cause) < 0)
		return option_fail(part, key, &cause, err);
	*ret = part_span(part, text.len ? str_span(&text) : span_str(""));
	return ret->ptr ? 0 : option_no_memory(err);
}

/* Newlines at the start of an inline text come from writing it below the option's name. */
static struct span without_leading_newlines(struct span text)
{
	while (text.len && (text.ptr[0] == '\n' || text.ptr[0] == '\r'))
		text = span_from(text, 1);
	return text;
}

static int substitute(
	struct part *part, struct template *t, struct span raw, struct span origin, struct err *err)
{
	origin = part_span(part, origin);
	if (!origin.ptr)
		return option_no_memory(err);
	return part_substitute(part, raw, origin.ptr, &t->text, err);
}

static int init_output(struct part *part, struct template *t, struct err *err)
{
	struct span output;
	if (part_get(part, "output", &output, err) < 0 ||
		option_mode(part, "mode", &t->mode, err) < 0)
		return -1;
	if (span_trim(output).len == 0)
		return part_error_at(part, "output", err,
			"option 'output' is empty; give the path of the file to write");
	t->output = part_path(part, span_trim(output));
	return t->output ? 0 : option_no_memory(err);
}

static int init_url(struct part *part, struct template *t, struct err *err)
{
	scoped_fd_file file = FD_INIT;
	struct checksums sums;
	struct span url;
	struct span raw;
	if (part_get(part, "url", &url, err) < 0 || option_checksums(part, &sums, err) < 0)
		return -1;
	url = span_trim(url);
	t->is_checked = checksums_has_any(&sums);
	if (source_fetch(part, "url", url, &sums, &file, err) < 0 ||
		read_file(part, "url", file, &raw, err) < 0)
		return -1;
	return substitute(part, t, raw, url, err);
}

/*
 * The engine resolves an option before a recipe sees it: the references of an inline text are
 * resolved already, and resolving them again would resolve what $${ protects.
 */
static int init_inline(struct part *part, struct template *t, struct err *err)
{
	struct span text;
	if (part_get(part, "inline", &text, err) < 0)
		return -1;
	t->text = without_leading_newlines(text);
	return 0;
}

int template_init(struct part *part, struct err *err)
{
	struct template *t = new_template(part);
	bool has_url = part_has(part, "url");
	if (!t)
		return option_no_memory(err);
	if (has_url == part_has(part, "inline"))
		return part_error_at(part, has_url ? "inline" : NULL, err,
			has_url ? "options 'url' and 'inline' exclude each other; remove one"
				: "the part needs option 'url' or 'inline', the text to write");
	if (init_output(part, t, err) < 0)
		return -1;
	return has_url ? init_url(part, t, err) : init_inline(part, t, err);
}

int template_install(struct part *part, struct err *err)
{
	const struct template *t = get_template(part);
	if (output_mkdirs_of(t->output, err) < 0 ||
		output_install(part, t->output, t->text, t->mode, err) < 0)
		return err_wrap(err, "part '%s'", part_name(part));
	return 0;
}

int template_update(struct part *part, struct err *err)
{
	return get_template(part)->is_checked ? 0 : template_install(part, err);
}

/* collective.recipe.template: `input` is a path, or "inline:" and the text. */
int collective_init(struct part *part, struct err *err)
{
	struct template *t = new_template(part);
	scoped_fd_file file = FD_INIT;
	struct checksums none = {0};
	struct span input;
	struct span raw;
	if (!t)
		return option_no_memory(err);
	if (init_output(part, t, err) < 0 || part_get(part, "input", &input, err) < 0)
		return -1;
	if (span_starts(span_trim(input), "inline:")) {
		input = span_from(input, (size_t)span_find(input, span_str("inline:")) + 7);
		t->text = without_leading_newlines(input);
		return 0;
	}
	if (source_fetch(part, "input", span_trim(input), &none, &file, err) < 0 ||
		read_file(part, "input", file, &raw, err) < 0)
		return -1;
	return substitute(part, t, raw, span_trim(input), err);
}
