/* SPDX-License-Identifier: Apache-2.0 */
/* One command carried out by the node agent. */
#include "cli/call.h"

#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/bug.h"
#include "base/env.h"
#include "base/loop.h"
#include "base/path.h"
#include "base/proc.h"
#include "cli/escape.h"

enum { ONE_WISH_MS = 200 };

/* What is known while the agent works. */
struct session {
	struct cli *cli;
	struct call *call;
	struct fd_chan chan;
	struct fd_pid agent;
	struct fd_file signals;
	struct loop loop;
	struct str message;
	struct str document;
	struct escape escape;
	struct ctl_result result;
	bool has_result;
	uint64_t interrupted_ms; /* 0: not yet */
};

int call_new(struct cli *cli, enum ctl_verb verb, struct call **ret, struct err *err)
{
	const struct command *command = cli->args.command;
	struct call *call = arena_new(&cli->arena, struct call);

	if (!call)
		return err_set(err, ERR_LIMIT, 0, "call.limit", "no memory for the request");
	call->request =
		(struct ctl_request){.verb = verb, .options = call->options, .words = call->words};
	for (size_t i = 0; i < cli->args.n_hits; i++) {
		const struct table_hit *hit = &cli->args.hits[i];
		const bool is_own = hit->option >= command->options &&
				    hit->option < command->options + command->n_options;

		if (!is_own || hit->option->flags & OPTION_LOCAL)
			continue;
		if (call_option(call, hit->option->name, hit->value ? hit->value : "", err) < 0)
			return -1;
	}
	*ret = call;
	return 0;
}

int call_option(struct call *call, const char *name, const char *value, struct err *err)
{
	struct ctl_request *request = &call->request;

	if (request->n_options == LIMIT_CTL_OPTIONS)
		return err_set(
			err, ERR_LIMIT, 0, "call.limit", "more than %d options", LIMIT_CTL_OPTIONS);
	if (strlen(value) > LIMIT_CTL_VALUE)
		return err_set(err, ERR_LIMIT, 0, "call.limit",
			"the value of '--%s' is longer than %d bytes", name, LIMIT_CTL_VALUE);
	call->options[request->n_options++] = (struct ctl_option){.name = name, .value = value};
	return 0;
}

int call_word(struct call *call, const char *word, struct err *err)
{
	struct ctl_request *request = &call->request;

	if (request->n_words == LIMIT_CTL_WORDS)
		return err_set(
			err, ERR_LIMIT, 0, "call.limit", "more than %d arguments", LIMIT_CTL_WORDS);
	if (strlen(word) > LIMIT_CTL_VALUE)
		return err_set(err, ERR_LIMIT, 0, "call.limit",
			"an argument is longer than %d bytes", LIMIT_CTL_VALUE);
	call->words[request->n_words++] = word;
	return 0;
}

int call_fd(struct call *call, enum ctl_role role, int fd, struct err *err)
{
	struct ctl_request *request = &call->request;

	if (request->n_roles == LIMIT_CTL_FDS)
		return err_set(err, ERR_LIMIT, 0, "call.limit", "more than %d files at once",
			LIMIT_CTL_FDS);
	call->fds[request->n_roles] = fd;
	request->roles[request->n_roles++] = role;
	return 0;
}

