/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_SWEEP_WORDS_H
#define SKEP_SWEEP_SWEEP_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "sweep/sweep.h"

/* The words of a record for orders and for ways to stop. */
const char *skep_sweep_order_word(enum skep_sweep_order order);
const char *skep_sweep_stop_word(enum skep_sweep_stop stop); /* of NONE: "" */

/* False when TEXT is none of them. */
bool skep_sweep_parse_order(const char *text, enum skep_sweep_order *order_out);
bool skep_sweep_parse_stop(const char *text, enum skep_sweep_stop *stop_out);

/* The members that a sweep and a plain record have in common, appended to an object: retries, timeout_s,
 * backoff_s, meta. */
void skep_sweep_write_rules(struct skep_buf *buf, const struct skep_sweep *sweep);

#endif
