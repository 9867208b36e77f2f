/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_STILL_H
#define SKEP_PRODUCER_SWEEP_STILL_H

#include "base/error.h"
#include "npy/roots.h"
#include "sweep/sidecar.h"
#include "sweep/sweep.h"

/* Whether a sweep may go on: its kernel still is the version that computed what is there, and its inputs
 * below ROOTS are what they were when it began. Else two kinds of numbers would be mixed in one array.
 *
 *   SKEP_E_UNKNOWN_KERNEL, SKEP_E_USAGE   the kernel
 *   SKEP_E_INPUT_CHANGED                  ERR names the input
 *   SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID, SKEP_E_IO   an input cannot be looked at */
SKEP_MUST_USE skep_status skep_sweep_check_still(const struct skep_sweep *sweep,
                                                 const struct skep_sidecar_facts *facts,
                                                 const struct skep_roots *roots, struct skep_error *err);

#endif
