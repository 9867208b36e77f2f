/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_PLAN_INPUTS_H
#define SKEP_RUN_PLAN_INPUTS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"
#include "npy/roots.h"
#include "sweep/sweep.h"

/* What of an input was found to be that of its fingerprint: as long as a look at its path shows the same, its
 * header need not be read again. */
struct skep_plan_input {
    bool is_known;
    struct stat info;
};

/* Whether INPUT is still what the producer saw; SEEN is what is known of it so far.
 *
 *   SKEP_E_INPUT_CHANGED, and as skep_npy_cache_view */
SKEP_MUST_USE skep_status skep_plan_input_check(const struct skep_sweep_input *input,
                                                const struct skep_roots *roots, struct skep_plan_input *seen,
                                                struct skep_error *err);

#endif
