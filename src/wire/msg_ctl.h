/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line tool and the node agent say to each other, one command per channel. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "wire/chan.h"
#include "wire/wire.h"

/*
 * Shape:  agent → tool  HELLO   { u32 uid, u32 gid, text version }
 *         tool → agent  REQUEST { u8 verb, u8 n, role[n], u32 n, { text name, text value }[n],
 *                                 u32 n, text word[n] } + n descriptors in the order of the roles
 *         agent → tool  EVENT   { u8 kind, text subject, u32 elapsed_ms, bytes text }, any number
 *         agent → tool  DATA    { bytes }, any number: the document or log that was asked for
 *         tool → agent  SIGNAL  { u32 signo }, any number: run and exec pass it on; anything else
 *                                 takes SIGINT as "stop and clean up"
 *         agent → tool  RESULT  { u8 exit status, u8 has_err, err when has_err }, then end of file
 *   A tool that dies is an end of file: the agent cancels and cleans up.
 *   Options are named as on the command line without dashes ("tenant", "parameter"); one that may
 *   be repeated comes as often as it was given, a switch has the value "". Words are the command's
 *   positional words, then the command line of run and exec.
 * Limits: LIMIT_WIRE_BYTES in all, LIMIT_CTL_*.
 * Ownership: what is received borrows the message buffer; strings of a request are copied with a
 *   NUL behind into the caller's arena. Descriptors stay in the chan_fds that came with it.
 * Errors: ctl.verb, ctl.kind, ctl.role, ctl.words, ctl.hello (ERR_PEER), wire.*, chan.*
 * Trust: the tool is the operator, but its words may come from anywhere: bounded here, judged by
 *   the agent. Text of EVENT and DATA may come from a partition: escaped where it is shown.
 */
enum {
	CTL_HELLO = 0x0700,
	CTL_REQUEST,
	CTL_EVENT,
	CTL_DATA,
	CTL_SIGNAL,
	CTL_RESULT,

	LIMIT_CTL_OPTIONS = 1024,   /* options of one request; parameters are the many ones */
	LIMIT_CTL_WORDS = 4096,     /* words of one request */
	LIMIT_CTL_NAME = 64,        /* bytes of an option's name, or of a version */
	LIMIT_CTL_VALUE = 32 << 10, /* bytes of a value or a word */
	LIMIT_CTL_SUBJECT = 256,    /* bytes: the name of a part or partition */
	LIMIT_CTL_TEXT = 32 << 10,  /* bytes of an event's text: a diagnostic with its excerpt */
	LIMIT_CTL_DATA = 48 << 10,  /* bytes of one piece of a document */
	LIMIT_CTL_FDS = 16,
};

/* What the words of a request are; NAME is always "tenant/name". */
enum ctl_verb {
	CTL_VERB_BUILD = 1, /* PROFILE; with "enter", roles as run */
	CTL_VERB_REQUEST,   /* NAME PROFILE; PROFILE is a URL, or a path below option "root" */
	CTL_VERB_RUN,       /* the command line; roles STDIN, STDOUT, STDERR; "env": NAME=VALUE */
	CTL_VERB_PS,
	CTL_VERB_INSPECT, /* NAME */
	CTL_VERB_LOGS,    /* NAME */
	CTL_VERB_EXEC,    /* NAME, the command line; roles and "env" as run */
	CTL_VERB_STOP,    /* NAME... */
	CTL_VERB_START,   /* NAME... */
	CTL_VERB_DESTROY, /* NAME..., or "all" (of "tenant") */
	CTL_VERB_GC,
	CTL_VERB_DOCTOR,
	CTL_VERB_VERSION,
	CTL_VERB_CACHE_ADD, /* file names for messages; one role FILE for each */
	CTL_VERB_NODE_DOWN, /* "destroy --node": all of the node, its registry entry included */
	CTL_VERB_END_,
};

enum ctl_role {
	CTL_ROLE_STDIN = 1,
	CTL_ROLE_STDOUT,
	CTL_ROLE_STDERR,
	CTL_ROLE_PROFILE_ROOT, /* O_PATH directory; option "root" is its absolute path */
	CTL_ROLE_FILE,         /* readable regular file */
	CTL_ROLE_END_,
};

enum ctl_event_kind {
	CTL_EVENT_STEP = 1, /* a state change worth a line; elapsed_ms where it ends something */
	CTL_EVENT_PROGRESS, /* what goes on now: replaces the last one, may be skipped */
	CTL_EVENT_NOTE,
	CTL_EVENT_WARNING,
	CTL_EVENT_DIAG,     /* rendered diagnostic of a profile, several lines */
	CTL_EVENT_FAILED,   /* subject failed: text says how; its log lines follow */
	CTL_EVENT_LOG_LINE, /* one line of a failing log, without its end */
	CTL_EVENT_HINT,     /* subject: "log", "shell", "retry"; text: what to look at or to type */
	CTL_EVENT_END_,
};

struct ctl_hello {
	uid_t uid;
	gid_t gid;
	struct span version;
};

struct ctl_option {
	const char *name;
	const char *value;
};

struct ctl_request {
	enum ctl_verb verb;
	struct ctl_option *options;
	size_t n_options;
	const char **words; /* NULL-terminated */
	size_t n_words;
	enum ctl_role roles[LIMIT_CTL_FDS];
	size_t n_roles;
};

struct ctl_event {
	enum ctl_event_kind kind;
	struct span subject;
	uint32_t elapsed_ms;
	struct span text;
};

struct ctl_result {
	uint8_t status;
	bool has_err;
	struct err err;
};

/* Putters write a whole message, getters take one apart after wire_open() told its type. */
void ctl_hello_put(struct wire_out *w, const struct ctl_hello *hello);
must_check int ctl_hello_get(struct wire_in *r, struct ctl_hello *ret, struct err *err);
void ctl_request_put(struct wire_out *w, const struct ctl_request *request);
/* n_fds: how many descriptors came along. */
must_check int ctl_request_get(struct wire_in *r, size_t n_fds, struct arena *arena,
	struct ctl_request *ret, struct err *err);
/* Cuts what is too long, so that a long text never fails a build. */
void ctl_event_put(struct wire_out *w, const struct ctl_event *event);
must_check int ctl_event_get(struct wire_in *r, struct ctl_event *ret, struct err *err);
void ctl_data_put(struct wire_out *w, struct span bytes);
must_check int ctl_data_get(struct wire_in *r, struct span *ret, struct err *err);
void ctl_signal_put(struct wire_out *w, int signo);
must_check int ctl_signal_get(struct wire_in *r, int *ret, struct err *err);
void ctl_result_put(struct wire_out *w, const struct ctl_result *result);
must_check int ctl_result_get(struct wire_in *r, struct ctl_result *ret, struct err *err);

/* The last value of an option, or otherwise. */
const char *ctl_request_value(
	const struct ctl_request *request, const char *name, const char *otherwise);
bool ctl_request_has(const struct ctl_request *request, const char *name);
/* The index of the n-th descriptor with that role (for chan_fds_take), or SIZE_MAX. */
size_t ctl_request_role(const struct ctl_request *request, enum ctl_role role, size_t n);
