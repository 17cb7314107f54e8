/* SPDX-License-Identifier: Apache-2.0 */
/* Names that operators give. */
#include "node/names.h"

#include <string.h>

bool name_is_valid(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t n = strlen(text);
	return n >= 1 && n <= NAME_MAX_BYTES && strchr(letters, text[0]) &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

static int invalid(const char *text, struct err *err)
{
	return err_set(err, ERR_INPUT, 0, "name.invalid",
		"'%.80s' is not a name: 1 to %d of a-z 0-9 . _ -, beginning with a letter or digit",
		text, NAME_MAX_BYTES);
}

int name_tenant(struct node *node, const char **ret, struct err *err)
{
	const char *tenant = ctl_option(node, "tenant", "default");
	if (!name_is_valid(tenant))
		return invalid(tenant, err);
	*ret = tenant;
	return 0;
}

int name_of_request(struct node *node, size_t index, struct name *ret, struct err *err)
{
	const char *word = ctl_word(node, index);
	const char *slash;
	struct name name;
	if (!word)
		return err_set(err, ERR_INPUT, 0, "request.usage", "no instance was named");
	slash = strchr(word, '/');
	name.name = slash ? slash + 1 : word;
	if (!name_is_valid(name.name))
		return invalid(name.name, err);
	if (!slash) {
		if (name_tenant(node, &name.tenant, err) < 0)
			return -1;
	} else {
		name.tenant = arena_cstr(&node->arena, span_make(word, (size_t)(slash - word)));
		if (!name.tenant || !name_is_valid(name.tenant))
			return invalid(name.tenant ? name.tenant : "", err);
	}
	*ret = name;
	return 0;
}

int name_partition(struct node *node, size_t index, struct store_partition *ret, struct err *err)
{
	struct store_tenant tenant;
	struct name name;
	int found;
	if (name_of_request(node, index, &name, err) < 0)
		return -1;
	found = store_tenant(node->store, name.tenant, false, &tenant, err);
	if (found == STORE_FOUND)
		found = store_partition(node->store, tenant.id, name.name, ret, err);
	if (found < 0)
		return -1;
	if (found == STORE_ABSENT)
		return err_set(err, ERR_INPUT, 0, "name.unknown",
			"there is no instance '%s/%s'; 'cantle ps' lists them", name.tenant,
			name.name);
	return 0;
}
