/* SPDX-License-Identifier: Apache-2.0 */
/* Where a part lives: its own directory of the buildout, or a shared one named by its options. */
#include "recipes/location.h"

#include <fts.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "engine/recipe.h"
#include "recipes/option.h"
#include "recipes/output.h"

#define MARKER       ".buildout-shared.json"
#define PROFILE_BASE "_profile_base_location_"

static void json_string(struct str *ret, struct span text)
{
	static const char hex[] = "0123456789abcdef";
	static const char from[] = "\"\\\n\r\t\b\f";
	static const char to[] = "\"\\nrtbf";
	str_addc(ret, '"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		const char *known = c ? strchr(from, c) : NULL;
		if (known) {
			str_addc(ret, '\\');
			str_addc(ret, to[known - from]);
		} else if (c < 0x20) {
			str_adds(ret, "\\u00");
			str_addc(ret, hex[c >> 4]);
			str_addc(ret, hex[c & 15]);
		} else {
			str_addc(ret, (char)c);
		}
	}
	str_addc(ret, '"');
}

/* A value in which the profile's place is named, not spelled: the same profile from another place
   has the same document. */
static void json_value(struct str *ret, struct span value, struct span base)
{
	scoped_str struct str text = STR_INIT;
	ptrdiff_t at;
	while (base.len && (at = span_find(value, base)) >= 0) {
		str_add(&text, span_first(value, (size_t)at));
		str_adds(&text, "${:" PROFILE_BASE "}");
		value = span_from(value, (size_t)at + base.len);
	}
	str_add(&text, value);
	json_string(ret, str_span(&text));
	ret->failed |= text.failed;
}

