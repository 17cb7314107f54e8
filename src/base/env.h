/* SPDX-License-Identifier: Apache-2.0 */
/* Look into the environment that main() was given; nothing else of the tree reads one. */
#pragma once

#include <stddef.h>
#include <string.h>

/*
 * Shape:     the third argument of main(): "NAME=VALUE" strings, NULL at the end.
 * Ownership: borrowed; valid as long as the process.
 */

/* The whole "NAME=VALUE" of a variable, NULL where it is not set. */
static inline const char *env_entry(char *const *envp, const char *name)
{
	const size_t length = strlen(name);

	for (; envp && *envp; envp++)
		if (strncmp(*envp, name, length) == 0 && (*envp)[length] == '=')
			return *envp;
	return NULL;
}

/* The value of a variable, NULL where it is not set or empty. */
static inline const char *env_value(char *const *envp, const char *name)
{
	const char *entry = env_entry(envp, name);
	const char *value = entry ? entry + strlen(name) + 1 : "";

	return *value ? value : NULL;
}
