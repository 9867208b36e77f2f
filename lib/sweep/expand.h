/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_EXPAND_H
#define SKEP_SWEEP_EXPAND_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "sweep/axes.h"
#include "sweep/sweep.h"
#include "sweep/template.h"

/* A sweep's templates filled in: what a plain task in the place of one of its points would say. For people,
 * dead letters, replays, and arguments too odd for the fast way. */

/* Let NODE be the value of a variable; its name stays. What JSON has no number for (NaN, infinities) is a
 * text. */
void skep_expand_value(const struct skep_coordinate *at, struct skep_node *node);

/* `args` at POINT as a tree in ARENA: texts filled in, a text that is one variable replaced by its typed
 * value.
 *
 *   SKEP_E_BAD_ARGS, SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_expand_args(const struct skep_sweep *sweep, const struct skep_point *point,
                                           struct skep_arena *arena, const struct skep_node **args_out,
                                           struct skep_error *err);

/* The plain record: kernel, args, seed, retries, time-outs, meta; no `out`. One line without a newline. With
 * the header i=INDEX it computes what the sweep computes there.
 *
 *   SKEP_E_BAD_ARGS, SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_expand_record(const struct skep_sweep *sweep, const struct skep_point *point,
                                             struct skep_arena *arena, struct skep_buf *buf,
                                             struct skep_error *err);

#endif