int call_stdio(struct cli *cli, struct call *call, struct err *err)
{
	static const enum ctl_role roles[] = {CTL_ROLE_STDIN, CTL_ROLE_STDOUT, CTL_ROLE_STDERR};
	/* What a policy may pass on; which of them it does is the agent's to say. */
	static const char *const offered[] = {
		"TERM", "COLORTERM", "NO_COLOR", "TZ", "COLUMNS", "LINES"};

	call->is_foreground = true;
	for (int fd = 0; fd < 3; fd++) {
		if (call_fd(call, roles[fd], fd, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(offered); i++) {
		const char *entry = env_entry(cli->envp, offered[i]);

		if (entry && call_option(call, "env", entry, err) < 0)
			return -1;
	}
	return 0;
}

/* Find cantled beside this program, or where it is installed. */
static int agent_path(struct str *ret, struct err *err)
{
	static const char *const beside[] = {"cantled", "../libexec/cantle/cantled"};
	char self[LIMIT_PATH_BYTES + 1] = "";
	const ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return err_set(err, ERR_OS, errno, "call.agent", "read '/proc/self/exe'");
	for (size_t i = 0; i < ARRAY_LEN(beside); i++) {
		str_cut(ret, 0);
		path_join(ret, path_dir(span_make(self, (size_t)n)), span_str(beside[i]));
		if (access(str_cstr(ret), X_OK) == 0)
			return str_check(ret, err);
	}
	return err_set(err, ERR_OS, ENOENT, "call.agent",
		"there is no node agent beside '%s': build or install the whole of Cantle", self);
}

/* The agent can start its network helper only before it gives up its privilege, that is before it
 * reads the request. */
static bool needs_net(const struct call *call)
{
	static const enum ctl_verb never[] = {CTL_VERB_PS, CTL_VERB_INSPECT, CTL_VERB_LOGS,
		CTL_VERB_EXEC, CTL_VERB_VERSION, CTL_VERB_CACHE_ADD};

	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (call->request.verb == never[i])
			return false;
	if (call->request.verb != CTL_VERB_RUN)
		return true;
	return strcmp(ctl_request_value(&call->request, "net", "none"), "veth") == 0;
}

static int start_agent(struct session *session, struct err *err)
{
	scoped_str struct str path = STR_INIT;
	scoped_fd_chan theirs = FD_INIT;
	struct proc_spec spec = PROC_SPEC_INIT;
	const char *const argv[] = {"cantled", "--oneshot", "--state", session->cli->state_path,
		needs_net(session->call) ? "--net" : NULL, NULL};

	if (agent_path(&path, err) < 0 || chan_pair(&session->chan, &theirs, err) < 0)
		return -1;
	spec.path = str_cstr(&path);
	spec.argv = argv;
	spec.stdio[2] = STDERR_FILENO;
	spec.fds = &theirs.fd;
	spec.n_fds = 1;
	return proc_spawn(&spec, &session->agent, NULL, err);
}

/* From here on nothing that the agent or a partition says is read by root. */
static int drop(const struct ctl_hello *hello, struct err *err)
{
	if (geteuid() != 0)
		return 0;
	if (setgroups(0, NULL) < 0 || setresgid(hello->gid, hello->gid, hello->gid) < 0 ||
		setresuid(hello->uid, hello->uid, hello->uid) < 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(err, ERR_OS, errno, "call.privilege",
			"become the unprivileged user %u", hello->uid);
	return 0;
}

/* The channel closed: how did the agent end? */
static int fail_gone(struct session *session, struct err *err)
{
	int status = 0;

	if (proc_wait(session->agent, &status, err) < 0)
		return -1;
	return err_set(err, ERR_PEER, 0, "call.agent",
		"the node agent ended with status %d before it answered", status);
}

static int greet(struct session *session, struct err *err)
{
	struct ctl_hello hello;
	struct wire_in in;
	const int outcome = chan_recv_wire(session->chan, &session->message, NULL, &in, err);

	if (outcome < 0)
		return -1;
	if (outcome != CHAN_MESSAGE)
		return fail_gone(session, err);
	if (in.type == CTL_RESULT) { /* it could not even start */
		session->has_result = true;
		return ctl_result_get(&in, &session->result, err);
	}
	if (in.type != CTL_HELLO)
		return err_set(err, ERR_PEER, 0, "ctl.hello", "the node agent does not greet");
	if (ctl_hello_get(&in, &hello, err) < 0)
		return -1;
	return drop(&hello, err);
}

static int send_request(struct session *session, struct err *err)
{
	scoped_wire_out struct wire_out out = WIRE_OUT_INIT;

	ctl_request_put(&out, &session->call->request);
	return chan_send(
		session->chan, &out, session->call->fds, session->call->request.n_roles, err);
}

static int write_stdout(struct session *session, struct span bytes, struct err *err)
{
	screen_clear(&session->cli->screen);
	return fd_write_all(STDOUT_FILENO, bytes, err);
}

static int on_bytes(struct session *session, struct span bytes, struct err *err)
{
	scoped_str struct str shown = STR_INIT;

	switch (session->call->output) {
	case CALL_DOCUMENT:
		str_add(&session->document, bytes);
		return str_check(&session->document, err);
	case CALL_LOG:
		if (session->call->is_raw)
			return write_stdout(session, bytes, err);
		escape_add(&session->escape, bytes, &shown);
		return write_stdout(session, str_span(&shown), err);
	case CALL_QUIET:
		break;
	}
	return err_set(
		err, ERR_PEER, 0, "ctl.kind", "the node agent sent data that nobody asked for");
}

static int on_message(struct session *session, struct wire_in *in, struct err *err)
{
	struct ctl_event event;
	struct span bytes = SPAN_EMPTY;

	switch (in->type) {
	case CTL_EVENT:
		if (ctl_event_get(in, &event, err) < 0)
			return -1;
		screen_event(&session->cli->screen, &event);
		return 0;
	case CTL_DATA:
		if (ctl_data_get(in, &bytes, err) < 0)
			return -1;
		return on_bytes(session, bytes, err);
	case CTL_RESULT:
		if (ctl_result_get(in, &session->result, err) < 0)
			return -1;
		session->has_result = true;
		loop_stop(&session->loop);
		return 0;
	default:
		return err_set(
			err, ERR_PEER, 0, "ctl.kind", "message of unknown type %u", in->type);
	}
}

static int on_channel(void *context, uint32_t events, struct err *err)
{
	struct session *session = context;
	struct wire_in in;
	const int outcome = chan_recv_wire(session->chan, &session->message, NULL, &in, err);

	(void)events;
	if (outcome < 0)
		return -1;
	if (outcome == CHAN_CLOSED)
		return fail_gone(session, err);
	return on_message(session, &in, err);
}

static bool is_foreground(const struct session *session)
{
	return session->call->is_foreground;
}

static int on_signal(void *context, uint32_t events, struct err *err)
{
	struct session *session = context;
	scoped_wire_out struct wire_out out = WIRE_OUT_INIT;
	bool is_kernel = false;
	const int signo = loop_signal_origin(session->signals, &is_kernel);

	(void)events;
	(void)err;
	/* What the terminal sends, the command of run and exec has got from it already. */
	if (signo == 0 || (is_kernel && is_foreground(session)))
		return 0;
	if (!is_foreground(session) && session->interrupted_ms) {
		/* timeout(1) sends two at once: the same wish. */
		if (signo == SIGINT || clock_ms() - session->interrupted_ms > ONE_WISH_MS)
			loop_stop(&session->loop); /* the end of file tells the agent to clean up */
		return 0;
	}
	session->interrupted_ms = clock_ms();
	/* Whoever reads or follows has nothing to clean up. */
	if (!is_foreground(session) && session->call->output == CALL_QUIET)
		screen_event(&session->cli->screen,
			&(struct ctl_event){.kind = CTL_EVENT_NOTE,
				.text = SPAN(
					"stopping and cleaning up; once more to leave at once")});
	ctl_signal_put(&out, is_foreground(session) ? signo : SIGINT);
	/* An agent that is gone says so on the receiving side. */
	ERR_IGNORED(chan_send(session->chan, &out, NULL, 0, ignored));
	return 0;
}

static int watch(struct session *session, struct err *err)
{
	static const int passed_on[] = {
		SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT};
	const size_t n = is_foreground(session) ? ARRAY_LEN(passed_on) : 3;

	if (loop_signals(passed_on, n, &session->signals, err) < 0 ||
		loop_open(&session->loop, err) < 0 ||
		loop_add(&session->loop, session->signals.fd, EPOLLIN, on_signal, session, err) < 0)
		return -1;
	return loop_add(&session->loop, session->chan.fd, EPOLLIN, on_channel, session, err);
}

static int follow(struct session *session, struct err *err)
{
	struct screen *screen = &session->cli->screen;

	while (!session->loop.is_stopped) {
		const int timeout_ms = screen_timeout_ms(screen);

		if (loop_once(&session->loop, timeout_ms, err) < 0)
			return -1;
		if (screen_timeout_ms(screen) == 0)
			screen_tick(screen);
	}
	return 0;
}

/* Until the agent has put its locks down, so that the next command finds everything in place. */
static int await_end(struct session *session, struct err *err)
{
	int status = 0;
	int outcome = CHAN_MESSAGE;
	struct wire_in in;

	while (outcome == CHAN_MESSAGE)
		outcome = chan_recv_wire(session->chan, &session->message, NULL, &in, err);
	return outcome < 0 ? -1 : proc_wait(session->agent, &status, err);
}

/*
 * The document as it came. The agent writes ASCII with escapes; DEL, the one control character that
 * JSON lets through, is escaped here, and on a terminal whatever else should not be there.
 */
static void show_json(const struct session *session, struct str *out)
{
	scoped_str struct str text = STR_INIT_LIMIT(2 * (size_t)LIMIT_CALL_DOCUMENT);

	for (size_t i = 0; i < session->document.len; i++) {
		if (session->document.ptr[i] == 0x7f)
			str_adds(&text, "\\u007f");
		else
			str_addc(&text, session->document.ptr[i]);
	}
	if (session->cli->is_stdout_tty)
		escape_text(str_span(&text), true, true, out);
	else
		str_add(out, str_span(&text));
	if (!span_ends(str_span(out), "\n"))
		str_addc(out, '\n');
	out->failed |= text.failed;
}

static int show(struct session *session, struct err *err)
{
	struct cli *cli = session->cli;
	scoped_str struct str out = STR_INIT;

	if (session->call->output == CALL_LOG)
		escape_end(&session->escape, &out);
	if (session->document.len && cli_is_json(cli)) {
		show_json(session, &out);
	} else if (session->document.len) {
		session->call->show(cli, str_span(&session->document), &out);
	}
	if (str_check(&out, err) < 0)
		return -1;
	return out.len ? write_stdout(session, str_span(&out), err) : 0;
}

/* A shell in the partition made itself the terminal's foreground; whoever started us gets it back. */
static void take_terminal_back(void)
{
	sigset_t blocked;
	sigset_t kept;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTTOU);
	sigprocmask(SIG_BLOCK, &blocked, &kept);
	(void)!tcsetpgrp(STDIN_FILENO, getpgrp()); /* fails where the terminal is gone */
	sigprocmask(SIG_SETMASK, &kept, NULL);
}

static int converse(struct session *session, struct err *err)
{
	const bool had_terminal = is_foreground(session) && tcgetpgrp(STDIN_FILENO) == getpgrp();

	if (start_agent(session, err) < 0 || greet(session, err) < 0)
		return -1;
	if (session->has_result)
		return 0;
	if (watch(session, err) < 0 || send_request(session, err) < 0 || follow(session, err) < 0)
		return -1;
	if (had_terminal)
		take_terminal_back();
	if (!session->has_result) /* a second interrupt */
		return 0;
	if (!is_foreground(session) && await_end(session, err) < 0)
		return -1;
	return show(session, err);
}

static int status_of(struct session *session)
{
	const struct ctl_result *result = &session->result;
	int status = result->status;

	if (!session->has_result)
		return STATUS_INTERRUPTED;
	if (result->status == STATUS_OURS && !is_foreground(session)) /* it could not start */
		status = STATUS_FAILED;
	return result->has_err ? cli_fail_as(session->cli, &result->err, status) : status;
}

int call_run(struct cli *cli, struct call *call)
{
	struct session session = {
		.cli = cli,
		.call = call,
		.chan = FD_INIT,
		.agent = FD_INIT,
		.signals = FD_INIT,
		.loop = {.epoll = FD_NONE},
		.message = STR_INIT,
		.document = STR_INIT_LIMIT(LIMIT_CALL_DOCUMENT),
		.escape = {.is_utf8 = cli->is_utf8 || !cli->is_stdout_tty, .keeps_lines = true},
	};
	struct err err = ERR_INIT;
	int status = STATUS_PERMISSION;

	if (geteuid() != 0) {
		err_set(&err, ERR_DENIED, 0, "cli.privilege",
			"'%s %s' makes partitions and must be started by root: use sudo",
			cli->args.program->name, cli->args.command->name);
		return cli_fail(cli, &err);
	}
	status = converse(&session, &err) < 0 ? cli_fail(cli, &err) : status_of(&session);
	fd_chan_close(&session.chan);
	fd_pid_close(&session.agent);
	fd_file_close(&session.signals);
	loop_close(&session.loop);
	str_done(&session.message);
	str_done(&session.document);
	return status;
}
