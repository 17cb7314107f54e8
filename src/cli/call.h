/* SPDX-License-Identifier: Apache-2.0 */
/* One command carried out by the node agent: start it, ask, show what it answers, end as it says. */
#pragma once

#include "base/err.h"
#include "base/fd.h"
#include "cli/cli.h"
#include "wire/msg_ctl.h"

/*
 * Shape: fill a call, then call_run(), which starts `cantled --oneshot`, becomes the unprivileged
 *   user that its HELLO names, sends the request and follows until RESULT and end of file.
 * Limits: LIMIT_CTL_*; LIMIT_CALL_DOCUMENT bytes of a document.
 * Ownership: borrows descriptors, names and values; they stay open and valid until call_run() ends.
 * Errors: call.agent (not installed or gone), call.privilege, call.limit, ctl.*, chan.*, proc.spawn
 */
enum { LIMIT_CALL_DOCUMENT = 64 << 20 };

enum call_output {
	CALL_QUIET,    /* no DATA is expected */
	CALL_DOCUMENT, /* one JSON document: printed with --json, else shown by `show` */
	CALL_LOG,      /* bytes of a log, escaped unless `is_raw` */
};

struct call {
	enum call_output output;
	bool is_raw;
	bool is_foreground; /* it has our stdio: signals and status are those of its command */
	void (*show)(struct cli *cli, struct span document, struct str *out);
	struct ctl_request request;
	struct ctl_option options[LIMIT_CTL_OPTIONS];
	const char *words[LIMIT_CTL_WORDS];
	int fds[LIMIT_CTL_FDS];
};

/* Begin in the arena, with the options of the command line that are not OPTION_LOCAL. */
must_check int call_new(struct cli *cli, enum ctl_verb verb, struct call **ret, struct err *err);
must_check int call_option(struct call *call, const char *name, const char *value, struct err *err);
must_check int call_word(struct call *call, const char *word, struct err *err);
must_check int call_fd(struct call *call, enum ctl_role role, int fd, struct err *err);
/* stdin, stdout and stderr of the tool itself, and variables that a policy may pass on. */
must_check int call_stdio(struct cli *cli, struct call *call, struct err *err);

/* Returns the exit status; whatever failed has been shown. */
int call_run(struct cli *cli, struct call *call);
