/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that this tree does not use; force-included, so that a call does not compile. */
#pragma once

/*
 * The system headers that declare them come first: poisoning a name before its own declaration
 * would break the header. The name of the replacement is part of the error message.
 */
#include <arpa/inet.h>
#include <libgen.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* glibc's own basename() is as unclear about ownership as the one of <libgen.h>. */
#undef basename

#define BANNED(name, use) banned_##name##_use_##use

#ifndef CANTLE_UNBANNED
#undef strcpy
#define strcpy(...) BANNED(strcpy, str_add)
#undef strcat
#define strcat(...) BANNED(strcat, str_add)
#undef sprintf
#define sprintf(...) BANNED(sprintf, str_addf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf, str_addf)
#undef strtok
#define strtok(...) BANNED(strtok, span_cut)
#undef atoi
#define atoi(...) BANNED(atoi, span_parse_u64)
#undef atol
#define atol(...) BANNED(atol, span_parse_u64)
#undef atoll
#define atoll(...) BANNED(atoll, span_parse_u64)
#undef alloca
#define alloca(...) BANNED(alloca, arena)
#undef system
#define system(...) BANNED(system, proc_spawn)
#undef popen
#define popen(...) BANNED(popen, proc_spawn)
#undef dup
#define dup(...) BANNED(dup, fd_dup)
#undef signal
#define signal(...) BANNED(signal, signalfd)
#undef usleep
#define usleep(...) BANNED(usleep, loop)
#undef sleep
#define sleep(...) BANNED(sleep, loop)
#undef getenv
#define getenv(...) BANNED(getenv, env_h)
#undef secure_getenv
#define secure_getenv(...) BANNED(secure_getenv, env_h)
#undef basename
#define basename(...) BANNED(basename, path_base)
#undef dirname
#define dirname(...) BANNED(dirname, path_dir)
#undef inet_ntoa
#define inet_ntoa(...) BANNED(inet_ntoa, inet_ntop)
#undef localtime
#define localtime(...) BANNED(localtime, localtime_r)
#undef gmtime
#define gmtime(...) BANNED(gmtime, gmtime_r)
#undef fork
#define fork(...) BANNED(fork, proc_spawn)
#undef vfork
#define vfork(...) BANNED(vfork, proc_spawn)
#endif
