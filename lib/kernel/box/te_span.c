/* SPDX-License-Identifier: MIT */
#include "kernel/box/te_span.h"

#include <math.h>
#include <stdbool.h>

static inline int is_close(double a, double b, double radius, bool is_inclusive)
{
    double distance = fabs(a - b);

    return is_inclusive ? distance <= radius : distance < radius;
}

/* Without branches: which of the comparisons hold cannot be predicted. */
static inline void span_plain(const double *const columns[SKEP_TE_COLUMNS], int64_t lo, int64_t hi,
                              const double point[SKEP_TE_COLUMNS], const double radius[SKEP_TE_COLUMNS],
                              int64_t counts[SKEP_TE_COUNTS], bool is_inclusive)
{
    const double *next = columns[SKEP_TE_NEXT];
    const double *past = columns[SKEP_TE_PAST];
    const double *source = columns[SKEP_TE_SOURCE];
    int64_t n[SKEP_TE_COUNTS] = {0};

    for (int64_t j = lo; j < hi; j++) {
        int in_past = is_close(past[j], point[SKEP_TE_PAST], radius[SKEP_TE_PAST], is_inclusive);
        int past_source =
            in_past & is_close(source[j], point[SKEP_TE_SOURCE], radius[SKEP_TE_SOURCE], is_inclusive);
        int next_past = in_past & is_close(next[j], point[SKEP_TE_NEXT], radius[SKEP_TE_NEXT], is_inclusive);

        n[SKEP_TE_ALL] += past_source & next_past;
        n[SKEP_TE_IN_PAST] += in_past;
        n[SKEP_TE_PAST_SOURCE] += past_source;
        n[SKEP_TE_NEXT_PAST] += next_past;
    }
    for (int k = 0; k < SKEP_TE_COUNTS; k++) {
        counts[k] += n[k];
    }
}

static void span_plain_strict(const double *const columns[SKEP_TE_COLUMNS], int64_t lo, int64_t hi,
                              const double point[SKEP_TE_COLUMNS], const double radius[SKEP_TE_COLUMNS],
                              int64_t counts[SKEP_TE_COUNTS])
{
    span_plain(columns, lo, hi, point, radius, counts, false);
}

static void span_plain_inclusive(const double *const columns[SKEP_TE_COLUMNS], int64_t lo, int64_t hi,
                                 const double point[SKEP_TE_COLUMNS], const double radius[SKEP_TE_COLUMNS],
                                 int64_t counts[SKEP_TE_COUNTS])
{
    span_plain(columns, lo, hi, point, radius, counts, true);
}

const struct skep_te_spans skep_te_spans_plain = {span_plain_strict, span_plain_inclusive};

const struct skep_te_spans *skep_te_spans_at(enum skep_cpu_level level)
{
    switch (level) {
#if defined(__x86_64__)
    case SKEP_CPU_AVX2:
        return &skep_te_spans_avx2;
    case SKEP_CPU_AVX512:
        return &skep_te_spans_avx512;
#endif
    default:
        return &skep_te_spans_plain;
    }
}
