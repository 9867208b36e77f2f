/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_GAPS_H
#define SKEP_PRODUCER_SWEEP_GAPS_H

#include "base/error.h"
#include "sweep/sweep.h"

/* An array may have elements that no task computes: those that a filter leaves out, or --take, or the
 * diagonal of pairs. What is reduced is the array with them. */

/* Whether the reduction of SWEEP, whose outputs are complete, means something all the same. FILL is what the
 * user said that they hold, or NULL: who says it knows.
 *
 *   SKEP_E_USAGE   it does not: NaN, or a 0 that nothing computed, would be its value; ERR says what to write
 */
SKEP_MUST_USE skep_status skep_sweep_check_gaps(const struct skep_sweep *sweep, const char *fill,
                                                struct skep_error *err);

#endif
