/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_TEMPLATE_H
#define SKEP_PRODUCER_SWEEP_TEMPLATE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "sweep/sweep.h"
#include "task/node.h"

/* The values of arguments, in which {variables} may stand, and which of them are used. */

/* Which variables something uses: of each factor, of each of its variables. */
struct skep_sweep_uses {
    bool is_used[SKEP_SWEEP_MAX_FACTORS][SKEP_SWEEP_MAX_VARIABLES];
};

/* A value as typed (sweep_values.h); in what would be a list or an object but for bare {variables} these are
 * put into quotes: "[{i},2]" is ["{i}",2].
 *
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_sweep_read_template(const char *text, struct skep_arena *arena,
                                                   struct skep_node *value_out, struct skep_error *err);

/* The same where braces stand for themselves: they are doubled. */
SKEP_MUST_USE skep_status skep_sweep_read_const(const char *text, struct skep_arena *arena,
                                                struct skep_node *value_out, struct skep_error *err);

/* Mark what the texts of VALUE use.
 *
 *   SKEP_E_USAGE   a variable that there is not; a brace without its other half */
SKEP_MUST_USE skep_status skep_sweep_mark_uses(const struct skep_sweep *sweep, const struct skep_node *value,
                                               struct skep_sweep_uses *uses, struct skep_error *err);

/* Mark the variables that the filter names. */
void skep_sweep_mark_filter(const struct skep_sweep *sweep, struct skep_sweep_uses *uses);

#endif
