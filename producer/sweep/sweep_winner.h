/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_WINNER_H
#define SKEP_PRODUCER_SWEEP_WINNER_H

#include "producer/sweep/sweep_session.h"

/* Print what a sweep with --stop has found, one JSON object: the index of the task, its place in the order,
 * its arguments, and what it wrote to the first output; or null when there was no hit, and return
 * SKEP_EXIT_FAILED, as grep does. Returns an enum skep_exit. */
int skep_sweep_print_winner(const struct skep_sweep_session *session);

#endif
