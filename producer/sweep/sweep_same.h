/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_SAME_H
#define SKEP_PRODUCER_SWEEP_SAME_H

#include "base/error.h"
#include "producer/sweep/sweep_setup.h"
#include "sweep/sidecar.h"

/* Whether a sidecar is of the sweep that the command line describes: whatever decides what is computed and
 * where it goes is the same. How often a failure is tried again, how values are reduced and the like may
 * differ.
 *
 *   SKEP_E_CONFLICT        it is not; ERR names what differs
 *   SKEP_E_ARRAY_INVALID   what it says of its sweep does not parse
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_sweep_is_same(struct skep_sweep_setup *setup,
                                             const struct skep_sidecar_facts *facts, struct skep_error *err);

#endif
