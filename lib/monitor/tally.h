/* SPDX-License-Identifier: MIT */
#ifndef SKEP_MONITOR_TALLY_H
#define SKEP_MONITOR_TALLY_H

#include "monitor/overview.h"

/* The fields of a queue's account (metrics/account.h) as numbers that can be shown. Whoever can write to the
 * server can write such fields: names are bounded, what does not fit is left out, and only kernels and words
 * of [A-Za-z0-9_.-] are taken. */

/* One field goes into the account that CONTEXT is, zeroed before the first. A skep_account_each. */
void skep_tally_add(void *context, const char *field, int64_t value);

/* By name, once all are in. */
void skep_tally_sort(struct skep_overview_account *account);

#endif
