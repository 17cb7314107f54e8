/* SPDX-License-Identifier: Apache-2.0 */
/* Where our own programs and data lie: in the build tree or installed. */
#pragma once

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

/*
 * Shape:  programs stand beside the running one (build tree, libexec); data in share/ beside them
 *         (build tree) or in ../../share/cantle (installed: <prefix>/libexec/cantle/cantled).
 * Errors: install.find
 */
struct install {
	struct fd_dir programs; /* directory of cantled, cantle-launch, ... */
	struct fd_dir share;    /* directory of policy/, the nft skeleton, ... */
	struct str programs_path;
};

#define INSTALL_INIT                                                                               \
	(struct install)                                                                           \
	{                                                                                          \
		.programs = FD_INIT, .share = FD_INIT, .programs_path = STR_INIT_LIMIT(4095)       \
	}

must_check int install_find(struct install *ret, struct err *err);
void install_done(struct install *install);
/* programs_path + "/" + name */
must_check int install_program(
	const struct install *install, const char *name, struct str *ret, struct err *err);
