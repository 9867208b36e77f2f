/* SPDX-License-Identifier: MIT */
#include "kernel/box/column.h"

#include <math.h>

#include "kernel/math/exact.h"

enum {
    COLUMN_BLOCK = 16384, /* elements between two looks at stop: well below a millisecond */
    COLUMN_TILE = 256     /* differences on the stack */
};

static bool column_is_own(int64_t stride, int64_t n)
{
    return stride == 1 || n <= 1;
}

double skep_box_column_bytes(int64_t stride, int64_t n)
{
    return column_is_own(stride, n) ? 0.0 : (double)n * (double)sizeof(double);
}

skep_status skep_box_column(struct skep_call *call, const struct skep_view *view, int64_t first,
                            int64_t stride, int64_t n, const double **values_out, struct skep_error *err)
{
    const double *from = (const double *)view->data;
    void *room;
    double *to;
    skep_status st;

    *values_out = NULL;
    if (n > 0) {
        from += first; /* an empty view may have no element to point at */
    }
    if (column_is_own(stride, n)) {
        *values_out = from;
        return SKEP_OK;
    }
    st = skep_call_scratch(call, n, sizeof *to, &room, err);
    if (st != SKEP_OK) {
        return st;
    }
    to = room;
    for (int64_t i = 0; i < n; i++) {
        if (i % COLUMN_BLOCK == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        to[i] = from[i * stride];
    }
    *values_out = to;
    return SKEP_OK;
}

static int64_t block_length(int64_t first, int64_t n, int64_t most)
{
    return n - first < most ? n - first : most;
}

/* Add the differences of N values from MEAN, and their squares. */
static void add_differences(struct skep_exact *total, struct skep_exact *squares, const double *values,
                            int64_t n, double mean)
{
    double differences[COLUMN_TILE];
    double squared[COLUMN_TILE];

    for (int64_t first = 0; first < n; first += COLUMN_TILE) {
        int64_t length = block_length(first, n, COLUMN_TILE);

        for (int64_t i = 0; i < length; i++) {
            differences[i] = values[first + i] - mean;
            squared[i] = differences[i] * differences[i];
        }
        skep_exact_add_run(total, differences, 1, length);
        skep_exact_add_run(squares, squared, 1, length);
    }
}

/* By the two-pass formula with the mean's own rounding error taken out again:
 * (sum d^2 - (sum d)^2 / n) / (n - 1), d = x - mean. The sums are exact sums of rounded terms. */
skep_status skep_box_deviation(const struct skep_call *call, const double *values, int64_t n,
                               double *deviation_out)
{
    struct skep_exact total, squares;
    double mean, drift;

    *deviation_out = 0.0;
    if (n < 2) {
        return SKEP_OK;
    }
    skep_exact_init(&total);
    for (int64_t i = 0; i < n; i += COLUMN_BLOCK) {
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        skep_exact_add_run(&total, values + i, 1, block_length(i, n, COLUMN_BLOCK));
    }
    mean = skep_exact_round(&total) / (double)n;
    skep_exact_init(&total);
    skep_exact_init(&squares);
    for (int64_t i = 0; i < n; i += COLUMN_BLOCK) {
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        add_differences(&total, &squares, values + i, block_length(i, n, COLUMN_BLOCK), mean);
    }
    drift = skep_exact_round(&total);
    *deviation_out = sqrt((skep_exact_round(&squares) - drift * drift / (double)n) / (double)(n - 1));
    return SKEP_OK;
}
