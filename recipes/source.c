/* SPDX-License-Identifier: Apache-2.0 */
/* Bring a source in: fetch it by URL and checksums, unpack it into a directory. */
#include "recipes/source.h"

#include "engine/recipe.h"

/* The fetch checked one checksum; where two are given, the other is checked here. */
static int check_second(struct part *part, const struct checksums *sums, struct span url,
	struct fd_file file, struct err *err)
{
	struct hash_hex hex;
	if (sums->md5.kind == HASH_NONE || sums->sha256.kind == HASH_NONE)
		return 0;
	if (hash_fd(HASH_MD5, file, &hex, err) < 0)
		return err_wrap(err, "'%.*s'", SPAN_ARG(url));
	for (size_t i = 0; i < sums->md5.hex.len; i++)
		if ((sums->md5.hex.ptr[i] | 0x20) != (hex.text[i] | 0x20))
			return part_error_at(part, "md5sum", err,
				"MD5 checksum mismatch downloading '%.*s': sha256sum matches, but "
				"the file's md5 is %s",
				SPAN_ARG(url), hex.text);
	return 0;
}

int source_fetch(struct part *part, const char *key, struct span url, const struct checksums *sums,
	struct fd_file *ret, struct err *err)
{
	const struct checksum *first = sums->sha256.kind != HASH_NONE ? &sums->sha256 : &sums->md5;
	struct part_fetch request = {
		.url = url, .kind = first->kind, .hex = first->hex, .key = key};
	scoped_fd_file file = FD_INIT;
	if (part_get_or(part, "alternate-url", "", &request.alternate_url, err) < 0)
		return -1;
	if (part_fetch(part, &request, &file, err) < 0 ||
		check_second(part, sums, url, file, err) < 0)
		return -1;
	*ret = fd_file_take(&file);
	return 0;
}

int source_fetch_url(struct part *part, struct fd_file *ret, struct err *err)
{
	struct checksums sums;
	struct span url;
	if (part_get(part, "url", &url, err) < 0 || option_checksums(part, &sums, err) < 0)
		return -1;
	return source_fetch(part, "url", span_trim(url), &sums, ret, err);
}

int source_fetch_token(
	struct part *part, const char *key, struct span token, struct fd_file *ret, struct err *err)
{
	struct part_fetch request = {.key = key};
	struct checksum sum;
	if (option_url(part, key, token, &request.url, &sum, err) < 0)
		return -1;
	request.kind = sum.kind;
	request.hex = sum.hex;
	return part_fetch(part, &request, ret, err);
}

int source_unpack(struct part *part, struct fd_file archive, const char *into,
	enum unpack_strip strip, struct err *err)
{
	static const struct unpack_limits limits = {LIMIT_UNPACK_ENTRIES, LIMIT_UNPACK_BYTES};
	struct unpack_report report = {0};
	scoped_fd_dir dir = fd_dir_wrap(open(into, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (!fd_dir_is_open(dir))
		return err_set(err, ERR_OS, errno, "unpack.write", "open directory '%s'", into);
	part_step(part, "unpack");
	if (unpack_archive(archive, dir, &limits, &report, err) < 0 ||
		unpack_hoist(dir, strip, err) < 0)
		return err_wrap(err, "part '%s'", part_name(part));
	if (report.n_skipped)
		part_warn(part,
			"skipped %llu archive entries: absolute or '..' names, devices or pipes",
			(unsigned long long)report.n_skipped);
	return 0;
}
