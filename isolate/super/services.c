/* SPDX-License-Identifier: Apache-2.0 */
/* The programs of a partition: start, signal, reap, and bring in line with what etc/ holds. */
#include "isolate/super/services.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/limits.h"
#include "base/proc.h"

enum { OUTPUT_BYTES = 64 << 10 };

static int on_output(void *context, uint32_t events, struct err *err)
{
	struct service *v = context;
	char buf[OUTPUT_BYTES];
	ssize_t n = read(v->output.fd, buf, sizeof(buf));
	(void)events;
	(void)err;
	if (n > 0)
		log_write(&v->log, span_make(buf, (size_t)n));
	return 0;
}

static void forget(struct service *v)
{
	struct super *s = v->super;
	struct err ignored = ERR_INIT;
	if (s->is_held) {
		s->is_held = false;
		s->rescan_ms = clock_ms();
	}
	if (fd_file_is_open(v->output) && on_output(v, 0, &ignored) == 0)
		loop_remove(&s->loop, v->output.fd);
	fd_file_close(&v->output);
	fd_file_close(&v->output_writer);
	log_done(&v->log);
	v->is_used = false;
}

static int open_output(struct service *v, struct err *err)
{
	int ends[2];
	if (fd_file_is_open(v->output))
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, ERR_OS, errno, "super.service", "make a pipe");
	v->output.fd = ends[0];
	v->output_writer.fd = ends[1];
	if (fcntl(v->output.fd, F_SETFL, O_NONBLOCK) == 0 &&
		loop_add(&v->super->loop, v->output.fd, EPOLLIN, on_output, v, err) == 0)
		return 0;
	fd_file_close(&v->output);
	fd_file_close(&v->output_writer);
	return err_is_set(err) ? -1 : err_set(err, ERR_OS, errno, "super.service", "set up a pipe");
}

static int spawn(struct service *v, struct err *err)
{
	struct super *s = v->super;
	scoped_str struct str path = STR_INIT_LIMIT(LIMIT_PATH_BYTES);
	scoped_str struct str home = STR_INIT_LIMIT(LIMIT_PATH_BYTES);
	struct proc_spec spec = PROC_SPEC_INIT;
	str_addf(&path, "%s/%s/%s", s->home_path, scan_dir_name(v->life.kind), v->name);
	str_addf(&home, "HOME=%s", s->home_path);
	if (str_check(&path, err) < 0 || str_check(&home, err) < 0 || open_output(v, err) < 0)
		return -1;
	const char *const argv[] = {path.ptr, NULL};
	const char *const envp[] = {home.ptr, "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "USER=slapuser",
		"LOGNAME=slapuser", "LANG=C.UTF-8", NULL};
	spec.path = path.ptr;
	spec.argv = argv;
	spec.envp = envp;
	spec.cwd = s->home_path;
	spec.stdio[1] = spec.stdio[2] = v->output_writer.fd;
	spec.is_new_session = true;
	return proc_spawn(&spec, &v->process, &v->pid, err);
}

static int on_end(void *context, uint32_t events, struct err *err);

static int spawn_watched(struct service *v, struct err *err)
{
	if (spawn(v, err) < 0)
		return -1;
	if (loop_add(&v->super->loop, v->process.fd, EPOLLIN, on_end, v, err) == 0)
		return 0;
	kill(-v->pid, SIGKILL);
	v->pid = 0;
	fd_pid_close(&v->process);
	return -1;
}

static void start(struct service *v)
{
	struct err err = ERR_INIT;
	char text[700];
	uint64_t now = clock_ms();
	if (spawn_watched(v, &err) == 0) {
		service_started(&v->life, now);
		super_note(v->super, "start kind=%s name='%s' pid=%d restarts=%u",
			super_kind_name(v->life.kind), v->name, (int)v->pid, v->life.restarts);
		return;
	}
	/* A file that is still being written, or a machine that is short of something, may do later. */
	service_not_started(&v->life,
		err.num != ETXTBSY && err.num != EAGAIN && err.num != ENOMEM && err.num != EMFILE,
		now);
	err_format(&err, NULL, text, sizeof(text));
	super_note(v->super, "cannot start kind=%s name='%s': %s", super_kind_name(v->life.kind),
		v->name, text);
}

