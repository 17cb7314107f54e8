/* SPDX-License-Identifier: Apache-2.0 */
/* Typed file descriptors: passing a pidfd where a directory is wanted does not compile. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

/*
 * Shape:     one-field structs. Empty is FD_NONE (-EBADF), never -1 or 0.
 * Ownership: by value means borrowed; a function that consumes one takes a pointer and empties it.
 *            Every descriptor of ours is close-on-exec from birth; what a child inherits is an
 *            explicit list (proc.h).
 */
#define FD_NONE (-EBADF)

/* Close without touching errno; empties the variable. */
static inline void fd_close(int *fd)
{
	int saved = errno;
	if (*fd >= 0)
		close(*fd);
	*fd = FD_NONE;
	errno = saved;
}

static inline int fd_take(int *fd)
{
	int taken = *fd;
	*fd = FD_NONE;
	return taken;
}

/* A second, close-on-exec descriptor of the same open file; negative with errno on failure. */
static inline int fd_dup(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

#define FD_TYPE(name)                                                                              \
	struct fd_##name {                                                                         \
		int fd;                                                                            \
	};                                                                                         \
	static inline void fd_##name##_close(struct fd_##name *x)                                  \
	{                                                                                          \
		fd_close(&x->fd);                                                                  \
	}                                                                                          \
	static inline struct fd_##name fd_##name##_take(struct fd_##name *x)                       \
	{                                                                                          \
		return (struct fd_##name){fd_take(&x->fd)};                                        \
	}                                                                                          \
	static inline bool fd_##name##_is_open(struct fd_##name x)                                 \
	{                                                                                          \
		return x.fd >= 0;                                                                  \
	}                                                                                          \
	static inline struct fd_##name fd_##name##_wrap(int fd)                                    \
	{                                                                                          \
		return (struct fd_##name){fd >= 0 ? fd : FD_NONE};                                 \
	}

FD_TYPE(dir)   /* O_PATH or O_RDONLY directory */
FD_TYPE(file)  /* regular file, pipe or terminal */
FD_TYPE(pid)   /* pidfd */
FD_TYPE(ns)    /* nsfs file */
FD_TYPE(chan)  /* SOCK_SEQPACKET Unix socket */
FD_TYPE(memfd) /* sealed memory file */
FD_TYPE(mount) /* detached mount */
FD_TYPE(sock)  /* any other socket */

#define FD_INIT                                                                                    \
	{                                                                                          \
		FD_NONE                                                                            \
	}
#define scoped_fd       __attribute__((cleanup(fd_close))) int
#define scoped_fd_dir   __attribute__((cleanup(fd_dir_close))) struct fd_dir
#define scoped_fd_file  __attribute__((cleanup(fd_file_close))) struct fd_file
#define scoped_fd_pid   __attribute__((cleanup(fd_pid_close))) struct fd_pid
#define scoped_fd_ns    __attribute__((cleanup(fd_ns_close))) struct fd_ns
#define scoped_fd_chan  __attribute__((cleanup(fd_chan_close))) struct fd_chan
#define scoped_fd_memfd __attribute__((cleanup(fd_memfd_close))) struct fd_memfd
#define scoped_fd_mount __attribute__((cleanup(fd_mount_close))) struct fd_mount
#define scoped_fd_sock  __attribute__((cleanup(fd_sock_close))) struct fd_sock
