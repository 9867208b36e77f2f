/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_DRY_H
#define SKEP_PRODUCER_SWEEP_DRY_H

#include "producer/sweep/sweep_check.h"
#include "producer/sweep/sweep_setup.h"

/* Say what a sweep would do, on standard output: how many tasks, the first and the last ones, its arrays, and
 * after a probe how long it will take. Writes no file. Returns an enum skep_exit. */
int skep_sweep_dry(struct skep_sweep_setup *setup, const struct skep_sweep_facts *facts, bool is_hidden);

#endif
