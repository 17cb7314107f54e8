/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions around a launcher under test: run a script, expect its output or a message. */
#include "tests/ns/rig_check.h"

#include <signal.h>
#include <string.h>

#include "tests/unit/test.h"

int rig_env_open(void **state)
{
	static struct rig_env env;
	struct err err = ERR_INIT;
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	*state = &env;
	/* As the tool does while a command has the terminal: it must not reach the command. */
	sigaction(SIGINT, &ignore, NULL);
	assert_done(rig_open(&env.rig, "cantle-launch-test", "run", &err), &err);
	return 0;
}

int rig_env_done(void **state)
{
	struct rig_env *env = *state;
	rig_done(&env->rig);
	return 0;
}

uint32_t slot_uid(uint32_t id)
{
	return 0x60000000u + RIG_NODE * 0x04000000u + RIG_SLOT * 65536u + id;
}

void sh(struct rig *rig, const char *script, struct rig_run *ret)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct rig_job job;
	struct err err = ERR_INIT;
	assert_done(rig_job(rig, argv, &job, &err), &err);
	assert_done(rig_run(rig, &job, ret, &err), &err);
	rig_job_done(&job);
}

void expect(struct rig *rig, const char *script, const char *out)
{
	static struct rig_run run;
	sh(rig, script, &run);
	if (run.status != 0 || strcmp(run.out, out) != 0) {
		char text[700] = "";
		if (run.status == -1)
			err_format(&run.last.error, NULL, text, sizeof(text));
		fail_msg("'%s': status %d, printed '%s', not '%s' %s", script, run.status, run.out,
			out, text);
	}
}

void start_persistent(struct rig *rig, const char *script, uint64_t id, struct rig_job *job)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct err err = ERR_INIT;
	assert_done(rig_job(rig, argv, job, &err), &err);
	job->request.flags = 0;
	for (int i = 1; i < 4; i++)
		job->list[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_done(rig_start(rig, job, id, &err), &err);
}

struct launch_msg next(struct rig *rig, uint16_t type)
{
	struct launch_msg msg;
	struct err err = ERR_INIT;
	char text[700] = "";
	assert_done(rig_recv(rig, &msg, &err), &err);
	if (msg.type == MSG_LAUNCH_FAILED)
		err_format(&msg.error, NULL, text, sizeof(text));
	if (msg.type != type)
		fail_msg("message %#x instead of %#x %s", msg.type, type, text);
	return msg;
}

void say(struct rig *rig, uint16_t type, uint64_t id, uint32_t signo)
{
	struct launch_msg msg = {.type = type, .id = id, .signo = signo};
	struct err err = ERR_INIT;
	assert_done(launch_msg_send(rig->chan, &msg, NULL, 0, &err), &err);
}
