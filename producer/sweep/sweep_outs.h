/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_OUTS_H
#define SKEP_PRODUCER_SWEEP_OUTS_H

#include "producer/sweep/sweep_check.h"
#include "producer/sweep/sweep_setup.h"

/* The arrays that a sweep makes: what the command line says of them, and what the kernel says of its value.
 * One that is reduced and names none has one of its own for the time that it runs, which holds the value of
 * each index in turn. Others that name none have none: their values are result lines, or a hit. */
#define SKEP_SWEEP_HIDDEN_NAME "value.npy"

/* Fill sweep->outs. *IS_HIDDEN_OUT: it is the sweep's own.
 *
 *   SKEP_E_USAGE, SKEP_E_BAD_ARGS   what cannot be, with what to write instead
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_sweep_plan_outs(struct skep_sweep_setup *setup,
                                               const struct skep_sweep_facts *facts, bool *is_hidden_out,
                                               struct skep_error *err);

#endif
