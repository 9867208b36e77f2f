/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_SETUP_H
#define SKEP_PRODUCER_SWEEP_SETUP_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/options.h"
#include "npy/cache.h"
#include "npy/roots.h"
#include "producer/sweep/sweep_settings.h"
#include "run/run.h"
#include "sweep/sweep.h"

/* A sweep while it is made from a command line: what is read, checked and tried here is what workers will
 * see. */
struct skep_sweep_setup {
    const struct skep_sweep_settings *settings;
    struct skep_arena arena; /* texts, lists, the spec: as long as the session */
    struct skep_arena tasks; /* memory of a task that is bound or tried here */
    struct skep_roots *inputs, *outputs;
    struct skep_npy_cache *cache;
    atomic_uint stop; /* told to a kernel that is tried */
    struct skep_run run;
    const struct skep_kernel *kernel;
    struct skep_sweep sweep;
};

/* What a task may allocate: --memory, or what a worker has by default. */
uint64_t skep_sweep_task_bytes(const struct skep_sweep_settings *settings);

/* Open folders, and read the words of the command line (operands: KERNEL NAME=VALUE...) into setup->sweep,
 * all but its outputs, inputs, and an order that is written down. SETTINGS are borrowed. Whatever comes,
 * skep_sweep_setup_close.
 *
 *   SKEP_E_USAGE, SKEP_E_BAD_ARGS, SKEP_E_UNKNOWN_KERNEL, SKEP_E_LIMIT   ERR says what to write instead
 *   SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID, SKEP_E_IO, SKEP_E_NOMEM, SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_sweep_setup_open(struct skep_sweep_setup *setup,
                                                const struct skep_sweep_settings *settings,
                                                const struct skep_operands *operands, struct skep_error *err);
void skep_sweep_setup_close(struct skep_sweep_setup *setup); /* zeroed is fine */

#endif
