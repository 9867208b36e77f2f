/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_HIDDEN_H
#define SKEP_PRODUCER_SWEEP_HIDDEN_H

#include <limits.h>

#include "base/error.h"
#include "producer/sweep/sweep_setup.h"

/* A folder for the output that nobody named, in a folder of skep's own below the working folder: there is
 * room where results would be, and not in /tmp. Zeroed: there is none. */
struct skep_sweep_hidden {
    char folder[PATH_MAX]; /* "": there is none */
    int fd;                /* the folder, locked: who holds it lives */
};

/* Make it, with setup->outputs in it. Those of sweeps that were killed are removed.
 *
 *   SKEP_E_IO   it cannot be made */
SKEP_MUST_USE skep_status skep_sweep_hidden_open(struct skep_sweep_hidden *hidden,
                                                 struct skep_sweep_setup *setup, struct skep_error *err);

/* Remove it with what it holds. */
void skep_sweep_hidden_close(struct skep_sweep_hidden *hidden);

#endif
