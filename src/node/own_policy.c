/* SPDX-License-Identifier: Apache-2.0 */
/* A policy or a system call profile that the operator brings, instead of one of ours. */
#include "node/own_policy.h"

#include "base/path.h"
#include "policy/compile.h"
#include "policy/oci.h"
#include "policy/reader.h"

static int read_given(
	struct node *node, size_t i, const char *path, struct str *ret, struct err *err)
{
	scoped_fd_file file = {ctl_take_fd(node, CTL_ROLE_FILE, i)};
	if (file.fd < 0)
		return err_set(
			err, ERR_PEER, 0, "draft.policy", "'%s' came without its file", path);
	if (fd_read_all(file, LIMIT_READER_BYTES, ret, err) < 0)
		return err_wrap(err, "%s", path);
	return 0;
}

static int compile_given(
	struct node *node, struct draft *d, const struct compile_source *source, struct err *err)
{
	scoped_fd_dir profiles = FD_INIT;
	struct policy_program program = POLICY_PROGRAM_INIT;
	if (path_open_dir(node->install.share, "policy/seccomp", &profiles, err) < 0 ||
		compile_texts(source, profiles, &d->policy, &program, err) < 0)
		return -1;
	policy_program_done(&d->program);
	d->program = program;
	return 0;
}

static int replace_program(struct draft *d, const struct compile_source *source, struct err *err)
{
	scoped_oci struct oci_profile oci = OCI_INIT;
	struct policy_program program = POLICY_PROGRAM_INIT;
	if (oci_parse(source->seccomp_file, source->seccomp, &oci, err) < 0 ||
		compile_seccomp(source->seccomp_file, &oci, &program, err) < 0)
		return -1;
	policy_program_done(&d->program);
	d->program = program;
	return 0;
}

int own_policy_apply(struct node *node, struct draft *d, struct err *err)
{
	scoped_str struct str policy = STR_INIT;
	scoped_str struct str seccomp = STR_INIT;
	const char *name = ctl_option(node, "policy", "run");
	bool is_own = policy_is_file(name);
	struct compile_source source = {
		.file = name, .seccomp_file = ctl_option(node, "seccomp", NULL)};
	int done = 0;
	if (is_own && read_given(node, 0, name, &policy, err) < 0)
		return -1;
	if (source.seccomp_file &&
		read_given(node, is_own ? 1 : 0, source.seccomp_file, &seccomp, err) < 0)
		return -1;
	source.json = str_span(&policy);
	source.seccomp = str_span(&seccomp);
	if (is_own)
		done = compile_given(node, d, &source, err);
	else if (source.seccomp_file)
		done = replace_program(d, &source, err);
	if (done < 0)
		return -1;
	if (d->policy.net == POLICY_NET_HOST)
		return err_set(err, ERR_INPUT, 0, "draft.policy",
			"policy '%s' is for the host's network: no partition has it", name);
	d->request.filter = span_make((const char *)d->program.insns, d->program.n * 8);
	return 0;
}
