/* SPDX-License-Identifier: MIT */
#ifndef SKEP_MONITOR_RATES_H
#define SKEP_MONITOR_RATES_H

#include "monitor/overview.h"

/* How fast: fills n_left, in_per_s, out_per_s and eta_s of OVERVIEW from its numbers and jobs, and from those
 * of BEFORE (NULL: none), or, without it, from the sample that agents keep in the server. Pure. */
void skep_rates_fill(struct skep_overview *overview, const struct skep_overview *before);

/* In how many seconds N_LEFT tasks are over, N_HELD of which slots have in hand, when OUT_PER_S (NaN: not
 * known) go out. NaN: not known; infinite: never. */
double skep_rates_eta(int64_t n_left, int64_t n_held, double out_per_s);

/* Records that are to be run, now or later: those that wait, are delayed, or suspects. */
int64_t skep_rates_records(const struct skep_queue_status *status);

#endif
