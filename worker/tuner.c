/* SPDX-License-Identifier: MIT */
#include "tuner.h"

#include <stdlib.h>
#include <string.h>

static const double tuner_chunk_s = SKEP_TUNER_CHUNK_MS * 1e-3;
enum { TUNER_GROWTH = 2, TUNER_SPREAD = 3 /* medians */, TUNER_HIGH_PERCENT = 95 };

void skep_tuner_init(struct skep_tuner *tuner)
{
    *tuner = (struct skep_tuner){.want = 1};
}

static int tuner_compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

/* How long to think that a task takes: the mean, or where durations vary widely a long one. */
static double tuner_expect_s(const struct skep_tuner *tuner)
{
    size_t n = tuner->n_seen < SKEP_TUNER_SAMPLES ? (size_t)tuner->n_seen : SKEP_TUNER_SAMPLES;
    int64_t sorted[SKEP_TUNER_SAMPLES], median, high;

    if (n == 0) {
        return tuner->task_s;
    }
    memcpy(sorted, tuner->last_ns, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, tuner_compare);
    median = sorted[(n - 1) / 2];
    high = sorted[(n - 1) * TUNER_HIGH_PERCENT / 100];
    return high > TUNER_SPREAD * median && (double)high * 1e-9 > tuner->task_s ? (double)high * 1e-9
                                                                               : tuner->task_s;
}

void skep_tuner_learn(struct skep_tuner *tuner, int64_t n, double spent_s)
{
    double each_s, fits;
    int64_t most = TUNER_GROWTH * tuner->want;

    if (n <= 0) {
        return;
    }
    each_s = spent_s / (double)n;
    tuner->task_s = tuner->task_s > 0 ? 0.5 * (tuner->task_s + each_s) : each_s;
    fits = tuner_chunk_s / tuner_expect_s(tuner);
    tuner->want = fits < (double)most ? (int64_t)fits : most; /* not so for a task of no time at all */
    tuner->want = tuner->want < 1 ? 1 : tuner->want;
}
