/* SPDX-License-Identifier: Apache-2.0 */
/* slapos.recipe.build:download and :download-unpacked. */
#include <sys/stat.h>

#include "base/limits.h"
#include "base/path.h"
#include "base/str.h"
#include "engine/recipe.h"
#include "recipes/location.h"
#include "recipes/option.h"
#include "recipes/output.h"
#include "recipes/source.h"
#include "recipes/table.h"

/*
 * download: the file is <location>/<filename>, or `destination`. With a checksum an update does
 * nothing; without one it fetches again and writes only what changed.
 * download-unpacked: the archive's content is <location>, or `destination`; an update does nothing.
 */
struct download {
	struct location loc;
	const char *target;
	bool has_destination;
	bool is_checked;
	int mode;
};

static struct download *new_download(struct part *part)
{
	struct download *d = part_alloc(part, sizeof(*d));
	*(struct download **)part_state(part) = d;
	return d;
}

static struct download *get_download(struct part *part)
{
	return *(struct download **)part_state(part);
}

/* `destination` excludes `shared`; the absolute path of it, or NULL. */
static int get_destination(struct part *part, const char **ret, struct err *err)
{
	struct span text;
	bool is_shared;
	*ret = NULL;
	if (part_get_or(part, "destination", "", &text, err) < 0 ||
		part_get_bool(part, "shared", false, &is_shared, err) < 0)
		return -1;
	text = span_trim(text);
	if (text.len == 0)
		return 0;
	if (is_shared)
		return part_error_at(
			part, "destination", err, "When shared=true, 'destination' can't be set");
	*ret = part_path(part, text);
	return *ret ? 0 : option_no_memory(err);
}

static int set_path(struct part *part, const char *key, const char *path, struct err *err)
{
	return part_set(part, key, span_str(path), err);
}

static int init_local(struct part *part, struct download *d, struct err *err)
{
	struct span name;
	if (location_init(part, &d->loc, err) < 0 ||
		part_get_or(part, "filename", part_name(part), &name, err) < 0)
		return -1;
	name = span_trim(name);
	if (!path_is_plain_rel(name))
		return part_error_at(part, "filename", err,
			"option 'filename' must name a file inside the part: '%.*s'",
			SPAN_ARG(name));
	d->target = part_printf(part, "%s/%.*s", d->loc.path, SPAN_ARG(name));
	if (!d->target)
		return option_no_memory(err);
	return set_path(part, "location", d->loc.path, err);
}

int download_init(struct part *part, struct err *err)
{
	struct download *d = new_download(part);
	struct checksums sums;
	bool is_shared;
	if (!d)
		return option_no_memory(err);
	if (get_destination(part, &d->target, err) < 0 || option_checksums(part, &sums, err) < 0 ||
		option_mode(part, "mode", &d->mode, err) < 0 ||
		part_get_bool(part, "shared", false, &is_shared, err) < 0)
		return -1;
	d->is_checked = checksums_has_any(&sums);
	d->has_destination = d->target;
	if (is_shared && !d->is_checked)
		return part_error_at(part, "shared", err, "When shared=true, 'md5sum' must be set");
	if (!d->has_destination && init_local(part, d, err) < 0)
		return -1;
	return set_path(part, "target", d->target, err);
}

static int write_target(struct part *part, const struct download *d, struct err *err)
{
	scoped_fd_file file = FD_INIT;
	if (source_fetch_url(part, &file, err) < 0)
		return -1;
	if (output_mkdirs_of(d->target, err) < 0 || output_copy(file, d->target, d->mode, err) < 0)
		return err_wrap(err, "part '%s'", part_name(part));
	return 0;
}

int download_install(struct part *part, struct err *err)
{
	const struct download *d = get_download(part);
	int rc;
	if (d->has_destination) {
		if (part_created(part, d->target, err) < 0 || write_target(part, d, err) < 0)
			return -1;
		return part_installed(part, d->target, err);
	}
	rc = location_begin(part, &d->loc, LOCATION_REMOVE, err);
	if (rc)
		return rc < 0 ? -1 : 0;
	if (write_target(part, d, err) < 0)
		return -1;
	return location_finish(part, &d->loc, err);
}

static bool is_same(struct fd_file file, const char *path)
{
	scoped_fd_file old = fd_file_wrap(open(path, O_RDONLY | O_CLOEXEC));
	struct hash_hex a;
	struct hash_hex b;
	struct err ignored = ERR_INIT;
	/* What cannot be read is written again, which reports why it fails. */
	return fd_file_is_open(old) && hash_fd(HASH_SHA256, file, &a, &ignored) == 0 &&
	       hash_fd(HASH_SHA256, old, &b, &ignored) == 0 &&
	       span_eq(span_str(a.text), span_str(b.text));
}

int download_update(struct part *part, struct err *err)
{
	const struct download *d = get_download(part);
	scoped_fd_file file = FD_INIT;
	if (d->is_checked)
		return 0;
	if (source_fetch_url(part, &file, err) < 0)
		return -1;
	if (is_same(file, d->target))
		return 0;
	return output_copy(file, d->target, d->mode, err) < 0
		       ? err_wrap(err, "part '%s'", part_name(part))
		       : 0;
}

static int get_strip(struct part *part, enum unpack_strip *ret, struct err *err)
{
	struct span text;
	bool is_wanted;
	if (part_get_or(part, "strip-top-level-dir", "", &text, err) < 0)
		return -1;
	if (span_trim(text).len == 0) {
		*ret = UNPACK_STRIP_AUTO;
		return 0;
	}
	if (part_get_bool(part, "strip-top-level-dir", false, &is_wanted, err) < 0)
		return -1;
	*ret = is_wanted ? UNPACK_STRIP_ALWAYS : UNPACK_STRIP_NEVER;
	return 0;
}

int unpacked_init(struct part *part, struct err *err)
{
	struct download *d = new_download(part);
	struct checksums sums;
	enum unpack_strip strip;
	if (!d)
		return option_no_memory(err);
	if (get_destination(part, &d->target, err) < 0 || option_checksums(part, &sums, err) < 0 ||
		get_strip(part, &strip, err) < 0)
		return -1;
	if (d->target)
		d->loc.path = d->target;
	else if (location_init(part, &d->loc, err) < 0)
		return -1;
	d->target = d->loc.path;
	if (set_path(part, "location", d->target, err) < 0)
		return -1;
	return set_path(part, "target", d->target, err);
}

int unpacked_install(struct part *part, struct err *err)
{
	const struct download *d = get_download(part);
	scoped_fd_file file = FD_INIT;
	enum unpack_strip strip;
	int rc = get_strip(part, &strip, err);
	if (rc < 0)
		return -1;
	rc = location_begin(part, &d->loc, LOCATION_REMOVE, err);
	if (rc)
		return rc < 0 ? -1 : 0;
	if (source_fetch_url(part, &file, err) < 0 ||
		source_unpack(part, file, d->loc.path, strip, err) < 0)
		return -1;
	return location_finish(part, &d->loc, err);
}
