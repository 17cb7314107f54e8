/* SPDX-License-Identifier: Apache-2.0 */
/* Fault injection of cantle-net-test: never installed. */
#include "net/fault.h"

#include <signal.h>
#include <unistd.h>

bool fault_is_known(void)
{
	return true;
}

void fault_die(void)
{
	kill(getpid(), SIGKILL);
}
