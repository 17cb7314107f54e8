/* SPDX-License-Identifier: Apache-2.0 */
/* cantle-init: pid 1 of a partition. Reaps, forwards signals, restarts its one child. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/bug.h"
#include "base/proc.h"
#include "isolate/init/reap.h"

int main(int argc, char **argv)
{
	struct reap reap = {.is_once = argc > 1 && strcmp(argv[1], "--once") == 0};
	/* What joins a running partition has a pid 1 already. */
	bool is_exec = argc > 1 && strcmp(argv[1], "--exec") == 0;
	int first = reap.is_once || is_exec ? 2 : 1;
	if (argc > first && strcmp(argv[first], "--") == 0)
		first++;
	if (argc <= first) {
		fprintf(stderr, "usage: cantle-init [--once|--exec] -- COMMAND [ARGUMENT...]\n");
		return 2;
	}
	if (is_exec)
		reap_exec(argv + first);
	/* Services are the same user and could write into our memory by /proc, for the control socket
	   that we hold for the supervisor. With hidepid they do not even see us then. */
	if (!reap.is_once && prctl(PR_SET_DUMPABLE, 0) < 0) {
		fprintf(stderr, "cantle-init: cannot close its memory: %s\n",
			strerrordesc_np(errno));
		return 2;
	}
	reap.argv = argv + first;
	return reap_run(&reap);
}
