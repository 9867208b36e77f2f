/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_PAGE_H
#define SKEP_WORKER_PAGE_H

#include <stdatomic.h>
#include <stdint.h>

#include "metrics/metrics.h"
#include "queue/keys.h"

/* One page of memory that an agent and one of its slots share: what the slot does, readable even after its
 * death, and the word that stops a kernel. The slot writes, the agent reads; the agent's commands go through
 * the control pipe. */

enum skep_stop {
    SKEP_STOP_NONE,
    SKEP_STOP_NOW,    /* give everything back */
    SKEP_STOP_TIMEOUT /* the task has used up its time */
};

struct skep_page {
    /* written by the slot */
    char worker[SKEP_WORKER_NAME_BYTES]; /* valid once is_registered is set */
    atomic_int is_registered;
    _Atomic int64_t running; /* number of the task that runs (skep_holder.n_settled counts alike), -1: none */
    _Atomic int64_t deadline_ms; /* monotonic; 0: none */
    struct skep_metrics metrics; /* of this slot */
    atomic_int is_held_off; /* it waits until the queue is no longer paused or full, and wants to be told */
    atomic_uint stop;       /* enum skep_stop; kernels poll it */
};

/* Commands on the control pipe, one byte each. Its end (the agent is dead) means the same as
 * SKEP_CONTROL_NOW. */
enum skep_control {
    SKEP_CONTROL_FINISH = 'F', /* finish what runs, give the rest back, leave */
    SKEP_CONTROL_NOW = 'N',    /* give everything back, leave */
    SKEP_CONTROL_LOOK = 'L'    /* something has changed: ask the queue again */
};

/* How a slot ends, for its agent. */
enum {
    SKEP_SLOT_LEFT = 0,
    SKEP_SLOT_REFUSED = 3, /* the server refuses us: somebody must change something */
    SKEP_SLOT_BROKEN = 4,  /* cannot even start: a folder is missing, no memory */
    SKEP_SLOT_FENCED = 10  /* declared dead: start another one */
};

#endif
