/* SPDX-License-Identifier: Apache-2.0 */
/* Fault injection of cantle-net: real in cantle-net-test, refused in cantle-net. */
#pragma once

#include <stdbool.h>

/* Whether this build's plans may hold NET_OP_FAULT. */
bool fault_is_known(void);
/* Die at once, as by kill -9. */
void fault_die(void);
