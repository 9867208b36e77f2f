/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_OUT_TEXT_H
#define SKEP_SWEEP_OUT_TEXT_H

#include "base/arena.h"
#include "base/error.h"
#include "sweep/sweep.h"

/* Read a user's "te.npy[{i},{r}]=[0:4]" into path, at, of (arena texts); everything else of OUT is zeroed.
 * Without brackets: one axis for each factor with more than one point, two for pairs.
 *
 *   SKEP_E_BAD_ARGS   ERR says what is wrong, with the column
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_out_parse(const struct skep_sweep *sweep, const char *text,
                                         struct skep_arena *arena, struct skep_sweep_out *out_out,
                                         struct skep_error *err);

/* "te.npy[{i},{j},{r}]": the whole of it as it is without brackets, for advice. Cut to the buffer; returns
 * TEXT. */
const char *skep_out_suggest(const struct skep_sweep *sweep, const char *path, char *text, size_t size);

#endif
