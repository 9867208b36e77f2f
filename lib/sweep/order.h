/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_ORDER_H
#define SKEP_SWEEP_ORDER_H

#include <stdint.h>

#include "sweep/sweep.h"

/* The order in which the tasks of a sweep are taken: which index comes at which position. A random order is a
 * permutation that is computed, not stored (a Feistel network over the next power of two, walked until it
 * lands inside), keyed by the sweep's seed. */

/* POSITION in [0, sweep->n). */
int64_t skep_order_index(const struct skep_sweep *sweep, int64_t position);

/* The inverse: the position of INDEX, or -1 where --take leaves it out. Constant time except for LONGEST. */
int64_t skep_order_position(const struct skep_sweep *sweep, int64_t index);

#endif