static int by_bytes(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static int add_members(
	struct part *part, struct span *keys, size_t n, struct str *doc, struct err *err)
{
	struct span base;
	bool is_first = true;
	if (part_get_or(part, PROFILE_BASE, "", &base, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct span value;
		if (span_is(keys[i], PROFILE_BASE))
			continue;
		if (span_is(keys[i], "__buildout_signature__")) {
			if (part_signature(part, &value, err) < 0)
				return -1;
		} else if (part_get(part, keys[i].ptr, &value, err) < 0) {
			return -1;
		}
		str_adds(doc, is_first ? "\n  " : ",\n  ");
		json_string(doc, keys[i]);
		str_adds(doc, ": ");
		json_value(doc, value, base);
		is_first = false;
	}
	return 0;
}

/* JSON as Python's dumps(indent=2, sort_keys=True, ensure_ascii=False, separators=(',', ': ')). */
static int make_document(struct part *part, struct str *doc, struct err *err)
{
	const struct span *raw;
	scoped_free struct span *keys = NULL;
	bool has_signature = false;
	size_t n;
	if (part_keys(part, &raw, &n, err) < 0)
		return -1;
	keys = mem_array(n + 1, sizeof(*keys));
	if (!keys)
		return option_no_memory(err);
	for (size_t i = 0; i < n; i++) {
		keys[i] = raw[i];
		has_signature |= span_is(raw[i], "__buildout_signature__");
	}
	if (!has_signature)
		keys[n++] = span_str("__buildout_signature__");
	qsort(keys, n, sizeof(*keys), by_bytes);
	str_addc(doc, '{');
	if (add_members(part, keys, n, doc, err) < 0)
		return -1;
	str_adds(doc, "\n}");
	return str_check(doc, err);
}

static bool exists(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0;
}

/* The first root that has the part, else the first that can take it; NULL where none can. */
static const char *choose_shared(struct part *part, struct span list, const char *digest)
{
	const char *writable = NULL;
	struct span line;
	while (span_cut(&list, '\n', &line)) {
		const char *root;
		const char *path;
		line = span_trim(line);
		while (line.len > 1 && line.ptr[line.len - 1] == '/')
			line.len--;
		if (line.len == 0)
			continue;
		root = part_path(part, line);
		path = root ? part_printf(part, "%s/%s/%s", root, part_name(part), digest) : NULL;
		if (path && exists(path)) {
			part_note(part, "shared at %s (already built)", path);
			return path;
		}
		if (path && !writable && access(root, W_OK) == 0)
			writable = path;
	}
	if (writable)
		part_note(part, "will be shared at %s (needs to build)", writable);
	return writable;
}

static int find_shared(struct part *part, struct span list, struct location *ret, struct err *err)
{
	scoped_str struct str doc = STR_INIT;
	struct hash_hex digest;
	if (make_document(part, &doc, err) < 0)
		return -1;
	digest = hash_of(HASH_MD5, str_span(&doc));
	ret->path = choose_shared(part, list, digest.text);
	if (!ret->path)
		return 0;
	ret->is_shared = true;
	ret->document = part_span(part, str_span(&doc));
	return ret->document.ptr ? 0 : option_no_memory(err);
}

int location_init(struct part *part, struct location *ret, struct err *err)
{
	struct span list;
	bool wants_shared;
	*ret = (struct location){.path = NULL};
	if (part_get_bool(part, "shared", false, &wants_shared, err) < 0)
		return -1;
	if (wants_shared) {
		if (part_section_find(part, "buildout", "shared-part-list", &list, err) < 0)
			return -1;
		if (span_trim(list).len && find_shared(part, list, ret, err) < 0)
			return -1;
	}
	if (!ret->path)
		ret->path =
			part_printf(part, "%s/%s", part_dir(part, PART_DIR_PARTS), part_name(part));
	return ret->path ? 0 : option_no_memory(err);
}

int location_begin(struct part *part, const struct location *loc, enum location_failure failure,
	struct err *err)
{
	scoped_str struct str marker = STR_INIT;
	if (loc->is_shared) {
		str_addf(&marker, "%s/" MARKER, loc->path);
		if (str_check(&marker, err) < 0)
			return -1;
		if (exists(marker.ptr)) {
			part_note(part, "shared part is already installed");
			return 1;
		}
	}
	if ((failure == LOCATION_KEEP ? part_building(part, loc->path, err)
				      : part_created(part, loc->path, err)) < 0)
		return -1;
	if (output_remove(loc->path, err) < 0 || output_mkdirs(loc->path, 0777, err) < 0)
		return err_wrap(err, "part '%s'", part_name(part));
	return 0;
}

static int seal_entry(const FTSENT *entry, struct err *err)
{
	if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS)
		return err_set(err, ERR_OS, entry->fts_errno, "location.shared", "read '%s'",
			entry->fts_path);
	/* A directory is met twice; the second time is enough. */
	if (entry->fts_info == FTS_SL || entry->fts_info == FTS_SLNONE || entry->fts_info == FTS_D)
		return 0;
	if (chmod(entry->fts_path, entry->fts_statp->st_mode & 0555) < 0)
		return err_set(err, ERR_OS, errno, "location.shared", "make '%s' read-only",
			entry->fts_path);
	return 0;
}

static void fts_closep(FTS **tree)
{
	if (*tree)
		fts_close(*tree);
}

static int make_read_only(const char *path, struct err *err)
{
	scoped_free char *copy = strdup(path);
	char *roots[] = {copy, NULL};
	scoped(fts_closep) FTS *tree =
		copy ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
	FTSENT *entry;
	if (!tree)
		return err_set(err, ERR_OS, errno, "location.shared", "read '%s'", path);
	while ((entry = fts_read(tree)))
		if (seal_entry(entry, err) < 0)
			return -1;
	return 0;
}

int location_finish(struct part *part, const struct location *loc, struct err *err)
{
	scoped_str struct str marker = STR_INIT;
	if (!exists(loc->path))
		return err_set(
			err, ERR_INPUT, 0, "location.shared", "'%s' was not created", loc->path);
	if (!output_is_dir(loc->path))
		return err_set(
			err, ERR_INPUT, 0, "location.shared", "'%s' is not a directory", loc->path);
	if (!loc->is_shared)
		return part_installed(part, loc->path, err);
	str_addf(&marker, "%s/" MARKER, loc->path);
	if (str_check(&marker, err) < 0 || output_write(marker.ptr, loc->document, 0644, err) < 0)
		return -1;
	return make_read_only(loc->path, err);
}
