/* SPDX-License-Identifier: MIT */
#include "kernel/arrays/total.h"

#include <math.h>

unsigned skep_find_specials(const double *x, int64_t n)
{
    unsigned specials = 0;

    for (int64_t i = 0; i < n; i++) {
        if (isnan(x[i])) {
            specials |= SKEP_HAS_NAN;
        } else if (isinf(x[i])) {
            specials |= x[i] > 0.0 ? SKEP_HAS_PLUS_INF : SKEP_HAS_MINUS_INF;
        }
    }
    return specials;
}

double skep_specials_sum(unsigned specials)
{
    if (specials == SKEP_HAS_PLUS_INF) {
        return HUGE_VAL;
    }
    return specials == SKEP_HAS_MINUS_INF ? -HUGE_VAL : NAN;
}

/* ---- quickly ---- */

void skep_total_init(const struct skep_reduce *reduce, void *state)
{
    (void)reduce;
    *(struct skep_total *)state = (struct skep_total){.n = 0};
}

/* What is no number, or an overflow, shows in the slack. The sum of a piece with infinities or NaN is not
 * wanted: they alone say what the whole sum is. */
void skep_total_add(const struct skep_reduce *reduce, void *state, const void *x, int64_t n)
{
    struct skep_total *total = state;
    struct skep_twofold sum;
    unsigned specials = 0;

    total->n += n;
    if (reduce->dtype != SKEP_F8) {
        total->whole += reduce->spans->sum_whole(x, reduce->dtype, n);
        return;
    }
    if ((total->specials & SKEP_HAS_NAN) != 0) {
        return;
    }
    sum = reduce->spans->sum(x, n);
    if (!(sum.slack < HUGE_VAL)) {
        specials = skep_find_specials(x, n);
        total->specials |= specials;
    }
    if (specials == 0) {
        total->sum = skep_twofold_add(total->sum, sum);
    }
}

/* ---- exactly ---- */

void skep_total_exact_init(const struct skep_reduce *reduce, void *state)
{
    struct skep_total_exact *total = state;

    (void)reduce;
    total->n = 0;
    total->whole = 0;
    skep_exact_init(&total->sum);
}

void skep_total_exact_add(const struct skep_reduce *reduce, void *state, const void *x, int64_t n)
{
    struct skep_total_exact *total = state;

    total->n += n;
    if (reduce->dtype != SKEP_F8) {
        total->whole += reduce->spans->sum_whole(x, reduce->dtype, n);
    } else if (!total->sum.has_nan) {
        skep_exact_add_run(&total->sum, x, 1, n);
    }
}

/* ---- means ---- */

static double mean_of_whole(skep_wide whole, int64_t n)
{
    const skep_wide exact_doubles = (skep_wide)1 << 53;

    if (n == 0) {
        return NAN;
    }
    if (whole > exact_doubles || whole < -exact_doubles || n > (int64_t)exact_doubles) {
        struct skep_exact sum;
        skep_exact_init(&sum);
        skep_exact_add_whole(&sum, whole);
        return skep_exact_round_quotient(&sum, (uint64_t)n);
    }
    return (double)whole / (double)n;
}

bool skep_total_mean(const struct skep_reduce *reduce, const struct skep_total *total, double *mean_out)
{
    if (reduce->dtype != SKEP_F8 || total->n == 0) {
        *mean_out = mean_of_whole(total->whole, total->n);
        return true;
    }
    if (total->specials != 0) {
        *mean_out = skep_specials_sum(total->specials);
        return true;
    }
    return skep_twofold_round(skep_twofold_divide(total->sum, (double)total->n), mean_out);
}

double skep_total_exact_mean(const struct skep_reduce *reduce, struct skep_total_exact *total)
{
    if (reduce->dtype != SKEP_F8 || total->n == 0) {
        return mean_of_whole(total->whole, total->n);
    }
    return skep_exact_round_quotient(&total->sum, (uint64_t)total->n);
}
