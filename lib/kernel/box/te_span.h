/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_BOX_TE_SPAN_H
#define SKEP_KERNEL_BOX_TE_SPAN_H

#include <stdint.h>

#include "kernel/cpu.h"
#include "kernel/box/te_record.h"

/* The innermost loop of the box kernels, once for each level of vector instructions. All of them compute the
 * same integers. */

/* The four counts of one point: close in all three columns; in past; in past and source; in next and past. */
enum { SKEP_TE_ALL, SKEP_TE_IN_PAST, SKEP_TE_PAST_SOURCE, SKEP_TE_NEXT_PAST, SKEP_TE_COUNTS };

/* Add to COUNTS how many of the points LO ... HI-1 are close to POINT (its next, past and source). */
typedef void (*skep_te_span)(const double *const columns[SKEP_TE_COLUMNS], int64_t lo, int64_t hi,
                             const double point[SKEP_TE_COLUMNS], const double radius[SKEP_TE_COLUMNS],
                             int64_t counts[SKEP_TE_COUNTS]);

struct skep_te_spans {
    skep_te_span strict;    /* fabs(a - b) < radius */
    skep_te_span inclusive; /* fabs(a - b) <= radius */
};

extern const struct skep_te_spans skep_te_spans_plain;
#if defined(__x86_64__)
extern const struct skep_te_spans skep_te_spans_avx2;
extern const struct skep_te_spans skep_te_spans_avx512;
#endif

/* Those of LEVEL; those of the plain level where this architecture has no others. */
const struct skep_te_spans *skep_te_spans_at(enum skep_cpu_level level);

#endif
