/* SPDX-License-Identifier: MIT */
/* Blocks of rows that fit the first-level cache are multiplied by w, and while they are there by the slopes;
 * what the blocks give is added up with compensation (A. Neumaier, 1974). */
#include "kernel/numbers/logreg_blocks.h"

#include <math.h>
#include <string.h>

#include "kernel/cpu.h"

enum { BLOCK_BYTES = 32 << 10, BLOCK_ROWS_LEAST = 8, BLOCK_ROWS_MOST = 256, LANES = SKEP_LOGREG_LANES };

static int64_t round_up(int64_t n, int64_t to)
{
    return (n + to - 1) / to * to;
}

/* Sizes that depend on the shape of X alone. */
static void logreg_measure(struct skep_logreg *l, const struct skep_view *x)
{
    l->x = x;
    l->n = x->shape[0];
    l->d = x->shape[1];
    l->padded = round_up(l->d, LANES);
    l->block_rows = BLOCK_BYTES / (int64_t)sizeof(double) / (l->padded > 0 ? l->padded : LANES);
    l->block_rows = l->block_rows / LANES * LANES;
    if (l->block_rows > BLOCK_ROWS_MOST) {
        l->block_rows = BLOCK_ROWS_MOST;
    } else if (l->block_rows < BLOCK_ROWS_LEAST) {
        l->block_rows = BLOCK_ROWS_LEAST;
    }
}

int64_t skep_logreg_doubles(const struct skep_view *x)
{
    struct skep_logreg l;

    logreg_measure(&l, x);
    return 4 * l.padded + l.block_rows * l.padded + 3 * l.block_rows;
}

skep_status skep_logreg_init(struct skep_call *call, struct skep_logreg *l, const struct skep_view *x,
                             const struct skep_view *y, const struct skep_view *w, double rate,
                             struct skep_error *err)
{
    void *room;
    double *next;
    skep_status st = skep_call_scratch(call, skep_logreg_doubles(x), sizeof(double), &room, err);

    if (st != SKEP_OK) {
        return st;
    }
    *l = (struct skep_logreg){.call = call,
                              .steps = skep_logreg_steps_at(skep_cpu_level()),
                              .exp = skep_vmath_at(skep_cpu_level())->exp,
                              .y = y,
                              .rate = rate};
    logreg_measure(l, x);
    next = room;
    l->w = next;
    l->sum = next += l->padded;
    l->lost = next += l->padded;
    l->part = next += l->padded;
    l->packed = next += l->padded;
    l->z = next += l->block_rows * l->padded;
    l->slope = next += l->block_rows;
    l->classes = next + l->block_rows;
    skep_view_copy_f8(w, l->w);
    for (int64_t j = l->d; j < l->padded; j++) {
        l->w[j] = 0.0;
    }
    return SKEP_OK;
}

/* Rows FROM ... FROM + N - 1 as the loops want them: as they lie, where that is safe to read in whole groups,
 * or in a copy that ends with rows of zeros. */
static const double *logreg_rows(const struct skep_logreg *l, int64_t from, int64_t n, int64_t *stride_out)
{
    const double *x = (const double *)l->x->data + from * l->x->strides[0];

    if (l->x->strides[1] == 1 && l->x->strides[0] >= l->d && from + n + LANES <= l->n) {
        *stride_out = l->x->strides[0];
        return x;
    }
    *stride_out = l->padded;
    memset(l->packed, 0, (size_t)(round_up(n, LANES) * l->padded) * sizeof(double));
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < l->d; j++) {
            l->packed[i * l->padded + j] = x[i * l->x->strides[0] + j * l->x->strides[1]];
        }
    }
    return l->packed;
}

/* The classes of these rows, the same way. */
static const double *logreg_classes(const struct skep_logreg *l, int64_t from, int64_t n)
{
    const double *y = (const double *)l->y->data + from * l->y->strides[0];

    if (l->y->strides[0] == 1 && n % LANES == 0) {
        return y;
    }
    for (int64_t i = 0; i < round_up(n, LANES); i++) {
        l->classes[i] = i < n ? y[i * l->y->strides[0]] : 0.0;
    }
    return l->classes;
}

/* What the rows FROM ... FROM + N - 1 add to the gradient. */
static void logreg_block(struct skep_logreg *l, int64_t from, int64_t n)
{
    int64_t n_rows = round_up(n, LANES);
    int64_t stride;
    const double *rows = logreg_rows(l, from, n, &stride);
    const double *y = logreg_classes(l, from, n);

    l->steps->products(rows, stride, n_rows, l->d, l->w, l->z);
    for (int64_t i = 0; i < n_rows; i++) {
        l->z[i] *= y[i]; /* exact */
    }
    l->exp(l->z, l->z, n_rows);
    l->steps->slopes(y, l->z, n_rows, l->slope);
    l->steps->gradient(rows, stride, n_rows, l->d, l->slope, l->part);
    for (int64_t j = 0; j < l->d; j++) {
        double a = l->sum[j];
        double b = l->part[j];
        double sum = a + b;

        l->lost[j] += fabs(a) >= fabs(b) ? (a - sum) + b : (b - sum) + a;
        l->sum[j] = sum;
    }
}

skep_status skep_logreg_step(struct skep_logreg *l)
{
    for (int64_t j = 0; j < l->d; j++) {
        l->sum[j] = 0.0;
        l->lost[j] = 0.0;
    }
    for (int64_t from = 0; from < l->n; from += l->block_rows) {
        if (skep_call_is_stopped(l->call)) {
            return SKEP_STOPPED;
        }
        logreg_block(l, from, l->n - from < l->block_rows ? l->n - from : l->block_rows);
    }
    for (int64_t j = 0; j < l->d; j++) {
        l->w[j] -= l->rate * (l->sum[j] + l->lost[j]);
    }
    return SKEP_OK;
}
