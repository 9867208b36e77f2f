/* SPDX-License-Identifier: MIT */
#include "kernel/box/te_record.h"

#include <math.h>

#include "kernel/math/exact.h"

enum { TE_POLL_EVERY = 16384 }; /* elements: well below a millisecond */

skep_status skep_te_column(struct skep_call *call, const struct skep_view *view, int64_t first,
                           int64_t stride, int64_t n, const double **column_out, struct skep_error *err)
{
    const double *from = (const double *)view->data;
    void *room;
    double *to;
    skep_status st;

    *column_out = NULL;
    if (n > 0) {
        from += first; /* an empty view may have no element to point at */
    }
    if (stride == 1 || n <= 1) {
        *column_out = from;
        return SKEP_OK;
    }
    st = skep_call_scratch(call, n, sizeof *to, &room, err);
    if (st != SKEP_OK) {
        return st;
    }
    to = room;
    for (int64_t i = 0; i < n; i++) {
        if (i % TE_POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        to[i] = from[i * stride];
    }
    *column_out = to;
    return SKEP_OK;
}

/* Standard deviation by the two-pass formula with the mean's own rounding error taken out again:
 * (sum d^2 - (sum d)^2 / n) / (n - 1), d = x - mean. Both sums are exact sums of rounded terms. */
static skep_status te_deviation(const struct skep_call *call, const double *x, int64_t n, double *std_out)
{
    struct skep_exact total;
    struct skep_exact squares;
    double mean = 0.0;
    double drift;

    *std_out = 0.0;
    if (n < 2) {
        return SKEP_OK;
    }
    skep_exact_init(&total);
    for (int64_t i = 0; i < n; i += TE_POLL_EVERY) {
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        skep_exact_add_run(&total, x + i, 1, n - i < TE_POLL_EVERY ? n - i : TE_POLL_EVERY);
    }
    mean = skep_exact_round(&total) / (double)n;
    skep_exact_init(&total);
    skep_exact_init(&squares);
    for (int64_t i = 0; i < n; i++) {
        double d = x[i] - mean;
        if (i % TE_POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        skep_exact_add(&total, d);
        skep_exact_add(&squares, d * d);
    }
    drift = skep_exact_round(&total);
    *std_out = sqrt((skep_exact_round(&squares) - drift * drift / (double)n) / (double)(n - 1));
    return SKEP_OK;
}

skep_status skep_te_scale(const struct skep_call *call, struct skep_te_record *record)
{
    for (int c = 0; c < SKEP_TE_COLUMNS; c++) {
        double deviation;
        skep_status st = te_deviation(call, record->columns[c], record->n, &deviation);

        if (st != SKEP_OK) {
            return st;
        }
        record->radius[c] *= deviation;
    }
    return SKEP_OK;
}
