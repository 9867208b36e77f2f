/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_SWEEP_READ_H
#define SKEP_SWEEP_SWEEP_READ_H

#include "base/arena.h"
#include "base/error.h"
#include "sweep/sweep.h"
#include "task/node.h"

/* The nested parts of a sweep's record, each into its place in SWEEP.
 *
 *   SKEP_E_BAD_RECORD, SKEP_E_BAD_ARGS (a text of a factor), SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_sweep_read_factors(const struct skep_node *over, struct skep_sweep *sweep,
                                                  struct skep_error *err);
SKEP_MUST_USE skep_status skep_sweep_read_outs(const struct skep_node *outs, struct skep_sweep *sweep,
                                               struct skep_error *err);
SKEP_MUST_USE skep_status skep_sweep_read_inputs(const struct skep_node *inputs, struct skep_sweep *sweep,
                                                 struct skep_error *err);

#endif
