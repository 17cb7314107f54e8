/* SPDX-License-Identifier: Apache-2.0 */
/* Findings about a seccomp profile that compiles: what in it is dead, too wide or not understood. */
#include "policy/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "policy/arch.h"
#include "policy/compile.h"
#include "policy/floor.h"

struct checking {
	const struct oci_profile *oci;
	check_fn fn;
	void *ctx;
	size_t n;
};

/* Allowed by common profiles only where a capability asks for them, or by nobody. */
static const char *const wide[] = {
	"fanotify_mark",
	"mbind",
	"migrate_pages",
	"move_pages",
	"process_madvise",
	"set_mempolicy",
	"sysfs",
	"ustat",
};

static const char *const kind_names[] = {"dead", "broad", "unknown", "arch"};

const char *check_kind_name(enum check_kind kind)
{
	return kind_names[kind];
}

static void report(struct checking *c, enum check_kind kind, size_t line, const char *fmt, ...)
	printf_like(4, 5);

static void report(struct checking *c, enum check_kind kind, size_t line, const char *fmt, ...)
{
	char text[300];
	va_list ap;
	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	struct check_finding finding = {.kind = kind, .line = line, .text = text};
	c->n++;
	c->fn(&finding, c->ctx);
}

/* An earlier rule without comparisons that has the same name and says the same. */
static const struct oci_rule *shadow_of(
	const struct oci_profile *oci, size_t rule_at, const char *name)
{
	for (size_t i = 0; i < rule_at; i++) {
		const struct oci_rule *rule = &oci->rules.items[i];
		if (rule->n_args > 0 || rule->action != oci->rules.items[rule_at].action)
			continue;
		for (size_t k = 0; k < rule->n_names; k++)
			if (strcmp(oci->names.items[rule->first_name + k], name) == 0)
				return rule;
	}
	return NULL;
}

static void check_args(struct checking *c, const struct oci_rule *rule, const char *name)
{
	uint32_t seen = 0;
	for (size_t i = 0; i < rule->n_args; i++) {
		const struct oci_arg *arg = &rule->args[i];
		bool is_narrow = compile_narrow_args(name) & 1u << arg->index;
		if (seen & 1u << arg->index)
			report(c, CHECK_BROAD, rule->line,
				"'%s' compares argument %u twice: either comparison is enough",
				name, arg->index);
		seen |= 1u << arg->index;
		if (is_narrow && arg->op != OCI_EQ && arg->op != OCI_MASKED_EQ)
			report(c, CHECK_BROAD, rule->line,
				"'%s' compares argument %u on 64 bits, of which the kernel reads "
				"32: "
				"bits above them pass by the rule",
				name, arg->index);
		if (arg->op == OCI_MASKED_EQ && (arg->value_two & ~arg->value))
			report(c, CHECK_DEAD, rule->line,
				"'%s' wants bits of argument %u that its mask removes", name,
				arg->index);
	}
}

static void check_name(struct checking *c, size_t rule_at, const char *name)
{
	const struct oci_rule *rule = &c->oci->rules.items[rule_at];
	const struct floor_row *floor = floor_find(name);
	const struct oci_rule *shadow = shadow_of(c->oci, rule_at, name);
	int nr = arch_syscall(name);
	bool is_allowing = oci_is_allowing(rule->action);
	if (nr == ARCH_UNKNOWN) {
		report(c, CHECK_UNKNOWN, rule->line, "unknown system call '%s' is left out", name);
		return;
	}
	if (is_allowing && floor && floor->check == FLOOR_DENY)
		report(c, CHECK_DEAD, rule->line, "'%s' is refused in every partition", name);
	else if (shadow)
		report(c, CHECK_DEAD, rule->line, "'%s' has the same action at line %zu", name,
			shadow->line);
	else if (rule->action == c->oci->default_action && rule->action != OCI_ERRNO)
		report(c, CHECK_DEAD, rule->line, "'%s' has the default action", name);
	for (size_t i = 0; is_allowing && i < ARRAY_LEN(wide); i++)
		if (strcmp(wide[i], name) == 0)
			report(c, CHECK_BROAD, rule->line, "'%s' is seldom needed", name);
	check_args(c, rule, name);
}

size_t check_profile(const struct oci_profile *oci, check_fn fn, void *ctx)
{
	struct checking c = {.oci = oci, .fn = fn, .ctx = ctx};
	if (oci->has_arches && !oci->has_native_arch)
		report(&c, CHECK_ARCH, 0, "the native architecture is not listed");
	if (oci_is_allowing(oci->default_action))
		report(&c, CHECK_BROAD, 0, "the default action allows what no rule names");
	for (size_t i = 0; i < oci->rules.n; i++)
		for (size_t k = 0; k < oci->rules.items[i].n_names; k++)
			check_name(&c, i, oci->names.items[oci->rules.items[i].first_name + k]);
	return c.n;
}
