/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_BOX_LOG_COUNT_H
#define SKEP_KERNEL_BOX_LOG_COUNT_H

#include <stdint.h>

/* The natural logarithm of a count in fixed point, whole 2^-56 + rest 2^-86. Sums of such numbers are sums of
 * integers: exact, in any order, so that equal counts above and below a fraction line cancel without a
 * trace. */
struct skep_log {
    int64_t whole; /* below 2^61 */
    int64_t rest;  /* of any sign, below 2^62 */
};

__extension__ typedef __int128 skep_log_wide; /* in units of 2^-86 */

/* log K for K >= 1, within 2^-75; multiples of log 2 for powers of 2, so 0 for K = 1. The same integers on
 * every machine. */
struct skep_log skep_log_count(uint32_t k);

/* The sum of weights[k] log k over K = FIRST ... LAST-1, where 0 (with weight 0) may be the first. LOGS has
 * the logarithms of 1 ... LAST-1, or is NULL: those with a weight are computed. */
skep_log_wide skep_log_weighted(const int64_t *weights, int64_t first, int64_t last,
                                const struct skep_log *logs);

#endif
