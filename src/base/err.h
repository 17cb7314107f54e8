/* SPDX-License-Identifier: Apache-2.0 */
/* The error value: one plain 512-byte record on the caller's stack. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Shape:     { kind, num, step, used, text }, 512 bytes, no pointers.
 * Units:     num is an errno (0 where none applies); step is a dotted id such as "mount.proc",
 *            listed in cantle(1): machines match on it, text is for people.
 * Ownership: the caller's; nothing to free. Being at most PIPE_BUF bytes, a cloned child writes it
 *            to its status pipe in one atomic write(2) (pipe(7)).
 * Errors:    a function returns <0 with the error filled, 0 when done, >0 only for an outcome that
 *            its header names.
 */
enum err_kind {
	ERR_NONE,   /* nothing set */
	ERR_OS,     /* the kernel refused; num says why */
	ERR_INPUT,  /* what the user or a file gave is wrong */
	ERR_DENIED, /* a policy refuses */
	ERR_PEER,   /* the other end of a channel misbehaves or is gone */
	ERR_CHILD,  /* a child process failed */
	ERR_LIMIT,  /* a named limit is reached, or memory is out */
	ERR_BUG,    /* an invariant of ours does not hold */
};

struct err {
	uint32_t kind;
	int32_t num;
	char step[40];
	uint16_t used; /* bytes of text, without the terminating NUL */
	char text[462];
};

#define ERR_INIT                                                                                   \
	(struct err)                                                                               \
	{                                                                                          \
		.kind = ERR_NONE                                                                   \
	}

#define must_check        __attribute__((warn_unused_result))
#define printf_like(f, a) __attribute__((format(printf, f, a)))

/* Spells that a failure is ignored on purpose; say why beside it. */
#define ERR_IGNORED(call)                                                                          \
	do {                                                                                       \
		struct err ignored_ = ERR_INIT;                                                    \
		struct err *ignored = &ignored_;                                                   \
		(void)!(call);                                                                     \
	} while (0)

static inline bool err_is_set(const struct err *err)
{
	return err->kind != ERR_NONE;
}

/* Fill an empty error. Setting a set one is a bug and aborts. Returns -1. */
int err_set(struct err *err, enum err_kind kind, int num, const char *step, const char *fmt, ...)
	printf_like(5, 6);

/* Put the caller's own noun before the text: "partition 'p7': " + text. Returns -1. */
int err_wrap(struct err *err, const char *fmt, ...) printf_like(2, 3);

/* Forget the error, so that the value can be used again. */
void err_clear(struct err *err);

/* Short name of a kind, for machines. */
const char *err_kind_name(uint32_t kind);

/*
 * Write "program: step: text: Operation not permitted (EPERM)" into buf, always terminated.
 * The program part is left out where it is NULL.
 */
void err_format(const struct err *err, const char *program, char *buf, size_t size);

/*
 * Make an error that came from another process safe to use: unknown kind, missing terminators and
 * a wrong length are corrected, an empty one becomes a bug. For records read from a pipe or
 * channel.
 */
void err_sanitize(struct err *err);
