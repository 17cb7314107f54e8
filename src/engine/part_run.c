/* SPDX-License-Identifier: Apache-2.0 */
/* recipe.h: running a command with the part's environment, directory and output. */
#include "base/proc.h"
#include "engine/limit.h"
#include "engine/part.h"

static const char *environment_get(const char *const *envp, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; envp && envp[i]; i++)
		if (strncmp(envp[i], name, n) == 0 && envp[i][n] == '=')
			return envp[i] + n + 1;
	return NULL;
}

/* What execvp(3) would run: the name itself when it has a slash, else the first hit of PATH. */
static int find_program(struct part *part, const char *name, const char *const *envp,
	const char **ret_path, struct err *err)
{
	struct span rest = span_str(environment_get(envp, "PATH"));
	struct span dir;

	if (strchr(name, '/')) {
		*ret_path = part_path(part, span_str(name));
		return *ret_path ? 0 : config_oom(err);
	}
	if (!rest.ptr)
		rest = (struct span)SPAN("/usr/local/bin:/usr/bin:/bin");
	while (span_cut(&rest, ':', &dir)) {
		const char *path = part_printf(
			part, "%.*s/%s", SPAN_ARG(dir.len ? dir : (struct span)SPAN(".")), name);

		if (!path)
			return config_oom(err);
		if (access(path, X_OK) == 0) {
			*ret_path = path;
			return 0;
		}
	}
	return err_set(err, ERR_CHILD, ENOENT, "part.command", "no program '%.100s' in PATH", name);
}

/* All output, of which at most LIMIT_PART_CAPTURE bytes are kept: the child never blocks. */
static int read_output(int fd, struct str *out, struct err *err)
{
	char buffer[16384];

	for (;;) {
		ssize_t n = read(fd, buffer, sizeof(buffer));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_OS, errno, "part.command", "read output");
		if (n == 0)
			return 0;
		str_add(out, span_make(buffer, (size_t)n));
	}
}

static int run(struct part *part, const struct part_command *command, struct proc_spec *spec,
	struct part_outcome *ret, struct err *err)
{
	scoped_str struct str output = STR_INIT_LIMIT(LIMIT_PART_CAPTURE);
	scoped_fd_pid child = FD_INIT;
	scoped_fd reader = FD_NONE;
	scoped_fd writer = FD_NONE;
	int ends[2];
	pid_t pid;

	if (command->capture) {
		if (pipe2(ends, O_CLOEXEC) < 0)
			return err_set(err, ERR_OS, errno, "part.command", "make a pipe");
		reader = ends[0];
		writer = ends[1];
		spec->stdio[1] = writer;
	}
	if (part->engine->request->host.flush)
		part->engine->request->host.flush(part->engine->request->host.context);
	if (proc_spawn(spec, &child, &pid, err) < 0)
		return -1;
	fd_close(&writer);
	if ((command->capture && read_output(reader, &output, err) < 0) ||
		proc_wait(child, &ret->status, err) < 0)
		return -1;
	if (output.failed)
		return err_set(err, ERR_LIMIT, 0, "part.command",
			"more than %zu bytes of output (LIMIT_PART_CAPTURE)", LIMIT_PART_CAPTURE);
	ret->output = part_span(part, str_span(&output));
	return ret->output.ptr ? 0 : config_oom(err);
}

/* The first line of what was run, for the error. */
static struct span command_title(const struct part_command *command)
{
	struct span rest = span_trim(span_str(command->argv ? command->argv[0] : command->shell));
	struct span line = SPAN_EMPTY;

	(void)span_cut(&rest, '\n', &line);
	return span_first(line, 120);
}

int part_run(struct part *part, const struct part_command *command,
	struct part_outcome *ret_outcome, struct err *err)
{
	const char *const shell[] = {"/bin/sh", "-c", command->shell, NULL};
	struct part_outcome outcome = {.status = 0};
	struct proc_spec spec = PROC_SPEC_INIT;
	scoped_fd input = FD_NONE;

	spec.argv = command->argv ? command->argv : shell;
	spec.envp = command->env ? command->env : part_environment(part);
	spec.cwd = command->cwd ? command->cwd : part_dir(part, PART_DIR_BUILDOUT);
	spec.stdio[1] = STDOUT_FILENO;
	spec.stdio[2] = STDERR_FILENO;
	spec.dies_with_parent = true;
	if (command->stdin_path) {
		input = open(command->stdin_path, O_RDONLY | O_CLOEXEC);
		if (input < 0)
			return err_set(err, ERR_OS, errno, "part.command", "open '%s'",
				command->stdin_path);
		spec.stdio[0] = input;
	}
	if (find_program(part, spec.argv[0], spec.envp, &spec.path, err) < 0 ||
		run(part, command, &spec, &outcome, err) < 0)
		return err_wrap(err, "part %s", part->name);
	if (ret_outcome)
		*ret_outcome = outcome;
	if (outcome.status == 0 || command->may_fail)
		return 0;
	return err_set(err, ERR_CHILD, 0, "part.command", "command failed with status %d: %.*s",
		outcome.status, SPAN_ARG(command_title(command)));
}
