/* SPDX-License-Identifier: Apache-2.0 */
/* slapos.cookbook:generate.password: a random password that stays. */
#include <errno.h>
#include <jansson.h>
#include <sys/random.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "engine/recipe.h"
#include "recipes/option.h"
#include "recipes/output.h"
#include "recipes/pyvalue.h"
#include "recipes/table.h"

/*
 * The password is in storage-path as JSON {"": password}; an old file may hold it as plain text.
 * An explicit `passwd` replaces what is stored. The file outlives the part unless create-once is
 * false.
 */
enum { LIMIT_STORAGE_BYTES = 64 << 10, PASSWORD_MAX = 4096, ALPHABET = 62 };

struct password {
	const char *storage; /* NULL: not stored */
	struct span text;
	bool is_new;
};

static const struct password *get_password(struct part *part)
{
	return *(struct password **)part_state(part);
}

static int generate(struct part *part, size_t n, struct span *ret, struct err *err)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	char *text = part_alloc(part, n + 1);
	size_t made = 0;
	if (!text)
		return option_no_memory(err);
	while (made < n) {
		unsigned char byte;
		if (getrandom(&byte, 1, 0) != 1) {
			if (errno == EINTR)
				continue;
			return err_set(err, ERR_OS, errno, "password.random", "random bytes");
		}
		/* Only whole multiples of the alphabet's size, so that all letters are as likely. */
		if (byte < 256 / ALPHABET * ALPHABET)
			text[made++] = alphabet[byte % ALPHABET];
	}
	*ret = span_make(text, n);
	return 0;
}

/* Empty where nothing is stored. */
static int load(struct part *part, const char *path, struct span *ret, struct err *err)
{
	scoped_fd_file file = fd_file_wrap(open(path, O_RDONLY | O_CLOEXEC));
	scoped_str struct str text = STR_INIT;
	scoped(pyvalue_decrefp) json_t *object = NULL;
	struct err ignored = ERR_INIT;
	struct span stored;
	*ret = SPAN_EMPTY;
	if (!fd_file_is_open(file))
		return errno == ENOENT
			       ? 0
			       : err_set(err, ERR_OS, errno, "password.storage", "open '%s'", path);
	if (fd_read_all(file, LIMIT_STORAGE_BYTES, &text, err) < 0)
		return err_wrap(err, "'%s'", path);
	stored = str_span(&text);
	while (span_ends(stored, "\n"))
		stored.len--;
	/* What is not a JSON object is a password of the old plain form. */
	if (stored.len && stored.ptr[0] == '{' && pyvalue_parse(stored, &object, &ignored) == 0)
		stored = span_str(json_string_value(json_object_get(object, "")));
	*ret = part_span(part, stored.len ? stored : span_str(""));
	return ret->ptr ? 0 : option_no_memory(err);
}

static int get_size(struct part *part, size_t *ret, struct err *err)
{
	struct span text;
	uint64_t n;
	if (part_get_or(part, "bytes", "16", &text, err) < 0)
		return -1;
	if (!span_parse_u64(span_trim(text), &n) || n == 0 || n > PASSWORD_MAX)
		return part_error_at(part, "bytes", err,
			"option 'bytes' must be a number from 1 to %d: '%.*s'", PASSWORD_MAX,
			SPAN_ARG(text));
	*ret = (size_t)n;
	return 0;
}

static int get_storage(struct part *part, const char **ret, struct err *err)
{
	struct span path;
	if (part_has(part, "storage-path")) {
		if (part_get(part, "storage-path", &path, err) < 0)
			return -1;
		path = span_trim(path);
		*ret = path.len ? part_path(part, path) : NULL;
		return path.len && !*ret ? option_no_memory(err) : 0;
	}
	*ret = part_printf(part, "%s/%s", part_dir(part, PART_DIR_PARTS), part_name(part));
	return *ret ? 0 : option_no_memory(err);
}

static int choose(struct part *part, struct password *p, struct span stored, struct err *err)
{
	struct span given;
	size_t n;
	if (part_get_or(part, "passwd", "", &given, err) < 0 || get_size(part, &n, err) < 0)
		return -1;
	if (given.len) {
		p->text = given;
		p->is_new = !span_eq(given, stored);
		return 0;
	}
	p->text = stored;
	p->is_new = stored.len == 0;
	return p->is_new ? generate(part, n, &p->text, err) : 0;
}

int password_init(struct part *part, struct err *err)
{
	struct password *p = part_alloc(part, sizeof(*p));
	struct span stored = SPAN_EMPTY;
	*(struct password **)part_state(part) = p;
	if (!p)
		return option_no_memory(err);
	if (get_storage(part, &p->storage, err) < 0 ||
		(p->storage && load(part, p->storage, &stored, err) < 0) ||
		choose(part, p, stored, err) < 0)
		return -1;
	return part_set(part, "passwd", p->text, err);
}

static int store(const struct password *p, struct err *err)
{
	scoped(pyvalue_decrefp) json_t *object = json_object();
	scoped_free char *text = NULL;
	if (json_object_set_new(object, "", json_stringn(p->text.ptr, p->text.len)) < 0)
		return err_set(err, ERR_INPUT, 0, "password.storage", "passwd is not UTF-8 text");
	text = json_dumps(object, JSON_SORT_KEYS);
	if (!text)
		return option_no_memory(err);
	/* The original leaves the mode to the umask; a secret deserves better. */
	return output_write(p->storage, span_str(text), 0600, err);
}

int password_install(struct part *part, struct err *err)
{
	const struct password *p = get_password(part);
	bool is_once;
	if (option_truth(part, "create-once", true, &is_once, err) < 0)
		return -1;
	if (!p->storage)
		return 0;
	if (p->is_new && (output_mkdirs_of(p->storage, err) < 0 || store(p, err) < 0))
		return err_wrap(err, "part '%s'", part_name(part));
	return is_once ? 0 : part_installed(part, p->storage, err);
}

int password_update(struct part *part, struct err *err)
{
	return get_password(part)->is_new ? password_install(part, err) : 0;
}
