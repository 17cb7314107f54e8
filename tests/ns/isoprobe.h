/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks that a program inside a partition can try on it; harmless where they succeed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Shape:  a row tries one thing and returns ATTACK_ALLOWED, the errno that stopped it, or
 *         ATTACK_VALUE with a text. Rows marked heavy use up a limit and run only when named.
 * Output: name=allowed, name=blocked:EPERM, name=text; one line each.
 */
enum { ATTACK_ALLOWED = 0, ATTACK_VALUE = -1, ATTACK_TEXT = 512 };

struct attack {
	const char *name;
	int (*run)(const char *arg, char *text);
	bool is_heavy;
};

struct attack_table {
	const struct attack *rows;
	size_t n;
};

extern const struct attack_table attack_kernel;   /* system calls, families, architectures */
extern const struct attack_table attack_files;    /* mounts, procfs, devices, descriptors */
extern const struct attack_table attack_identity; /* ids, capabilities, limits, neighbours */

/* ATTACK_ALLOWED where the call worked, else errno. */
int attack_result(long rc);
/* The same in a child; a signal becomes 1000 + its number. */
int attack_child(int (*run)(const char *arg, char *text), const char *arg);
/* A small file, without its last newline; -1 where it cannot be read. */
int attack_read(const char *path, char *text, size_t size);
