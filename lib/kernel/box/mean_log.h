/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_BOX_MEAN_LOG_H
#define SKEP_KERNEL_BOX_MEAN_LOG_H

#include "kernel/box/log_count.h"
#include "kernel/kernel.h"

/* The mean of the logarithms of fractions of counts,
 *
 *     1/n sum over i of log( joint[i] given[i] / (left[i] right[i]) ),   0 where joint[i] is 0
 *
 * which is what the estimates of the box kernels are. Not the logarithms are summed but the counts are
 * counted: how often k is above a fraction line, less how often it is below one, times log k, exactly. So the
 * order of the points plays no part, fractions that cancel leave nothing behind, and the mean is off by less
 * than 2^-73 before it is rounded, however small it is. */

struct skep_log_fractions {
    const uint32_t *joint;
    const uint32_t *left; /* NULL: ones */
    const uint32_t *given,
        *right; /* both NULL: ones; if not, there is LEFT. Where JOINT is not 0, none is. */
    int64_t n;
};

/* Where counts are counted. */
struct skep_log_bins {
    int64_t *weights; /* for each count up to MOST; all 0 between two sums */
    int64_t most;
    struct skep_log *logs; /* the logarithms of 1 ... most, or NULL: computed as needed */
};

/* Room for counts up to MOST; with HAS_LOGS their logarithms too, which pays for many sums.
 *
 *   SKEP_E_NOMEM, SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_log_bins_init(struct skep_call *call, int64_t most, bool has_logs,
                                             struct skep_log_bins *bins, struct skep_error *err);
double skep_log_bins_bytes(int64_t most, bool has_logs); /* what that takes from the arena */

/* The sum of the logarithms of FRACTIONS, and how many of them are 0 (NULL: not wanted).
 *
 *   SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_log_sum(const struct skep_call *call, struct skep_log_bins *bins,
                                       const struct skep_log_fractions *fractions, skep_log_wide *sum_out,
                                       int64_t *n_zero_out);

/* The sum of the logarithms of N >= 1 fractions as their mean, in nats or bits. */
double skep_log_mean(skep_log_wide sum, int64_t n, bool is_base_2);

#endif