static void act(struct service *v, enum service_action action)
{
	switch (action) {
	case SERVICE_NOTHING:
		break;
	case SERVICE_START:
		if (!v->super->is_ending)
			start(v);
		break;
	case SERVICE_TERM:
		kill(-v->pid, SIGTERM);
		break;
	case SERVICE_KILL:
		super_note(v->super, "kill name='%s': it does not end", v->name);
		kill(-v->pid, SIGKILL);
		break;
	case SERVICE_FORGET:
		super_note(v->super, "forget kind=%s name='%s'", super_kind_name(v->life.kind),
			v->name);
		forget(v);
		break;
	}
}

static int on_end(void *context, uint32_t events, struct err *err)
{
	struct service *v = context;
	siginfo_t info = {0};
	int status = 0;
	(void)events;
	/* While the leader is a zombie its number cannot be another group's. */
	if (waitid(P_PIDFD, (id_t)v->process.fd, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return err_set(err, ERR_OS, errno, "super.service", "wait for '%s'", v->name);
	if (info.si_pid == 0)
		return 0;
	if (v->life.kind == SUPER_SERVICE || v->life.state == SUPER_STOPPING)
		kill(-v->pid, SIGKILL);
	if (proc_wait(v->process, &status, err) < 0)
		return -1;
	loop_remove(&v->super->loop, v->process.fd);
	fd_pid_close(&v->process);
	v->pid = 0;
	super_note(v->super, "end kind=%s name='%s' status=%d uptime_ms=%llu",
		super_kind_name(v->life.kind), v->name, status,
		(unsigned long long)(clock_ms() - v->life.started_ms));
	act(v, service_ended(&v->life, status, clock_ms()));
	return 0;
}

static struct service *find(struct super *s, enum super_kind kind, const char *name)
{
	for (size_t i = 0; i < LIMIT_SUPER_SERVICES; i++) {
		struct service *v = &s->services[i];
		if (v->is_used && v->life.kind == kind && strcmp(v->name, name) == 0)
			return v;
	}
	return NULL;
}

/* NULL where every slot is taken, by programs that are still ending. */
static struct service *add(struct super *s, const struct scan_entry *entry)
{
	struct service *v = NULL;
	for (size_t i = 0; i < LIMIT_SUPER_SERVICES && !v; i++)
		if (!s->services[i].is_used)
			v = &s->services[i];
	if (!v)
		return NULL;
	*v = (struct service){.is_used = true,
		.print = entry->print,
		.life = service_new(entry->kind),
		.process = FD_INIT,
		.output = FD_INIT,
		.output_writer = FD_INIT,
		.super = s};
	memcpy(v->name, entry->name, sizeof(v->name));
	log_init(&v->log, s->logs, span_str(v->name), s->log_bytes);
	return v;
}

/* A new program often takes over from a removed one (SlapOS names wrappers by their hash): it must
   not meet the old one's port or lock. */
static bool is_clearing(const struct super *s)
{
	for (size_t i = 0; i < LIMIT_SUPER_SERVICES; i++) {
		const struct service *v = &s->services[i];
		if (v->is_used && v->life.state == SUPER_STOPPING && v->life.after == AFTER_FORGET)
			return true;
	}
	return false;
}

static void reconcile_new(struct super *s, const struct scan_entry *entry)
{
	struct service *v = is_clearing(s) ? NULL : add(s, entry);
	if (v)
		act(v, service_start(&v->life));
	else
		s->is_held = true;
}

static void reconcile_one(struct super *s, const struct scan_entry *entry)
{
	struct service *v = find(s, entry->kind, entry->name);
	uint64_t now = clock_ms();
	if (!v) {
		reconcile_new(s, entry);
	} else if (v->life.state == SUPER_STOPPING && v->life.after == AFTER_FORGET) {
		act(v, service_restart(&v->life, now)); /* it came back */
		v->print = entry->print;
	} else if (v->print != entry->print) {
		v->print = entry->print;
		super_note(s, "changed kind=%s name='%s'", super_kind_name(entry->kind), v->name);
		act(v, service_change(&v->life, now));
	}
}

void services_reconcile(struct super *s, const struct scan *scan)
{
	for (size_t i = 0; i < LIMIT_SUPER_SERVICES; i++)
		s->services[i].is_seen = false;
	for (size_t i = 0; i < scan->n; i++) {
		struct service *v = find(s, scan->entries[i].kind, scan->entries[i].name);
		if (v)
			v->is_seen = true;
	}
	for (size_t i = 0; i < LIMIT_SUPER_SERVICES; i++) {
		struct service *v = &s->services[i];
		if (v->is_used && !v->is_seen)
			act(v, service_remove(&v->life, clock_ms()));
	}
	for (size_t i = 0; i < scan->n; i++)
		reconcile_one(s, &scan->entries[i]);
	if (scan->n_left_out)
		super_note(s, "%zu programs are left out: a partition has at most %d",
			scan->n_left_out, LIMIT_SUPER_SERVICES);
}

uint64_t services_tick(struct super *s, uint64_t now_ms)
{
	uint64_t next = 0;
	for (size_t i = 0; i < LIMIT_SUPER_SERVICES; i++) {
		struct service *v = &s->services[i];
		if (!v->is_used)
			continue;
		act(v, service_due(&v->life, now_ms));
		if (v->life.due_ms && (next == 0 || v->life.due_ms < next))
			next = v->life.due_ms;
	}
	return next;
}

void services_restart_all(struct super *s)
{
	for (size_t i = 0; i < LIMIT_SUPER_SERVICES; i++) {
		struct service *v = &s->services[i];
		if (v->is_used && v->life.kind == SUPER_SERVICE)
			act(v, service_change(&v->life, clock_ms()));
	}
}

static struct service *find_named(struct super *s, struct span name)
{
	for (size_t i = 0; i < LIMIT_SUPER_SERVICES; i++) {
		struct service *v = &s->services[i];
		struct span rest = name;
		struct span kind;
		if (!v->is_used)
			continue;
		if (span_is(name, v->name))
			return v;
		if (span_cut(&rest, '/', &kind) && span_is(kind, super_kind_name(v->life.kind)) &&
			span_is(rest, v->name))
			return v;
	}
	return NULL;
}

int services_command(struct super *s, uint16_t type, struct span name, struct err *err)
{
	struct service *v = find_named(s, name);
	if (!v)
		return err_set(err, ERR_INPUT, 0, "super.service", "there is no service '%.*s'",
			SPAN_ARG(name));
	super_note(s, "request %u name='%s'", type, v->name);
	if (type == MSG_SUPER_START)
		act(v, service_start(&v->life));
	else if (type == MSG_SUPER_STOP)
		act(v, service_stop(&v->life, clock_ms()));
	else
		act(v, service_restart(&v->life, clock_ms()));
	return 0;
}

void services_signal_all(struct super *s, int signo)
{
	for (size_t i = 0; i < LIMIT_SUPER_SERVICES; i++) {
		struct service *v = &s->services[i];
		if (!v->is_used)
			continue;
		if (service_stop(&v->life, clock_ms()) == SERVICE_TERM || signo == SIGKILL)
			if (v->pid > 0)
				kill(-v->pid, signo);
	}
}

bool services_are_gone(const struct super *s)
{
	for (size_t i = 0; i < LIMIT_SUPER_SERVICES; i++)
		if (s->services[i].is_used && s->services[i].pid > 0)
			return false;
	return true;
}

bool services_unhealthy(const struct super *s, struct str *ret_reason)
{
	for (size_t i = 0; i < LIMIT_SUPER_SERVICES; i++) {
		const struct service *v = &s->services[i];
		if (!v->is_used || service_is_healthy(&v->life))
			continue;
		str_addf(ret_reason, "%s '%s' is %s", super_kind_name(v->life.kind), v->name,
			super_state_name(v->life.state));
		if (v->life.last_exit >= 0)
			str_addf(ret_reason, ", its last exit status is %d", v->life.last_exit);
		return true;
	}
	return false;
}

void services_done(struct super *s)
{
	for (size_t i = 0; i < LIMIT_SUPER_SERVICES; i++) {
		struct service *v = &s->services[i];
		if (!v->is_used)
			continue;
		loop_remove(&s->loop, v->process.fd);
		fd_pid_close(&v->process);
		forget(v);
	}
}
