/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_CONTROL_H
#define SKEP_PRODUCER_CONTROL_H

#include <stdbool.h>

#include "producer/cli/connect.h"

/* Stop workers from taking tasks of QUEUE, or let them take again, and tell the user how it stands. Returns
 * an enum skep_exit. */
int skep_control_pause(const struct skep_connect_settings *connect, const char *queue, bool pauses);

#endif
