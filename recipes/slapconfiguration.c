/* SPDX-License-Identifier: Apache-2.0 */
/* slapos.cookbook:slapconfiguration and .serialised: what the node says about the instance. */
#include "base/bug.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/recipe.h"
#include "recipes/option.h"
#include "recipes/pyvalue.h"
#include "recipes/table.h"

/*
 * The node's answer is asked of the broker in init and becomes options: instance-title ...,
 * ipv4 and ipv6 as sets, ipv4-random and ipv6-random (the least address, as in the original),
 * configuration (all parameters) and configuration.<name> for each. Options of the profile named
 * configuration.<name> are defaults. The options url, key, cert, computer and partition of SlapOS
 * profiles are accepted and not needed: credentials never enter a partition.
 */
enum { ADDRESSES_MAX = 64 };

struct addresses {
	struct span at[ADDRESSES_MAX];
	size_t n;
};

/* The node's own words for what profiles know under another name. */
static const char *const names[][2] = {
	{"title", "instance-title"},
	{"root_title", "root-instance-title"},
	{"root_short_title", "root-instance-short-title"},
	{"guid", "instance-guid"},
	{"state", "instance-state"},
	{"partition", "slap-computer-partition-id"},
	{"computer", "slap-computer-id"},
	{"software_type", "slap-software-type"},
	{"software_url", "slap-software-release-url"},
};

/* What is there even where the node says nothing. */
static const char *const defaults[][2] = {
	{"instance-title", "UNKNOWN Instance"},
	{"root-instance-title", "UNKNOWN"},
	{"root-instance-short-title", "UNKNOWN"},
	{"instance-state", "started"},
	{"slap-software-type", "RootSoftwareInstance"},
	{"slave-instance-list", "!py![]"},
};

static int add_addresses(struct addresses *ret, struct span text, struct err *err)
{
	struct span word;
	while (span_word(&text, &word)) {
		if (ret->n == ADDRESSES_MAX)
			return err_set(err, ERR_LIMIT, 0, "slapconfiguration.addresses",
				"more than %d addresses", ADDRESSES_MAX);
		ret->at[ret->n++] = word;
	}
	return 0;
}

static int set_addresses(
	struct part *part, const char *family, const struct addresses *list, struct err *err)
{
	scoped_str struct str set = STR_INIT;
	const char *key = part_printf(part, "%s-random", family);
	const struct span *least = &list->at[0];
	if (!key)
		return option_no_memory(err);
	pyvalue_add_set(&set, list->at, list->n);
	if (str_check(&set, err) < 0 || part_set(part, family, str_span(&set), err) < 0)
		return -1;
	if (list->n == 0)
		return 0;
	for (size_t i = 1; i < list->n; i++)
		if (span_cmp(list->at[i], *least) < 0)
			least = &list->at[i];
	return part_set(part, key, *least, err);
}

/* What the node names differently, or as the option is named already ('_' written as '-'). */
static int set_described(struct part *part, const struct part_pair *pair, struct err *err)
{
	char *key;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (span_is(pair->key, names[i][0]))
			return part_set(part, names[i][1], pair->value, err);
	key = part_printf(part, "%.*s", SPAN_ARG(pair->key));
	if (!key)
		return option_no_memory(err);
	for (char *c = key; *c; c++)
		if (*c == '_')
			*c = '-';
	return part_set(part, key, pair->value, err);
}

static int set_instance(struct part *part, const struct part_params *params, struct err *err)
{
	struct addresses ipv4 = {.n = 0};
	struct addresses ipv6 = {.n = 0};
	for (size_t i = 0; i < ARRAY_LEN(defaults); i++)
		if (part_set(part, defaults[i][0], span_str(defaults[i][1]), err) < 0)
			return -1;
	for (size_t i = 0; i < params->n_instance; i++) {
		const struct part_pair *pair = &params->instance[i];
		int rc;
		if (span_is(pair->key, "ipv4"))
			rc = add_addresses(&ipv4, pair->value, err);
		else if (span_is(pair->key, "ipv6"))
			rc = add_addresses(&ipv6, pair->value, err);
		else
			rc = pair->value.len ? set_described(part, pair, err) : 0;
		if (rc < 0)
			return -1;
	}
	if (set_addresses(part, "ipv4", &ipv4, err) < 0)
		return -1;
	return set_addresses(part, "ipv6", &ipv6, err);
}

/* A name that can stand before "=" in a profile. */
static bool is_option_name(struct span name)
{
	if (name.len == 0 || span_trim(name).len != name.len || strchr("[#;", name.ptr[0]))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] < 0x20 || name.ptr[i] == '=' || name.ptr[i] == ':')
			return false;
	return true;
}

static int set_member(struct part *part, const char *name, const json_t *value, struct err *err)
{
	scoped_str struct str text = STR_INIT;
	const char *key;
	if (!is_option_name(span_str(name)))
		return 0;
	key = part_printf(part, "configuration.%s", name);
	if (!key)
		return option_no_memory(err);
	pyvalue_add(&text, value);
	if (str_check(&text, err) < 0)
		return -1;
	return part_set(part, key, text.len ? str_span(&text) : span_str(""), err);
}

static int set_configuration(struct part *part, const json_t *parameters, struct err *err)
{
	scoped_str struct str text = STR_INIT;
	json_t *object = (json_t *)(uintptr_t)parameters; /* iterators take no const */
	pyvalue_add(&text, parameters);
	if (str_check(&text, err) < 0 || part_set(part, "configuration", str_span(&text), err) < 0)
		return -1;
	if (!json_is_object(parameters))
		return 0;
	for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at))
		if (set_member(part, json_object_iter_key(at), json_object_iter_value(at), err) < 0)
			return -1;
	return 0;
}

/* All parameters as one object of strings. */
static int make_object(const struct part_params *params, json_t **ret, struct err *err)
{
	scoped(pyvalue_decrefp) json_t *object = json_object();
	for (size_t i = 0; i < params->n_parameters; i++) {
		const struct part_pair *pair = &params->parameters[i];
		json_t *text =
			json_stringn(pair->value.ptr ? pair->value.ptr : "", pair->value.len);
		if (!text)
			return err_set(err, ERR_INPUT, 0, "slapconfiguration.parameter",
				"parameter '%.*s' is not UTF-8 text", SPAN_ARG(pair->key));
		if (json_object_set_new(object, pair->key.ptr, text) < 0)
			return err_set(err, ERR_INPUT, 0, "slapconfiguration.parameter",
				"the name '%.*s' is not UTF-8 text", SPAN_ARG(pair->key));
	}
	*ret = mem_take(object);
	return 0;
}

static int init_with(struct part *part, bool is_serialised, struct err *err)
{
	scoped(pyvalue_decrefp) json_t *object = NULL;
	scoped(pyvalue_decrefp) json_t *inner = NULL;
	const struct part_params *params;
	const json_t *packed;
	if (part_params(part, &params, err) < 0 || set_instance(part, params, err) < 0 ||
		make_object(params, &object, err) < 0)
		return -1;
	packed = is_serialised ? json_object_get(object, "_") : NULL;
	if (!packed)
		return set_configuration(part, object, err);
	if (pyvalue_parse(span_make(json_string_value(packed), json_string_length(packed)), &inner,
		    err) < 0)
		return err_wrap(err, "parameter '_'");
	return set_configuration(part, inner, err);
}

int slapconfiguration_init(struct part *part, struct err *err)
{
	return init_with(part, false, err);
}

int slapconfiguration_serialised_init(struct part *part, struct err *err)
{
	return init_with(part, true, err);
}
